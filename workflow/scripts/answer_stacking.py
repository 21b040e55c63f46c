from aepipe import metrics
from aepipe.jobs import job
from aepipe.stacking_experiment.page import page

with job(snakemake) as work:
    params = snakemake.params
    text = page(
        metrics.read(snakemake.input.metrics),
        snakemake.wildcards.dataset,
        labelled=params.labelled,
        train=params.train,
        asked=params.asked,
        **params.thresholds,
    )
    work.page.write_text(text)
