from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation import image_scores, metrics
from aepipe.evaluation.anomaly import area_scores, detect_anomalies
from aepipe.evaluation.reconstruction import reconstruction_metrics
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    reconstruction, codes = load_arrays(snakemake.input.reconstruction), load_arrays(snakemake.input.codes)
    split = load_arrays(snakemake.input.split)
    labels = load_array(snakemake.input.labels)[split["test"]]
    areas, curves = detect_anomalies(reconstruction, labels, int(split["held_out"]))
    numbers = {"anomaly": areas, "reconstruction": reconstruction_metrics(reconstruction, codes)}
    rows = [row for name, values in numbers.items() for row in metrics.tidy(snakemake.wildcards, name, values)]
    metrics.write(rows, work.metrics)
    anomalies = labels == int(split["held_out"])
    image_scores.save(work.scores, area_scores(reconstruction, anomalies))
    metrics.write(curves, work.curves)
