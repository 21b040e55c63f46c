from aepipe.evaluation import metrics
from aepipe.experiments.stacking.page import page
from aepipe.provenance.jobs import job

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
    work.page.write_text(text, encoding="utf-8")
