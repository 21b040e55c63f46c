from aepipe.analysis import comparisons
from aepipe.controls import CONTROLS
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    ours = metrics.read(snakemake.input.metrics)
    labels, confidence = dict(snakemake.params.labels), snakemake.params.confidence
    protocols, has_labels = metrics.PROTOCOLS, snakemake.params.has_labels
    found = comparisons.differences(ours, [*labels, *CONTROLS], protocols, confidence, has_labels)
    metrics.write_table(found, work.comparisons)
    failed = snakemake.params.failed
    page = comparisons.comparisons_page(ours, labels, protocols, failed, confidence, has_labels=has_labels)
    work.page.write_text(page)
