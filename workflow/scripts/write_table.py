from aepipe.analysis import image_variance
from aepipe.evaluation import metrics
from aepipe.provenance import failures
from aepipe.provenance.jobs import job
from aepipe.reporting import tables

with job(snakemake) as work:
    params, name = snakemake.params, snakemake.wildcards.evaluation
    ours, titles = metrics.read(snakemake.input.metrics), dict(params.titles)
    known = {
        "failed": failures.read(snakemake.input.failures),
        "confidence": params.confidence,
        "has_labels": params.has_labels,
        "image_variance": image_variance.read(snakemake.input.covariances),
        "test_images": params.test_images,
    }
    if name == "summary":
        text = tables.summary(ours, titles, **known)
    else:
        known |= {"published": params.published, "margins": params.margins, "class_names": params.class_names}
        text = tables.evaluation_page(name, ours, titles, **known)
    work.table.write_text(text, encoding="utf-8")
