from aepipe import metrics
from aepipe.jobs import job

with job(snakemake) as work:
    metrics.write(metrics.gather(snakemake.input), work.metrics)
