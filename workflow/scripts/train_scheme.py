from functools import partial

import torch

from aepipe.data.arrays import load_array, load_arrays
from aepipe.data.batches import ImageBatches
from aepipe.evaluation import metrics
from aepipe.models import contract, weights
from aepipe.models.build import build, load_weights, save_weights
from aepipe.provenance.jobs import job
from aepipe.training.checkpoints import Checkpoint
from aepipe.training.device import use_one_core
from aepipe.training.loop import fit

with job(snakemake) as work:
    use_one_core()
    images, split = load_array(snakemake.input.images), load_arrays(snakemake.input.split)
    seed = int(snakemake.wildcards.seed)
    make = partial(build, snakemake.params.network, images[0].shape)
    contract.check(make, images[0].shape, snakemake.wildcards.scheme)
    torch.manual_seed(seed)
    model = make()
    if snakemake.input.start:
        load_weights(model, snakemake.input.start)
    curve, _ = fit(
        model,
        ImageBatches(images, split["train"]),
        ImageBatches(images, split["validation"]),
        **snakemake.params.training,
        seed=seed,
        name=snakemake.wildcards.scheme,
        checkpoint=Checkpoint(work.progress, work.identity),
    )
    save_weights(
        model.state_dict(),
        work.weights,
        **weights.of_network(snakemake.params.network, images[0].shape, snakemake.params.padding),
    )
    metrics.write(curve, work.curve)
