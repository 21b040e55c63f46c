from functools import partial

import torch

from aepipe.data.arrays import load_array, load_arrays
from aepipe.data.batches import ImageBatches
from aepipe.evaluation import metrics
from aepipe.models import contract, weights
from aepipe.models.build import build, save_weights
from aepipe.provenance.jobs import job
from aepipe.training.checkpoints import Checkpoint
from aepipe.training.device import use_one_core
from aepipe.training.loop import fit
from aepipe.training.selected import network_and_training

with job(snakemake) as work:
    use_one_core()
    images = load_array(snakemake.input.images)
    split = load_arrays(snakemake.input.split)
    seed = int(snakemake.wildcards.seed)
    network, training = network_and_training(snakemake.params, snakemake.input.settings)
    make = partial(build, network, images[0].shape)
    contract.check(make, images[0].shape, snakemake.wildcards.model, work.tell, training["device"])
    torch.manual_seed(seed)
    model = make()
    curve, seconds = fit(
        model,
        ImageBatches(images, split["train"]),
        ImageBatches(images, split["validation"]),
        **training,
        seed=seed,
        name=snakemake.wildcards.model,
        checkpoint=Checkpoint(work.progress, work.identity),
    )
    save_weights(
        model.state_dict(), work.weights, **weights.of_network(network, images[0].shape, snakemake.params.padding)
    )
    metrics.write(curve, work.curve)
    metrics.write(metrics.tidy(snakemake.wildcards, "training", {"paper": {"seconds": seconds}}), work.metrics)
