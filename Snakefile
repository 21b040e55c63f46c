"""The autoencoder bake-off: what depends on what. The work itself is done in src/aepipe."""

from snakemake.utils import min_version, validate

min_version("9.27")


# Configuration, checked before anything else
# -------------------------------------------
configfile: "config.yaml"


include: "workflow/rules/common.smk"


wildcard_constraints:
    dataset="|".join(config["datasets"]),
    model=r"[a-zA-Z][a-zA-Z0-9_]*",
    latent_dim=r"\d+",
    left_out=r"\d+|none",
    seed=r"\d+",


report: "workflow/report/workflow.rst"


# Targets: all data sets that the configuration lists, or one by its name
# -----------------------------------------------------------------------
rule all:
    default_target: True
    input:
        [bake_off(dataset) for dataset in config["run"]["datasets"]],


for dataset in config["datasets"]:

    rule:
        name:
            dataset
        input:
            bake_off(dataset),


include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/verify.smk"
include: "workflow/rules/failed.smk"


onerror:
    report_failed()
