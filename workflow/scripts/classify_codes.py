from aepipe import metrics
from aepipe.evaluation.classification import probe_codes
from aepipe.files import load_array, load_arrays
from aepipe.jobs import job
from aepipe.machine import use_one_core

with job(snakemake) as work:
    use_one_core()
    settings = dict(snakemake.params.evaluation["classification"])
    del settings["baseline"]
    accuracies = probe_codes(
        load_arrays(snakemake.input.codes),
        load_array(snakemake.input.labels),
        load_arrays(snakemake.input.split),
        **settings,
        seed=int(snakemake.wildcards.seed),
    )
    metrics.write(metrics.tidy(snakemake.wildcards, "classification", {"paper": accuracies}), work.metrics)
