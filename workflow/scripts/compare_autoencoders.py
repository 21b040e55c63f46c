from aepipe.analysis import comparisons, image_variance
from aepipe.catalogue import BASELINE_TITLES
from aepipe.evaluation import metrics
from aepipe.provenance import failures
from aepipe.provenance.jobs import job
from aepipe.reporting.comparisons import comparisons_page

with job(snakemake) as work:
    ours = metrics.read(snakemake.input.metrics)
    titles, confidence = dict(snakemake.params.titles), snakemake.params.confidence
    protocols, has_labels = metrics.PROTOCOLS, snakemake.params.has_labels
    known = {"has_labels": has_labels, "image_variance": image_variance.read(snakemake.input.covariances)}
    found = comparisons.differences(ours, [*titles, *BASELINE_TITLES], protocols, confidence, **known)
    metrics.write_table(found, work.comparisons)
    failed = failures.read(snakemake.input.failures)
    known["test_images"] = snakemake.params.test_images
    page = comparisons_page(ours, titles, protocols, failed, confidence, **known)
    work.page.write_text(page, encoding="utf-8")
