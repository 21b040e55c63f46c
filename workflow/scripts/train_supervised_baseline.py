from functools import partial

import torch

from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation import image_scores, metrics
from aepipe.evaluation.classification import train_from_scratch, train_supervised_baseline
from aepipe.evaluation.probe import probe_scores
from aepipe.models.build import build
from aepipe.provenance.jobs import job
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    evaluation, seed = snakemake.params.evaluation, int(snakemake.wildcards.seed)
    images, labels = load_array(snakemake.input.images), load_array(snakemake.input.labels)
    split, train_encoder = load_arrays(snakemake.input.split), snakemake.wildcards.model == "scratch"
    make = partial(build, snakemake.params.network, images[0].shape)
    published = {key: value for key, value in evaluation["classification"].items() if key != "baseline_network"}
    torch.manual_seed(seed)
    known = {**published, "train_encoder": train_encoder, "seed": seed}
    scores = {"paper": train_supervised_baseline(make(), images, labels, split, **known)}
    if train_encoder:
        known = {key: published[key] for key in ("batch_size", "learning_rate")} | evaluation["scratch"]
        scores["corrected"] = train_from_scratch(make, images, labels, split, **known, seed=seed)
    else:
        codes = load_arrays(snakemake.input.codes)
        scores["corrected"] = probe_scores(codes, labels, split, **evaluation["probe"], seed=seed)
    image_scores.save(work.scores, scores)
    metrics.write(metrics.tidy(snakemake.wildcards, "classification", image_scores.means(scores)), work.metrics)
