import torch

from aepipe import metrics, stacking, weights
from aepipe.autoencoders import contract
from aepipe.autoencoders.build import build, load_weights, save_weights
from aepipe.checkpoints import Checkpoint
from aepipe.files import load_array, load_arrays, save_array
from aepipe.jobs import job
from aepipe.machine import use_one_core
from aepipe.training import fit

with job(snakemake) as work:
    use_one_core()
    images = load_array(snakemake.input.images)
    seed, layer = int(snakemake.wildcards.seed), int(snakemake.wildcards.layer)
    training = dict(snakemake.params.training)
    objective = training.pop("layerwise")

    torch.manual_seed(seed)
    network = build(snakemake.params.network, images[0].shape)
    contract.check(network, images[0].shape, snakemake.wildcards.model)
    for outer in snakemake.input.outer_layers:
        load_weights(network, outer, part=True)
    pair = stacking.LayerPair(network, layer, objective)
    encoded = load_array(snakemake.input.encoded) if layer > 1 else None
    parts = stacking.layer_batches(images, load_arrays(snakemake.input.split), encoded, objective)
    name = f"{snakemake.wildcards.model}, layer {layer}"
    checkpoint = Checkpoint(work.progress, work.identity)
    curve, seconds = fit(pair, **parts, **training, seed=seed, name=name, checkpoint=checkpoint)

    save_weights(
        stacking.own_weights(network, layer), work.weights, **weights.of_network(snakemake.params, images[0].shape)
    )
    save_array(work.encoded, stacking.encode(pair, parts.values()))
    metrics.write([{"layer": layer, **row} for row in curve], work.curve)
    metrics.write(metrics.tidy(snakemake.wildcards, "training", {"paper": {"seconds": seconds}}), work.metrics)
