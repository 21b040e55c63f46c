import torch

from aepipe import metrics
from aepipe.autoencoders.build import build
from aepipe.evaluation.classification import train_baseline
from aepipe.files import load_array, load_arrays
from aepipe.jobs import job
from aepipe.machine import use_one_core

with job(snakemake) as work:
    use_one_core()
    seed = int(snakemake.wildcards.seed)
    settings = dict(snakemake.params.evaluation["classification"])
    del settings["baseline"]
    images = load_array(snakemake.input.images)
    torch.manual_seed(seed)
    accuracies = train_baseline(
        build(snakemake.params.network, input_dim=images[0].size),
        images,
        load_array(snakemake.input.labels),
        load_arrays(snakemake.input.split),
        train_encoder=snakemake.wildcards.model == "scratch",
        **settings,
        seed=seed,
    )
    metrics.write(metrics.tidy(snakemake.wildcards, "classification", {"paper": accuracies}), work.metrics)
