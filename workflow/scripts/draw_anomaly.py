import pandas as pd

from aepipe.analysis.scores import published_of
from aepipe.evaluation import metrics
from aepipe.provenance import failures
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.figures import anomaly, style

with job(snakemake) as work:
    params = snakemake.params
    held_out = [str(label) for label in params.held_out]
    published = published_of(params.published, "anomaly", held_out[0]) if len(held_out) == 1 else {}
    figure = anomaly.draw(
        style.entries(dict(params.titles)),
        metrics.read(snakemake.input.metrics),
        {model: [pd.read_csv(path) for path in paths] for model, paths in by_model(snakemake.input.runs).items()},
        published,
        [params.class_names[label] for label in params.held_out],
        snakemake.wildcards.dataset,
        params.confidence,
    )
    style.save(figure, work.figure, failures.read(snakemake.input.failures, "anomaly"))
