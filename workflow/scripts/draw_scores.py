from aepipe import catalogue
from aepipe.analysis import image_variance
from aepipe.analysis.scores import published_of
from aepipe.evaluation import metrics
from aepipe.provenance import failures
from aepipe.provenance.jobs import job
from aepipe.reporting.figures import scores, style

with job(snakemake) as work:
    failed = failures.read(snakemake.input.failures, "representation")
    params, evaluation = snakemake.params, catalogue.evaluation(snakemake.wildcards.evaluation)
    figure = scores.draw(
        evaluation,
        style.entries(dict(params.titles)),
        metrics.read(snakemake.input.metrics),
        evaluation.figure.format(dataset=snakemake.wildcards.dataset, labelled=params.labelled),
        published=published_of(params.published, evaluation.name),
        confidence=params.confidence,
        failed=failures.models(failed),
        image_variance=image_variance.read(snakemake.input.covariances),
    )
    notes = [] if params.has_labels else [catalogue.note_without_labels(evaluation.name)]
    style.save(figure, work.figure, failed, notes)
