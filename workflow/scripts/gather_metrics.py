from aepipe.analysis import scores
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    cells, saved, wanted = snakemake.input.cells, snakemake.input.saved, snakemake.params.wanted
    metrics.write_table(scores.gather(cells, [saved] if isinstance(saved, str) else saved, wanted), work.metrics)
