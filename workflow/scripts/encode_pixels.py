from aepipe.data.arrays import load_array, load_arrays, save_arrays
from aepipe.evaluation.image_sets import flat
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    images, split = load_array(snakemake.input.images), load_arrays(snakemake.input.split)
    save_arrays(work.codes, **{part: flat(images, split[part]) for part in ("test", "validation", "labelled")})
