import json
from pathlib import Path

from aepipe import catalogue
from aepipe.config.paths import tuned_for
from aepipe.provenance.jobs import job
from aepipe.reporting.figures import style, trials

with job(snakemake) as work:
    paths = [Path(path) for path in snakemake.input.selected]
    scores = {tuned_for(path.stem): json.loads(path.read_text(encoding="utf-8")) for path in paths}
    there = {evaluation for _, evaluation in scores}
    tasks = [task for task in catalogue.tasks(snakemake.params.has_labels) if task.evaluation in there]
    figure = trials.draw(style.entries(dict(snakemake.params.titles)), tasks, scores, snakemake.wildcards.dataset)
    style.save(figure, work.figure, ())
