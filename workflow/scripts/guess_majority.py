from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation import image_scores, metrics
from aepipe.evaluation.accuracy import of_majority
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    found = of_majority(load_array(snakemake.input.labels), load_arrays(snakemake.input.split))
    scores = dict.fromkeys(metrics.PROTOCOLS, found)
    image_scores.save(work.scores, scores)
    metrics.write(metrics.tidy(snakemake.wildcards, "classification", image_scores.means(scores)), work.metrics)
