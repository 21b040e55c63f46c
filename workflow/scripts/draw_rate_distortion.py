from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job
from aepipe.reporting.figures import rate_distortion, style

with job(snakemake) as work:
    params = snakemake.params
    figure = rate_distortion.draw(
        style.entries(dict(params.titles)),
        params.points,
        params.losses,
        metrics.read(snakemake.input.metrics),
        snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, params.failed)
