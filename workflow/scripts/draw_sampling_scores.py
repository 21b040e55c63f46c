from aepipe import metrics
from aepipe.figures import sampling_scores, style
from aepipe.jobs import job

with job(snakemake) as work:
    figure = sampling_scores.draw(
        style.entries(dict(snakemake.params.labels)),
        metrics.read(snakemake.input.metrics),
        snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, snakemake.params.failed, snakemake.params.notes)
