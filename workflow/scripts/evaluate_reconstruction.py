from aepipe.data.arrays import load_arrays
from aepipe.evaluation import image_scores, metrics
from aepipe.evaluation.reconstruction import reconstruction_metrics, reconstruction_scores
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    reconstruction = load_arrays(snakemake.input.reconstruction)
    numbers = reconstruction_metrics(reconstruction, load_arrays(snakemake.input.codes))
    image_scores.save(work.scores, reconstruction_scores(reconstruction))
    metrics.write(metrics.tidy(snakemake.wildcards, "reconstruction", numbers), work.metrics)
