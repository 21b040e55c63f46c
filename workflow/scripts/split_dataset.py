import json
from pathlib import Path

from aepipe.data.arrays import load_array, save_arrays
from aepipe.data.splits import split
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    held_out = snakemake.wildcards.held_out
    parts = split(
        load_array(snakemake.input.labels),
        json.loads(Path(snakemake.input.origin).read_text())["test"],
        **snakemake.params.settings,
        held_out=None if held_out == "none" else int(held_out),
        seed=int(snakemake.wildcards.seed),
    )
    print({name: part.size for name, part in parts.items()})
    save_arrays(work.split, **parts)
