from aepipe.data.arrays import load_array, load_arrays
from aepipe.data.batches import ImageBatches
from aepipe.evaluation import metrics
from aepipe.evaluation.rate_distortion import rate_and_distortion
from aepipe.models.build import load
from aepipe.provenance.jobs import job
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    params, test = snakemake.params, load_arrays(snakemake.input.split)["test"]
    numbers = rate_and_distortion(
        load(snakemake.input.weights),
        ImageBatches(load_array(snakemake.input.images), test),
        params.loss,
        **params.evaluation["rate"],
        seed=int(snakemake.wildcards.seed),
        codes=load_arrays(snakemake.input.codes)["test"],
    )
    metrics.write(metrics.tidy(snakemake.wildcards, "rate", {"corrected": numbers}), work.metrics)
