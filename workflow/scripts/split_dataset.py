import json
from pathlib import Path

from aepipe.data.arrays import load_array, save_arrays
from aepipe.data.splits import split
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    left_out = snakemake.wildcards.left_out
    parts = split(
        load_array(snakemake.input.labels),
        json.loads(Path(snakemake.input.origin).read_text())["test"],
        **snakemake.params.settings,
        left_out=None if left_out == "none" else int(left_out),
        seed=int(snakemake.wildcards.seed),
    )
    print({name: part.size for name, part in parts.items()})
    save_arrays(work.split, **parts)
