"""The configuration, checked, and what the rules ask of it."""

import yaml
from aepipe import catalogue
from aepipe.config import configuration, settings
from aepipe.errors import ConfigurationError
from aepipe.provenance import digests
from snakemake.exceptions import WorkflowError

SCHEMA = "../schemas/config.schema.yaml"

try:
    configuration.check(config, yaml.safe_load(Path(workflow.source_path(SCHEMA)).read_text()))
except ConfigurationError as error:
    raise WorkflowError(str(error))
validate(config, SCHEMA)  # fills in defaults
config.update(configuration.completed(config))  # and those that depend on the images

MODELS = configuration.models(config)
STACKED = configuration.stacked_models(config)
TITLES = {name: config["autoencoders"][name]["title"] for name in MODELS}
LABELLED = [name for name in config["datasets"] if configuration.has_labels(config, name)]

# Where things are
DATA = "results/{dataset}/data"
FEATURE_EXTRACTOR = "results/{dataset}/feature_extractor"
SPLIT = "results/{dataset}/splits/without-{held_out}_seed{seed}.npz"
RUN_NAME = "{model}_d{latent_dim}_without-{held_out}_seed{seed}"  # where runs share a folder
RUN = "results/{dataset}/runs/{model}/d{latent_dim}_without-{held_out}_seed{seed}"
FIGURES = "results/{dataset}/figures"
TABLES = "results/{dataset}/tables"
CODES = "results/{dataset}/codes"
LOGS = "results/{dataset}/logs"
RECORDS = "results/{dataset}/records"
METRICS = "results/{dataset}/metrics.csv"
SWEEP = "results/{dataset}/sweep"
STACKING = "results/{dataset}/stacking"
# What messages call a run
THIS_RUN = "d = {wildcards.latent_dim}, class held out: {wildcards.held_out}, seed {wildcards.seed}"


def run_log(rule_name, suffix=""):
    """Where a job of a run logs."""
    return f"{LOGS}/{rule_name}/{RUN_NAME}{suffix}.log"


def code(script):
    """The code of a rule: parameters that change, and so rerun it, when its script or what that imports does.

    Snakemake compares parameters as a set, so each module is one, and settings that could swap values are one dict.
    """
    return digests.code_of_script(workflow.source_path(f"../scripts/{script}.py"))


def class_code(wildcards):
    """The code of a run's autoencoder, which its script looks up by name."""
    return digests.code_of_modules(settings.network(config, wildcards)["class"].rpartition(".")[0])


def setting(name, *keys):
    """An input function: what `aepipe.config.settings.<name>` says of a job."""
    return lambda wildcards: getattr(settings, name)(config, wildcards, *keys)


def split_of_run(wildcards):
    """The split of a run; refuses runs that the configuration doesn't have."""
    try:
        settings.check_run(config, wildcards)
    except ConfigurationError as error:
        raise WorkflowError(str(error))
    return SPLIT


def if_labelled(path):
    """An input function: a file that only data sets with labels have."""
    return lambda wildcards: path if wildcards.dataset in LABELLED else []


def one_of(names):
    """A wildcard constraint: one of the names, or nothing where there are none."""
    return "|".join(names) or "(?!)"


# What a job asks for, beyond the profile's defaults: measured, with room (docs/cluster.md); more with every retry
def memory_and_time(mem_mb, minutes):
    """Resources of a rule."""
    return {
        "mem_mb": lambda wildcards, attempt: attempt * mem_mb,
        "runtime": lambda wildcards, attempt: attempt * minutes,
    }


def gpus(training):
    """An input function: how many GPUs a training asks for. With device `auto` it takes what it is given."""
    return lambda wildcards: int(training(wildcards)["device"] == "cuda")


NETWORK = memory_and_time(1500, minutes=10)  # imports PyTorch or UMAP
TRAINING = memory_and_time(1700, minutes=60)

# The evaluations of one network ask for one of `in_turn`. Where they are submitted as one job, and there is one of it
# (profiles/slurm), they wait for each other, so that one core and the memory of one will do for all of them.
IN_TURN = {"in_turn": 1}
