from aepipe import metrics, tables
from aepipe.files import whole
from aepipe.jobs import job_log

with job_log(snakemake.log[0]):
    ours = metrics.read(snakemake.input.metrics)
    published = metrics.read_published(snakemake.input.published, snakemake.params.source)
    labels = dict(snakemake.params.labels)
    pages = {
        "summary": tables.summary(ours, labels),
        "reconstruction": tables.reconstruction(ours, published, labels),
        "classification": tables.classification(ours, published, labels, snakemake.params.labelled),
        "anomaly": tables.anomaly(ours, published, labels),
        "training": tables.training(ours, published, labels),
    }
    for name, text in pages.items():
        with whole(snakemake.output[name]) as path:
            path.write_text(text)
