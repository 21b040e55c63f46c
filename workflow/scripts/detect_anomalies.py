from aepipe import metrics
from aepipe.evaluation.anomaly import detect_anomalies
from aepipe.files import load_array, load_arrays
from aepipe.jobs import job_log

with job_log(snakemake.log[0]):
    split = load_arrays(snakemake.input.split)
    labels = load_array(snakemake.input.labels)[split["test"]]
    areas, curves = detect_anomalies(load_arrays(snakemake.input.reconstruction), labels, int(split["left_out"]))
    metrics.write(metrics.tidy(snakemake.wildcards, "anomaly", areas), snakemake.output.metrics)
    metrics.write(curves, snakemake.output.curves)
