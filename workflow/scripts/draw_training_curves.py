import pandas as pd

from aepipe.provenance import failures
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.figures import style, training_curves
from aepipe.reporting.trends import rising

with job(snakemake) as work:
    titles = dict(snakemake.params.titles)
    curves = {model: [pd.read_csv(path) for path in own] for model, own in by_model(snakemake.input.runs).items()}
    figure = training_curves.draw(
        style.entries(titles),
        curves,
        dict(snakemake.params.objectives),
        snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, failures.read(snakemake.input.failures, "representation"), rising(titles, curves))
