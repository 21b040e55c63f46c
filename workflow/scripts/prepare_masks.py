import numpy as np

from aepipe.data import own
from aepipe.data.arrays import save_array
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    source, padding = snakemake.params.settings["source"], snakemake.params.settings["padding"]
    masks = own.anomaly_masks(source, snakemake.params.settings["normal"])
    found = np.zeros((0, 0, 0), bool) if masks is None else np.pad(masks, ((0, 0), *[(padding, padding)] * 2))
    print(f"{found.any(axis=(1, 2)).sum()} masks of anomalies")
    save_array(work.masks, found)
