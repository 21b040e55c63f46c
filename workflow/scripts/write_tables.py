from aepipe import metrics, scores, tables
from aepipe.jobs import job

with job(snakemake) as work:
    ours = metrics.read(snakemake.input.metrics)
    published = scores.read_published(snakemake.input.published, snakemake.params.source)
    labels, failed = dict(snakemake.params.labels), snakemake.params.failed
    pages = {
        "summary": tables.summary(ours, labels, failed),
        "reconstruction": tables.reconstruction(ours, published, labels, failed),
        "classification": tables.classification(ours, published, labels, snakemake.params.labelled, failed),
        "anomaly": tables.anomaly(ours, published, labels, failed),
        "training": tables.training(ours, published, labels, failed),
    }
    for name, text in pages.items():
        getattr(work, name).write_text(text)
