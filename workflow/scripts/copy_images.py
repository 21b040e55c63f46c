from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation import image_scores, metrics
from aepipe.evaluation.anomaly import area_scores, detect_anomalies
from aepipe.evaluation.detail import perfect_copies
from aepipe.evaluation.image_sets import scaled
from aepipe.evaluation.reconstruction import reconstruction_metrics, reconstruction_scores
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    split = load_arrays(snakemake.input.split)
    copies = perfect_copies(scaled(load_array(snakemake.input.images), split["test"]))
    numbers = {"reconstruction": reconstruction_metrics(copies, None)}
    if snakemake.wildcards.held_out != "none":
        labels = load_array(snakemake.input.labels)[split["test"]]
        numbers["anomaly"], _ = detect_anomalies(copies, labels, int(split["held_out"]))
        image_scores.save(work.scores, area_scores(copies, labels == int(split["held_out"])))
    else:
        image_scores.save(work.scores, reconstruction_scores(copies))
    rows = [row for name, values in numbers.items() for row in metrics.tidy(snakemake.wildcards, name, values)]
    metrics.write(rows, work.metrics)
