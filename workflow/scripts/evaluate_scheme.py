import torch

from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation import metrics
from aepipe.experiments.stacking.frozen import frozen_scores
from aepipe.experiments.stacking.supervised import label_efficiency
from aepipe.models.build import build, load_weights
from aepipe.provenance.jobs import job
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    images, labels = load_array(snakemake.input.images), load_array(snakemake.input.labels)
    split, params, seed = load_arrays(snakemake.input.split), snakemake.params, int(snakemake.wildcards.seed)
    torch.manual_seed(seed)
    network = build(params.network, images[0].shape)
    numbers = dict(params.cost)
    if snakemake.input.weights:
        load_weights(network, snakemake.input.weights)
        numbers |= frozen_scores(network, images, labels, split, **params.evaluation["probe"], seed=seed)
    budgets = dict(params.budgets)
    numbers |= label_efficiency(network, images, labels, split, budgets, **params.fine_tuning, seed=seed)
    run = {**snakemake.wildcards, "model": snakemake.wildcards.scheme, "held_out": "none"}
    run["latent_dim"] = str(params.network["latent_dim"])
    metrics.write(metrics.tidy(run, "stacking", {"corrected": numbers}), work.metrics)
