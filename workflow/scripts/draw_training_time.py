from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job
from aepipe.reporting.figures import style, training_time

with job(snakemake) as work:
    figure = training_time.draw(
        style.entries(dict(snakemake.params.titles)),
        metrics.read(snakemake.input.metrics),
        snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, snakemake.params.failed)
