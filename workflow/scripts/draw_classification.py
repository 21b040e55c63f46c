from aepipe.analysis import scores
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job
from aepipe.reporting.figures import classification, style

with job(snakemake) as work:
    published = scores.read_published(snakemake.input.published, snakemake.params.source)
    figure = classification.draw(
        style.entries(dict(snakemake.params.titles)),
        metrics.read(snakemake.input.metrics),
        scores.by_model(published, "accuracy"),
        snakemake.params.labelled,
        snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, snakemake.params.failed)
