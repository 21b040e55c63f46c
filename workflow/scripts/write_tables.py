from aepipe.analysis import scores
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job
from aepipe.reporting import tables

with job(snakemake) as work:
    params = snakemake.params
    ours = metrics.read(snakemake.input.metrics)
    published = scores.read_published(snakemake.input.published, params.source)
    titles, shared = dict(params.titles), {"failed": params.failed, "confidence": params.confidence}
    known = {**shared, "has_labels": params.has_labels}
    pages = {
        "summary": tables.summary(ours, titles, **known),
        "reconstruction": tables.reconstruction(ours, published, titles, **shared),
        "sampling": tables.sampling(ours, titles, **known),
        "interpolation": tables.interpolation(ours, titles, **known),
        "latent_structure": tables.latent_structure(ours, titles, **known),
        "training": tables.training(ours, published, titles, **shared),
    }
    if params.has_labels:
        pages["classification"] = tables.classification(ours, published, titles, params.labelled, **shared)
        pages["anomaly"] = tables.anomaly(ours, published, titles, **shared, class_names=params.class_names)
    for name, text in pages.items():
        getattr(work, name).write_text(text)
