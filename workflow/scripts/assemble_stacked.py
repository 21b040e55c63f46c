import pandas as pd
from safetensors.numpy import load_file, save_file

from aepipe import metrics
from aepipe.files import whole
from aepipe.jobs import job_log

with job_log(snakemake.log[0]):
    weights = {name: value for path in snakemake.input.weights for name, value in load_file(path).items()}
    with whole(snakemake.output.weights) as path:
        save_file(weights, path)
    curves = pd.concat([pd.read_csv(path) for path in snakemake.input.curves])
    metrics.write(curves, snakemake.output.curve)
    seconds = sum(metrics.read(path)["value"].sum() for path in snakemake.input.metrics)
    metrics.write(metrics.tidy(snakemake.wildcards, "training", {"seconds": seconds}), snakemake.output.metrics)
