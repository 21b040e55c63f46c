from aepipe.figures import sampling, style
from aepipe.files import load_arrays
from aepipe.jobs import by_model, job_log

with job_log(snakemake.log[0]):
    groups = by_model(snakemake.input.cells)
    figure = sampling.draw(
        style.entries(dict(snakemake.params.labels)),
        {model: load_arrays(paths[0])["images"] for model, paths in groups.items()},
        load_arrays(snakemake.input.real)["originals"],
        snakemake.wildcards.dataset,
    )
    style.save(figure, snakemake.output.figure)
