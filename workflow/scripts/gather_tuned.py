from aepipe.analysis import tuning
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    reused = [snakemake.input.reused] if snakemake.input.reused else []
    bake_off = metrics.read(snakemake.input.metrics)
    table = tuning.with_tuned(bake_off, snakemake.input.runs, reused, **snakemake.params.wanted)
    metrics.write_table(table, work.metrics)
