import pandas as pd

from aepipe.analysis import scores
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.figures import anomaly, style

with job(snakemake) as work:
    params = snakemake.params
    published = scores.read_published(snakemake.input.published, params.source)
    figure = anomaly.draw(
        style.entries(dict(params.titles)),
        metrics.read(snakemake.input.metrics),
        {model: [pd.read_csv(path) for path in paths] for model, paths in by_model(snakemake.input.runs).items()},
        scores.by_model(published, "auc"),
        ", ".join(params.class_names[label] for label in params.held_out),
        snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, snakemake.params.failed)
