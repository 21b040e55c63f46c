from aepipe.analysis import image_variance
from aepipe.analysis.curves import roc_curves
from aepipe.analysis.scores import published_of
from aepipe.evaluation import metrics
from aepipe.provenance import failures
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.figures import anomaly, style

with job(snakemake) as work:
    params, failed = snakemake.params, failures.read(snakemake.input.failures, "anomaly")
    names = style.class_labels(params.class_names)
    held_out = [str(label) for label in params.held_out]
    published = published_of(params.published, "anomaly", held_out[0]) if len(held_out) == 1 else {}
    figure = anomaly.draw(
        style.entries(dict(params.titles)),
        metrics.read(snakemake.input.metrics),
        roc_curves(by_model(snakemake.input.runs)),
        published,
        [names[label] for label in params.held_out],
        snakemake.wildcards.dataset,
        params.confidence,
        failures.models(failed),
        image_variance.read(snakemake.input.covariances),
    )
    shown = [name if label in params.held_out else "" for label, name in enumerate(params.class_names)]
    style.save(figure, work.figure, failed, style.notes_on_classes(shown))
