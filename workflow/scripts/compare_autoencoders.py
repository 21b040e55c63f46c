from aepipe import comparisons, metrics
from aepipe.controls import CONTROLS
from aepipe.jobs import job

with job(snakemake) as work:
    ours = metrics.read(snakemake.input.metrics)
    labels, confidence = dict(snakemake.params.labels), snakemake.params.confidence
    found = comparisons.differences(ours, [*labels, *CONTROLS], metrics.PROTOCOLS, confidence)
    metrics.write_table(found, work.comparisons)
    page = comparisons.comparisons_page(ours, labels, metrics.PROTOCOLS, snakemake.params.failed, confidence)
    work.page.write_text(page)
