from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job
from aepipe.reporting import grid_page

with job(snakemake) as work:
    params, numbers = snakemake.params, metrics.read(snakemake.input.metrics)
    text = grid_page.page_of(numbers, dict(params.titles), params.points, params.failed, params.confidence)
    work.page.write_text(text, encoding="utf-8")
    metrics.write_table(grid_page.points_table(params.points), work.points)
