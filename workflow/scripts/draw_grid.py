from aepipe import catalogue
from aepipe.config.paths import PAPER
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job
from aepipe.reporting.figures import grid, style

with job(snakemake) as work:
    params, name = snakemake.params, snakemake.wildcards.figure
    figure = grid.draw(
        catalogue.evaluation(name.removesuffix(PAPER)),
        "paper" if name.endswith(PAPER) else "corrected",
        style.entries(dict(params.titles)),
        params.points,
        metrics.read(snakemake.input.metrics),
        snakemake.wildcards.dataset,
        params.confidence,
    )
    style.save(figure, work.figure, params.failed)
