import pandas as pd
from safetensors.numpy import load_file, save_file

from aepipe.evaluation import metrics
from aepipe.models.weights import about, metadata
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    weights = {name: value for path in snakemake.input.weights for name, value in load_file(path).items()}
    save_file(weights, work.weights, metadata=metadata(about(snakemake.input.weights[0])))
    curves = pd.concat([pd.read_csv(path) for path in snakemake.input.curves])
    metrics.write_table(curves, work.curve)
    seconds = sum(metrics.read(path)["value"].sum() for path in snakemake.input.metrics)
    metrics.write(metrics.tidy(snakemake.wildcards, "training", {"paper": {"seconds": seconds}}), work.metrics)
