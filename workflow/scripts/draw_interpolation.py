from aepipe.figures import interpolation, style
from aepipe.files import load_arrays
from aepipe.jobs import by_model, job_log

with job_log(snakemake.log[0]):
    entries = style.entries(dict(snakemake.params.labels))
    arrays = {model: load_arrays(paths[0]) for model, paths in by_model(snakemake.input.cells).items()}
    ways = {model: saved["images"] for model, saved in arrays.items()}
    ends = arrays[entries[0].name]["ends"]
    style.save(interpolation.draw(entries, ways, ends, snakemake.wildcards.dataset), snakemake.output.figure)
    interpolation.animate(entries, ways, snakemake.output.animation)
