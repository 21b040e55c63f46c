"""Results that came without `.snakemake`: their records against today's code, settings and data."""

from aepipe.errors import DamagedFileError
from aepipe.provenance import records
from snakemake.iocontainers import Wildcards


def jobs_today(_):
    """Path of each record -> what its job would be made from today, or None where the configuration has no such job."""
    paths = sorted(map(str, Path("results").glob(f"**/{records.FOLDER}/*.json")))
    return {path: job_today(path) for path in paths}


def job_today(path):
    """Code, settings and inputs that the job of a record would have today, as its rule says."""
    try:
        job = records.read(Path(path))
        known, wildcards = getattr(rules, job["rule"]), Wildcards(fromdict=job["wildcards"])
        params = {name: value(wildcards) if callable(value) else value for name, value in known.params.items()}
        inputs = [item(wildcards) if callable(item) else item for item in known.input]
        paths = [path for item in inputs for path in ([item] if isinstance(item, str) else item)]
        described = records.described(records.unnamed(known.params), params)
        return described | {"inputs": [str(path).format(**job["wildcards"]) for path in paths]}
    except (DamagedFileError, AttributeError, KeyError, WorkflowError):
        return None


rule verify:
    log:
        "results/verify.log",
    localrule: True
    params:
        today=jobs_today,
    message:
        "comparing all results with today's code, settings and data"
    script:
        "../scripts/verify.py"
