from aepipe.data.arrays import load_arrays
from aepipe.provenance import failures
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.figures import sampling, style


def images_of(paths):
    """Model -> the images of its file."""
    return {model: load_arrays(own[0])["images"] for model, own in by_model(paths).items()}


with job(snakemake) as work:
    figure = sampling.draw(
        style.entries(dict(snakemake.params.titles)),
        images_of(snakemake.input.runs),
        images_of(snakemake.input.mixtures),
        load_arrays(snakemake.input.real)["originals"],
        snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, failures.read(snakemake.input.failures, "representation"))
