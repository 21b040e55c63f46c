from aepipe.data.arrays import load_arrays, save_arrays
from aepipe.evaluation.latent_map import map_codes
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    codes = load_arrays(snakemake.input.codes)["test"]
    positions = map_codes(codes, **snakemake.params.evaluation["latent_map"], seed=int(snakemake.wildcards.seed))
    save_arrays(work.map, positions=positions)
