from aepipe.figures import sampling, style
from aepipe.files import load_arrays
from aepipe.jobs import by_model, job

with job(snakemake) as work:
    groups = by_model(snakemake.input.cells)
    figure = sampling.draw(
        style.entries(dict(snakemake.params.labels)),
        {model: load_arrays(paths[0])["images"] for model, paths in groups.items()},
        load_arrays(snakemake.input.real)["originals"],
        snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, snakemake.params.failed)
