from aepipe import catalogue
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job
from aepipe.reporting.figures import protocol_ranks, style

with job(snakemake) as work:
    params, table = snakemake.params, metrics.read(snakemake.input.metrics)
    there = set(table["evaluation"])
    tasks = [task for task in catalogue.tasks(params.has_labels) if task.evaluation in there]
    entries = style.entries(dict(params.titles))
    style.save(
        protocol_ranks.draw(entries, tasks, metrics.REPORTED, table, snakemake.wildcards.dataset), work.figure, ()
    )
