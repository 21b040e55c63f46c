import torch

from aepipe import metrics
from aepipe.autoencoders.build import build, save_weights
from aepipe.checkpoints import Checkpoint
from aepipe.data.batches import ImageBatches
from aepipe.determinism import use_one_thread
from aepipe.files import load_array, load_arrays
from aepipe.jobs import job_log
from aepipe.provenance import identity
from aepipe.training import fit

with job_log(snakemake.log[0]):
    use_one_thread()
    images = load_array(snakemake.input.images)
    split = load_arrays(snakemake.input.split)
    seed = int(snakemake.wildcards.seed)
    checkpoint = Checkpoint(
        f"{snakemake.output.weights}.progress",
        identity(list(snakemake.params), seed, files=[snakemake.input.record, snakemake.input.split]),
    )
    torch.manual_seed(seed)
    model = build(snakemake.params.network, input_dim=images[0].size)
    curve, seconds = fit(
        model,
        ImageBatches(images, split["train"]),
        ImageBatches(images, split["validation"]),
        **snakemake.params.training,
        seed=seed,
        name=snakemake.wildcards.model,
        checkpoint=checkpoint,
    )
    save_weights(model.state_dict(), snakemake.output.weights)
    metrics.write(curve, snakemake.output.curve)
    metrics.write(metrics.tidy(snakemake.wildcards, "training", {"seconds": seconds}), snakemake.output.metrics)
    checkpoint.remove()
