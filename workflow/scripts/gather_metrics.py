from aepipe.analysis import scores
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    reused = [snakemake.input.reused] if snakemake.input.reused else []
    table = scores.gather(snakemake.input.runs, reused, snakemake.params.wanted)
    metrics.write_table(table, work.metrics)
