import json

from aepipe.analysis import tuning
from aepipe.evaluation import metrics
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    params = snakemake.params
    found = tuning.select((metrics.read(path) for path in snakemake.input.metrics), params.trials, params.by)
    work.settings.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
