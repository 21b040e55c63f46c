from aepipe import metrics
from aepipe.figures import interpolation_scores, style
from aepipe.jobs import job

with job(snakemake) as work:
    figure = interpolation_scores.draw(
        style.entries(dict(snakemake.params.labels)),
        metrics.read(snakemake.input.metrics),
        snakemake.wildcards.dataset,
        has_labels=not snakemake.params.notes,
    )
    style.save(figure, work.figure, snakemake.params.failed, snakemake.params.notes)
