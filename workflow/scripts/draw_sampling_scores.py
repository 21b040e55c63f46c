from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job
from aepipe.reporting.figures import sampling_scores, style

with job(snakemake) as work:
    figure = sampling_scores.draw(
        style.entries(dict(snakemake.params.titles)),
        metrics.read(snakemake.input.metrics),
        snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, snakemake.params.failed, snakemake.params.notes)
