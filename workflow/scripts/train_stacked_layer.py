from functools import partial

import torch

from aepipe.data.arrays import load_array, load_arrays, save_array
from aepipe.evaluation import metrics
from aepipe.models import contract, weights
from aepipe.models.build import build, load_weights, save_weights
from aepipe.provenance.jobs import job
from aepipe.training import layerwise
from aepipe.training.checkpoints import Checkpoint
from aepipe.training.device import use_one_core
from aepipe.training.loop import fit
from aepipe.training.selected import network_and_training

with job(snakemake) as work:
    use_one_core()
    images = load_array(snakemake.input.images)
    seed, layer = int(snakemake.wildcards.seed), int(snakemake.wildcards.layer)
    settings, training = network_and_training(snakemake.params, snakemake.input.settings)
    objective = training.pop("layerwise")

    make = partial(build, settings, images[0].shape)
    contract.check(make, images[0].shape, snakemake.wildcards.model, work.tell, training["device"])
    torch.manual_seed(seed)
    network = make()
    for outer in snakemake.input.outer_layers:
        load_weights(network, outer, part=True)
    pair = layerwise.LayerPair(network, layer, objective)
    encoded = load_array(snakemake.input.encoded) if layer > 1 else None
    parts = layerwise.layer_batches(images, load_arrays(snakemake.input.split), encoded, objective)
    name = f"{snakemake.wildcards.model}, layer {layer}"
    checkpoint = Checkpoint(work.progress, work.identity)
    curve, seconds = fit(pair, **parts, **training, seed=seed, name=name, checkpoint=checkpoint)

    about = weights.of_network(settings, images[0].shape, snakemake.params.padding)
    save_weights(layerwise.own_weights(network, layer), work.weights, **about)
    save_array(work.encoded, layerwise.encode(pair, parts.values()))
    metrics.write([{"layer": layer, **row} for row in curve], work.curve)
    metrics.write(metrics.tidy(snakemake.wildcards, "training", {"paper": {"seconds": seconds}}), work.metrics)
