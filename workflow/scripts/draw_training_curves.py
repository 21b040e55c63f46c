import pandas as pd

from aepipe.provenance import failures
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.figures import style, training_curves

with job(snakemake) as work:
    groups = by_model(snakemake.input.runs)
    figure = training_curves.draw(
        style.entries(dict(snakemake.params.titles)),
        {model: [pd.read_csv(path) for path in paths] for model, paths in groups.items()},
        dict(snakemake.params.objectives),
        snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, failures.read(snakemake.input.failures, "representation"))
