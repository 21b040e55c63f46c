from aepipe.data.arrays import load_arrays
from aepipe.provenance import failures
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.figures import interpolation, style

with job(snakemake) as work:
    entries = style.entries(dict(snakemake.params.titles))
    arrays = {model: load_arrays(paths[0]) for model, paths in by_model(snakemake.input.runs).items()}
    ways = {model: saved["images"] for model, saved in arrays.items()}
    ends = next(iter(arrays.values()))["ends"]
    style.save(
        interpolation.draw(entries, ways, ends, snakemake.wildcards.dataset),
        work.figure,
        failures.read(snakemake.input.failures, "representation"),
    )
    interpolation.animate(entries, ways, work.animation)
