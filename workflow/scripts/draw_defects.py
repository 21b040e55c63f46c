from aepipe.data.arrays import load_arrays
from aepipe.provenance import failures
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.figures import defects, style

with job(snakemake) as work:
    found = {model: load_arrays(paths[0]) for model, paths in by_model(snakemake.input.runs).items()}
    figure = defects.draw(style.entries(dict(snakemake.params.titles)), found, snakemake.wildcards.dataset)
    style.save(figure, work.figure, failures.read(snakemake.input.failures, "representation"))
