from aepipe.data.images import store
from aepipe.data.sources import load
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    source, padding = snakemake.params.settings["source"], snakemake.params.settings["padding"]
    dataset = load(source)
    print(f"{len(dataset.images)} images from {dataset.source}")
    notes = store(dataset, padding, images=work.images, labels=work.labels, copies=work.copies, origin=work.origin)
    for text in notes:
        work.tell(f"{snakemake.wildcards.dataset}: {text}.")
