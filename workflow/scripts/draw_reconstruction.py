from aepipe.analysis import image_variance
from aepipe.data.arrays import load_arrays
from aepipe.evaluation import metrics
from aepipe.provenance import failures
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.figures import reconstruction, style

with job(snakemake) as work:
    pictures = {model: load_arrays(paths[0]) for model, paths in by_model(snakemake.input.runs).items()}
    figure = reconstruction.draw(
        style.entries(dict(snakemake.params.titles)),
        pictures,
        metrics.read(snakemake.input.metrics),
        snakemake.wildcards.dataset,
        snakemake.params.confidence,
        image_variance.read(snakemake.input.covariances),
    )
    style.save(figure, work.figure, failures.read(snakemake.input.failures, "representation"))
