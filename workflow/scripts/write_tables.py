from aepipe.analysis import scores
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job
from aepipe.reporting import tables

with job(snakemake) as work:
    params = snakemake.params
    ours = metrics.read(snakemake.input.metrics)
    published = scores.read_published(snakemake.input.published, params.source)
    labels, shared = dict(params.labels), {"failed": params.failed, "confidence": params.confidence}
    known = {**shared, "has_labels": params.has_labels}
    pages = {
        "summary": tables.summary(ours, labels, **known),
        "reconstruction": tables.reconstruction(ours, published, labels, **shared),
        "sampling": tables.sampling(ours, labels, **known),
        "interpolation": tables.interpolation(ours, labels, **known),
        "latent_structure": tables.latent_structure(ours, labels, **known),
        "training": tables.training(ours, published, labels, **shared),
    }
    if params.has_labels:
        pages["classification"] = tables.classification(ours, published, labels, params.labelled, **shared)
        pages["anomaly"] = tables.anomaly(ours, published, labels, **shared, class_names=params.class_names)
    for name, text in pages.items():
        getattr(work, name).write_text(text)
