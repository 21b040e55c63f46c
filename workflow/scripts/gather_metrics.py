from aepipe.analysis import scores
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    table = scores.gather(snakemake.input.runs, snakemake.input.get("reused", []), snakemake.params.wanted)
    metrics.write_table(table, work.metrics)
