from aepipe import metrics
from aepipe.figures import style, training_time
from aepipe.jobs import job

with job(snakemake) as work:
    figure = training_time.draw(
        style.entries(dict(snakemake.params.labels)),
        metrics.read(snakemake.input.metrics),
        snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, snakemake.params.failed)
