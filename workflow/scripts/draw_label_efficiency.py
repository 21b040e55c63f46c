from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job
from aepipe.reporting.figures import label_efficiency, style

with job(snakemake) as work:
    numbers, params = metrics.read(snakemake.input.metrics), snakemake.params
    figure = label_efficiency.draw(numbers, snakemake.wildcards.dataset, params.train, params.confidence)
    style.save(figure, work.figure, [])
