from aepipe import metrics
from aepipe.jobs import job_log

with job_log(snakemake.log[0]):
    metrics.write(metrics.gather(snakemake.input), snakemake.output.metrics)
