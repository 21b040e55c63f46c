"""The autoencoder bake-off: what depends on what. The work itself is done in src/aepipe."""

import gc

from aepipe.config.files import check_file
from aepipe.errors import ConfigurationError
from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version, validate

min_version("9.27")
gc.freeze()  # what has been imported stays: planning takes a quarter longer where it is searched for garbage


# The configuration: that of the working directory, or the one that comes with the workflow
# ---------------------------------------------------------------------------------------
try:
    own = Path("config.yaml")
    if not workflow.modifier.skip_configfile:  # a module of a workflow that gives the configuration
        path = str(own) if own.exists() else workflow.source_path(own.name)
        for file in [path, *map(str, workflow.overwrite_configfiles)]:
            check_file(file)
        workflow.configfile(path)  # as the directive does, whose errors don't name the file
except ConfigurationError as error:
    raise WorkflowError(str(error))
except Exception as error:
    raise WorkflowError(f"config.yaml can't be read: {error.__context__ or error}")


include: "workflow/rules/common.smk"


wildcard_constraints:
    dataset="|".join(config["datasets"]),
    model=r"[a-zA-Z][a-zA-Z0-9_]*",
    latent_dim=r"\d+",
    held_out=r"\d+|none",
    seed=r"\d+",


report: "workflow/report/workflow.rst"


include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/baselines.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/verdict.smk"
include: "workflow/rules/sweep.smk"
include: "workflow/rules/grid.smk"
include: "workflow/rules/tuning.smk"
include: "workflow/rules/stacking.smk"
include: "workflow/rules/verify.smk"


onstart:
    refuse_machine()
    lock_results()


onerror:
    report_failures()


# Targets: for each data set its bake-off, and the larger experiments; a bare `snakemake` makes the bake-offs listed
# ----------------------------------------------------------------------------------------------------------------
rule all:
    default_target: True
    input:
        [plan.bake_off(dataset) for dataset in config["experiment"]["datasets"]],
        ["results/ranks.md", "results/critical_difference.png"] if len(config["experiment"]["datasets"]) > 1 else [],


TARGETS = {
    "": plan.bake_off,
    "_verdict": plan.verdict,
    "_quick": plan.quick,
    "_codes": plan.codes,
    "_sweep": plan.sweep,
    "_grid": larger(plan.grid, plan.about_grid, check_grid),
    "_tuned": larger(tuning_plan.files, tuning_plan.about, check_tuning),
    "_stacking": plan.stacking,
}

for dataset in config["datasets"]:
    for suffix, results in TARGETS.items():
        if workflow.is_rule(dataset + suffix):
            raise WorkflowError(
                f"The configuration is invalid:\n  - datasets.{dataset}: a rule has this name; choose another"
            )

        rule:
            name:
                dataset + suffix
            input:
                results(dataset),
