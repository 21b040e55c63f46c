"""The configuration, checked, and what the rules ask of it."""

from dataclasses import asdict

import yaml
from aepipe import configuration
from aepipe.errors import ConfigurationError
from snakemake.exceptions import WorkflowError

SCHEMA = "../schemas/config.schema.yaml"

try:
    configuration.check(config, yaml.safe_load(Path(workflow.source_path(SCHEMA)).read_text()))
except ConfigurationError as error:
    raise WorkflowError(str(error))
validate(config, SCHEMA)  # fills in defaults

BASELINE = config["evaluation"]["classification"]["baseline"]

# Where things lie
DATA = "results/{dataset}/data"
SPLIT = "results/{dataset}/splits/without-{left_out}_seed{seed}.npz"
CELL = "results/{dataset}/cells/{model}/d{latent_dim}_without-{left_out}_seed{seed}"
FIGURE = "results/{dataset}/figures"
TABLE = "results/{dataset}/tables"
LOGS = "results/{dataset}/logs"

FIGURES = [
    "reconstruction",
    "sampling",
    "interpolation",
    "latent_structure",
    "latent_structure_anomaly",
    "classification",
    "anomaly",
    "training_time",
    "training_curves",
]
TABLES = ["summary", "reconstruction", "classification", "anomaly", "training"]


def bake_off(dataset):
    """What a data set's bake-off makes."""
    folder = f"results/{dataset}"
    return [
        f"{folder}/metrics.csv",
        f"{folder}/figures/interpolation.gif",
        *(f"{folder}/figures/{name}.png" for name in FIGURES),
        *(f"{folder}/tables/{name}.md" for name in TABLES),
    ]


def cell_files(name, dataset, role, models=None):
    """The file `name` of every cell of a role, of all autoencoders or of some models."""
    cells = configuration.cells(config, dataset, role, models)
    return [f"{CELL}/{name}".format(**asdict(cell)) for cell in cells]


def of_cells(name, *roles, models=None):
    """An input function: the file `name` of every cell of these roles, for the rule's data set."""
    return lambda wildcards: [
        path for role in roles for path in cell_files(name, wildcards.dataset, role, models)
    ]


def cell_log(rule_name, suffix=""):
    """Where a job of a cell logs."""
    return f"{LOGS}/{rule_name}/{{model}}_d{{latent_dim}}_without-{{left_out}}_seed{{seed}}{suffix}.log"


def network_of(wildcards):
    """What builds the network of a cell. Both baselines share the network of the configured one."""
    model = wildcards.model if wildcards.model in config["autoencoders"] else BASELINE
    return configuration.network_settings(config, wildcards.dataset, model, wildcards.left_out)


def training_of(wildcards):
    """How a cell is trained."""
    return configuration.training_settings(config, wildcards.dataset, wildcards.model)


def one_of(names):
    """A wildcard constraint: one of the names, or nothing where there are none."""
    return "|".join(names) or "(?!)"
