import torch

from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation import metrics
from aepipe.evaluation.classification import train_supervised_baseline, validation_from_labelled
from aepipe.evaluation.probe import probe_scores
from aepipe.models.build import build
from aepipe.provenance.jobs import job
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    evaluation, seed = snakemake.params.evaluation, int(snakemake.wildcards.seed)
    images, labels = load_array(snakemake.input.images), load_array(snakemake.input.labels)
    split, train_encoder = load_arrays(snakemake.input.split), snakemake.wildcards.model == "scratch"
    published = {key: value for key, value in evaluation["classification"].items() if key != "baseline_network"}
    ways = {"paper": (split, published)}
    if train_encoder:
        longer = {key: evaluation["scratch"][key] for key in ("epochs", "patience")}
        parts = validation_from_labelled(split, evaluation["scratch"]["validation_share"])
        ways["corrected"] = parts, {**published, **longer}
    numbers = {}
    for protocol, (parts, settings) in ways.items():
        torch.manual_seed(seed)
        network = build(snakemake.params.network, images[0].shape)
        known = {**settings, "train_encoder": train_encoder, "protocol": protocol, "seed": seed}
        numbers[protocol] = train_supervised_baseline(network, images, labels, parts, **known)
    if not train_encoder:
        codes = load_arrays(snakemake.input.codes)
        numbers["corrected"] = probe_scores(codes, labels, split, **evaluation["probe"], seed=seed)
    metrics.write(metrics.tidy(snakemake.wildcards, "classification", numbers), work.metrics)
