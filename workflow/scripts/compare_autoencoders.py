from aepipe.analysis import comparisons
from aepipe.baselines import BASELINES
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    ours = metrics.read(snakemake.input.metrics)
    titles, confidence = dict(snakemake.params.titles), snakemake.params.confidence
    protocols, has_labels = metrics.PROTOCOLS, snakemake.params.has_labels
    found = comparisons.differences(ours, [*titles, *BASELINES], protocols, confidence, has_labels)
    metrics.write_table(found, work.comparisons)
    failed = snakemake.params.failed
    page = comparisons.comparisons_page(ours, titles, protocols, failed, confidence, has_labels=has_labels)
    work.page.write_text(page)
