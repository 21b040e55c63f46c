from aepipe.analysis import scores
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    runs, saved, wanted = snakemake.input.runs, snakemake.input.saved, snakemake.params.wanted
    metrics.write_table(scores.gather(runs, [saved] if isinstance(saved, str) else saved, wanted), work.metrics)
