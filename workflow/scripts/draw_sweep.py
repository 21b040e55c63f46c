from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job
from aepipe.reporting.figures import style, sweep

with job(snakemake) as work:
    figure = sweep.draw(
        style.entries(dict(snakemake.params.titles)),
        metrics.read(snakemake.input.metrics),
        style.class_labels(snakemake.params.class_names),
        snakemake.wildcards.dataset,
        snakemake.params.confidence,
    )
    style.save(figure, work.figure, [], style.notes_on_classes(snakemake.params.class_names))
