import json
from pathlib import Path

from aepipe.data.arrays import load_array, save_arrays
from aepipe.data.splits import split
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    held_out, settings = snakemake.wildcards.held_out, snakemake.params.settings
    parts = split(
        load_array(snakemake.input.labels),
        load_array(snakemake.input.copies),
        json.loads(Path(snakemake.input.origin).read_text(encoding="utf-8"))["test"],
        validation=settings["validation"],
        labelled=settings["labelled"] or 0,
        held_out=None if held_out == "none" else int(held_out),
        seed=int(snakemake.wildcards.seed),
        normal=settings["normal"],
        of_trials=settings["of_trials"],
    )
    print({name: part.size for name, part in parts.items()})
    save_arrays(work.split, **parts)
