from aepipe import metrics
from aepipe.evaluation.reconstruction import reconstruction_metrics
from aepipe.files import load_arrays
from aepipe.jobs import job

with job(snakemake) as work:
    reconstruction = load_arrays(snakemake.input.reconstruction)
    numbers = reconstruction_metrics(reconstruction, load_arrays(snakemake.input.codes))
    metrics.write(metrics.tidy(snakemake.wildcards, "reconstruction", numbers), work.metrics)
