from aepipe.analysis import comparisons
from aepipe.catalogue import BASELINE_TITLES
from aepipe.evaluation import metrics
from aepipe.provenance import failures
from aepipe.provenance.jobs import job
from aepipe.reporting.comparisons import comparisons_page

with job(snakemake) as work:
    ours = metrics.read(snakemake.input.metrics)
    titles, confidence = dict(snakemake.params.titles), snakemake.params.confidence
    protocols, has_labels = metrics.PROTOCOLS, snakemake.params.has_labels
    found = comparisons.differences(ours, [*titles, *BASELINE_TITLES], protocols, confidence, has_labels)
    metrics.write_table(found, work.comparisons)
    failed = failures.read(snakemake.input.failures)
    page = comparisons_page(
        ours,
        titles,
        protocols,
        failed,
        confidence,
        has_labels=has_labels,
        test_images=snakemake.params.test_images,
    )
    work.page.write_text(page, encoding="utf-8")
