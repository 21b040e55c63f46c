import json

from aepipe.provenance.jobs import job

with job(snakemake) as work:
    work.failures.write_text(json.dumps(snakemake.params.runs, indent=2) + "\n", encoding="utf-8")
