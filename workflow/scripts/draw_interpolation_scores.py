from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job
from aepipe.reporting.figures import interpolation_scores, style

with job(snakemake) as work:
    figure = interpolation_scores.draw(
        style.entries(dict(snakemake.params.titles)),
        metrics.read(snakemake.input.metrics),
        snakemake.wildcards.dataset,
        has_labels=not snakemake.params.notes,
    )
    style.save(figure, work.figure, snakemake.params.failed, snakemake.params.notes)
