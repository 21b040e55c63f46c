from aepipe import metrics
from aepipe.evaluation.anomaly import detect_anomalies
from aepipe.files import load_array, load_arrays
from aepipe.jobs import job

with job(snakemake) as work:
    split = load_arrays(snakemake.input.split)
    labels = load_array(snakemake.input.labels)[split["test"]]
    areas, curves = detect_anomalies(load_arrays(snakemake.input.reconstruction), labels, int(split["left_out"]))
    metrics.write(metrics.tidy(snakemake.wildcards, "anomaly", {"paper": areas}), work.metrics)
    metrics.write(curves, work.curves)
