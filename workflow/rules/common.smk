"""The configuration, checked, and what the rules ask of it."""

import yaml
from aepipe.config import configuration, reuse
from aepipe.provenance import failures, digests, records
from aepipe import labels
from aepipe.baselines import BASELINES
from aepipe.data import own
from aepipe.errors import ConfigurationError, DamagedFileError
from snakemake.exceptions import WorkflowError
from snakemake.iocontainers import Wildcards

SCHEMA = "../schemas/config.schema.yaml"

try:
    configuration.check(config, yaml.safe_load(Path(workflow.source_path(SCHEMA)).read_text()))
except ConfigurationError as error:
    raise WorkflowError(str(error))
validate(config, SCHEMA)  # fills in defaults
config.update(configuration.completed(config))  # and those that depend on the images
if not Path(config["experiment"].get("reuse") or ".").is_dir():
    raise WorkflowError(
        f"experiment.reuse: there is no folder {config['run']['saved']!r} here; allowed: the folder of earlier numbers"
    )

SHOW_FAILED = config["experiment"]["show_failed"]
BASELINE_NETWORK = config["evaluation"]["classification"]["baseline_network"]
MODELS = configuration.models(config)
STACKED = configuration.stacked_models(config)
TITLES = {name: config["autoencoders"][name]["title"] for name in MODELS}
LABELLED = [name for name in config["datasets"] if configuration.has_labels(config, name)]
UNLABELLED = [name for name in config["datasets"] if name not in LABELLED]

# Where things lie
DATA = "results/{dataset}/data"
FEATURE_EXTRACTOR = "results/{dataset}/feature_extractor"
SPLIT = "results/{dataset}/splits/without-{held_out}_seed{seed}.npz"
RUN = "results/{dataset}/runs/{model}/d{latent_dim}_without-{held_out}_seed{seed}"
FIGURE = "results/{dataset}/figures"
TABLE = "results/{dataset}/tables"
CODES = "results/{dataset}/codes"
LOGS = "results/{dataset}/logs"
RECORDS = "results/{dataset}/records"
RUN_NAME = "{model}_d{latent_dim}_without-{held_out}_seed{seed}"  # where runs share a folder
METRICS = "results/{dataset}/metrics.csv"
SWEEP = "results/{dataset}/sweep"
SIMILARITY = "results/{dataset}/metrics/latent_similarity_seed{seed}.csv"
PUBLISHED = "workflow/resources/published.csv"  # relative, as all paths: a moved project is up to date


def run_log(rule_name, suffix=""):
    """Where a job of a run logs."""
    return f"{LOGS}/{rule_name}/{RUN_NAME}{suffix}.log"


def network_of(wildcards):
    """What builds the network of a run. Untrained and from scratch, it is that of the configured baseline."""
    model = BASELINE_NETWORK if wildcards.model in ("untrained", "scratch") else wildcards.model
    held_out, latent_dim = wildcards.held_out, int(wildcards.latent_dim)
    return configuration.network_settings(config, wildcards.dataset, model, held_out, latent_dim)


def code(script):
    """The code of a rule: parameters that change, and so rerun it, when its script or what that imports does.

    Snakemake compares parameters as a set, so each module is one, and settings that could swap values are one dict.
    """
    return digests.code_of_script(workflow.source_path(f"../scripts/{script}.py"))


def code_of_class(wildcards):
    """The code of a run's autoencoder, which its script looks up by name."""
    return digests.code_of_modules(network_of(wildcards)["class"].rpartition(".")[0])


def training_of(wildcards):
    """How a run is trained."""
    return configuration.training_settings(config, wildcards.dataset, wildcards.model)


def settings_of(*evaluations):
    """An input function: the settings of evaluations on the rule's data set, in one dict, by their names."""
    return lambda wildcards: {
        evaluation: configuration.evaluation_settings(config, wildcards.dataset, evaluation)
        for evaluation in sorted(evaluations)
    }


def data_settings(*keys):
    """An input function: settings of the rule's data set, in one dict, by their names."""
    return lambda wildcards: {key: data_setting(key)(wildcards) for key in sorted(keys)}


def data_setting(key):
    """An input function: a setting of the rule's data set; None where it has no such thing."""
    return lambda wildcards: configuration.ordered(config["datasets"][wildcards.dataset].get(key))


def source_settings(wildcards):
    """Where the images come from and how they are padded; of a user's folder, also what stands for its files."""
    data = config["datasets"][wildcards.dataset]
    settings = {"padding": data["padding"], "source": data["source"]}
    if not isinstance(data["source"], str) and (files := own.digest(data["source"])):
        settings["files"] = files
    return configuration.ordered(settings)


def own_files(wildcards):
    """The files of a user's own data set, other than those of a folder."""
    source = config["datasets"][wildcards.dataset]["source"]
    return [] if isinstance(source, str) else own.files(source)


def published_source(wildcards):
    """The name of a published data set, whose figures the article may have; empty for a user's own."""
    source = config["datasets"][wildcards.dataset]["source"]
    return source if isinstance(source, str) else ""


def labels_of(wildcards):
    """The labels of a data set, as an input of what is measured without them, too: nothing where it has none."""
    return f"{DATA}/labels.npy" if wildcards.dataset in LABELLED else []


def of_feature_extractor(name):
    """An input function: a file of the data set's classifier, which needs labels."""
    return lambda wildcards: f"{FEATURE_EXTRACTOR}/{name}" if wildcards.dataset in LABELLED else []


def without_labels(name):
    """An input function: what a page or figure has to say of what it lacks, in a list; empty where there are labels."""
    return lambda wildcards: [] if wildcards.dataset in LABELLED else [labels.note(name)]


def one_of(names):
    """A wildcard constraint: one of the names, or nothing where there are none."""
    return "|".join(names) or "(?!)"


def inputs_of(rule_name, wildcards):
    """The input files that a rule's job with these wildcards would have."""
    found = []
    for item in getattr(rules, rule_name).input:
        paths = item(Wildcards(fromdict=wildcards)) if callable(item) else item
        found += [paths] if isinstance(paths, str) else paths
    return [str(path).format(**wildcards) for path in found]


# What a job asks for
# -------------------
def ask(mem_mb, minutes):
    """Memory and time of a kind of jobs, as much again with every retry: measured, with room (docs/cluster.md)."""
    return {
        "mem_mb": lambda wildcards, attempt: attempt * mem_mb,
        "runtime": lambda wildcards, attempt: attempt * minutes,
    }


def gpus_of(training):
    """An input function: how many GPUs a training asks for. One that is to take any device takes what it is given."""
    return lambda wildcards: int(training(wildcards)["device"] == "cuda")


LIGHT = ask(mem_mb=1000, minutes=5)
NETWORK = ask(mem_mb=1500, minutes=10)  # imports PyTorch or UMAP
TRAINING = ask(mem_mb=1700, minutes=60)
LAYER = ask(mem_mb=1700, minutes=15)

# The evaluations of one network ask for one of `in_turn`. Where they are submitted as one job, and there is one of it
# (profiles/slurm), they wait for each other, so that one core and the memory of one will do for all of them.
IN_TURN = {"in_turn": 1}


# Layers of stacked autoencoders
# ------------------------------
def outer_layers(wildcards):
    """The weights of the layers outside of a layer."""
    return [f"{RUN}/layer{layer}.safetensors" for layer in range(1, int(wildcards.layer))]


def encoded_by_outer_layer(wildcards):
    """The data set as the layer outside of a layer has encoded it; the outermost reads the images alone."""
    layer = int(wildcards.layer)
    return f"{RUN}/layer{layer - 1}_encoded.npy" if layer > 1 else []


def all_layers(name):
    """An input function: the file `name` of each layer of a stacked autoencoder."""
    return lambda wildcards: [
        f"{RUN}/{name}".replace("{layer}", str(layer))
        for layer in range(1, len(network_of(wildcards)["encoder_widths"]) + 2)
    ]


# The report
# ----------
def figure(name, category, extension="png"):
    """A figure's file, shown in Snakemake's report."""
    return report(
        f"{FIGURE}/{name}.{extension}",
        caption=f"../report/{name}.rst",
        category=category,
        labels={"data set": "{dataset}", "figure": name.replace("_", " "), "format": extension},
    )


def table(name):
    """A table's file, shown in Snakemake's report."""
    return report(
        f"{TABLE}/{name}.md",
        caption="../report/tables.rst",
        category="Tables",
        labels={"data set": "{dataset}", "table": name},
    )


def class_names_of(wildcards):
    """The names of a data set's classes, for legends; none without labels."""
    return configuration.class_names(config, wildcards.dataset)


# Verification
# ------------
def jobs_today(_):
    """Path of each record -> what its job would be made from today, or None where the configuration has no such job."""
    paths = sorted(map(str, Path("results").glob(f"**/{records.FOLDER}/*.json")))
    return {path: job_today(path) for path in paths}


def job_today(path):
    """Code, settings and inputs that the job of a record would have today, as its rule says."""
    try:
        job = records.read(Path(path))
        params, wildcards = getattr(rules, job["rule"]).params, Wildcards(fromdict=job["wildcards"])
        settings = {name: value(wildcards) if callable(value) else value for name, value in params.items()}
        return records.described(records.unnamed(params), settings) | {
            "inputs": inputs_of(job["rule"], job["wildcards"])
        }
    except (DamagedFileError, AttributeError, KeyError):
        return None
