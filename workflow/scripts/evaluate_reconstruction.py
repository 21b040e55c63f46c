from aepipe.data.arrays import load_arrays
from aepipe.evaluation import metrics
from aepipe.evaluation.reconstruction import reconstruction_metrics
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    reconstruction = load_arrays(snakemake.input.reconstruction)
    numbers = reconstruction_metrics(reconstruction, load_arrays(snakemake.input.codes))
    metrics.write(metrics.tidy(snakemake.wildcards, "reconstruction", numbers), work.metrics)
