from aepipe import metrics
from aepipe.figures import style, sweep
from aepipe.jobs import job

with job(snakemake) as work:
    figure = sweep.draw(
        style.entries(dict(snakemake.params.labels)),
        metrics.read(snakemake.input.metrics),
        snakemake.params.class_names,
        snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, snakemake.params.failed)
