from aepipe.data.sources import load
from aepipe.data.stored import store
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    source, padding = snakemake.params.settings["source"], snakemake.params.settings["padding"]
    dataset = load(source)
    print(f"{len(dataset.images)} images from {dataset.source}")
    results = {name: getattr(work, name) for name in ("images", "labels", "copies", "origin", "files")}
    for text in store(dataset, padding, **results):
        work.tell(f"{snakemake.wildcards.dataset}: {text}")
