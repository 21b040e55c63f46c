from aepipe import metrics
from aepipe.figures import label_efficiency, style
from aepipe.jobs import job

with job(snakemake) as work:
    numbers, params = metrics.read(snakemake.input.metrics), snakemake.params
    figure = label_efficiency.draw(numbers, snakemake.wildcards.dataset, params.train, params.confidence)
    style.save(figure, work.figure, [])
