from aepipe import metrics, scores
from aepipe.jobs import job

with job(snakemake) as work:
    metrics.write(scores.gather(snakemake.input), work.metrics)
