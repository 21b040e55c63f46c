from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation import metrics
from aepipe.evaluation.accuracy import of_majority
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    numbers = of_majority(load_array(snakemake.input.labels), load_arrays(snakemake.input.split))
    rows = metrics.tidy(snakemake.wildcards, "classification", {"paper": numbers, "corrected": numbers})
    metrics.write(rows, work.metrics)
