from pathlib import Path

from aepipe.data.sources import load
from aepipe.data.store import store
from aepipe.jobs import job_log

with job_log(snakemake.log[0]):
    source, padding = snakemake.params.settings["source"], snakemake.params.settings["padding"]
    dataset = load(source, placed=Path("data") / source)
    print(f"{len(dataset.images)} images from {dataset.source}")
    store(
        dataset,
        padding,
        images=snakemake.output.images,
        labels=snakemake.output.labels,
        record=snakemake.output.record,
    )
