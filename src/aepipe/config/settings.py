"""What the wildcards of a job say of its settings. Each function takes the configuration, completed, and the wildcards.

Imported by the Snakefile, so nothing here imports torch.
"""

import csv
from pathlib import Path
from typing import Any

from aepipe import catalogue
from aepipe.config import configuration, memory
from aepipe.config.configuration import Config
from aepipe.data import own
from aepipe.errors import ConfigurationError

#: Of normal validation images above the threshold for anomalies, by default.
FALSE_POSITIVE_RATE = 0.05
PUBLISHED = Path(__file__).parent / "published.csv"
#: The published networks and their numbers of labels: a data set that differs from these has nothing to compare with.
PUBLISHED_SETTING = {"representation": 20, "anomaly": 2, "labelled": 550}


def check_run(config: Config, wildcards: Any) -> None:
    """Refuses a run that the configuration doesn't have.

    Raises:
        ConfigurationError: names the latent dimension or class, and those that are allowed.
    """
    dataset, model = wildcards.dataset, wildcards.model
    place = f"{dataset}: a run of {model} with"
    roles = configuration.roles(config, dataset)
    dimensions = {configuration.latent_dim_of(config, dataset, model, role) for role in roles}
    if model in catalogue.OF_GRIDS:
        dimensions.update(configuration.grid_dimensions(config, dataset))
    if int(wildcards.latent_dim) not in dimensions:
        allowed = " or ".join(f"d{dimension}" for dimension in sorted(dimensions))
        raise ConfigurationError(f"{place} d{wildcards.latent_dim} is not configured; allowed: {allowed}")
    classes = [str(label) for label in configuration.facts(config, wildcards.dataset).classes]
    if wildcards.held_out not in ("none", *classes):
        raise ConfigurationError(
            f"{place} without-{wildcards.held_out}: there is no such class; allowed: none, {', '.join(classes)}"
        )


def network(config: Config, wildcards: Any) -> dict[str, Any]:
    """What builds the network of a run; that of some baselines is configured."""
    known = catalogue.baseline(wildcards.model)
    is_configured = known is not None and known.network == catalogue.CONFIGURED
    model = config["evaluation"]["classification"]["baseline_network"] if is_configured else wildcards.model
    latent_dim = int(wildcards.latent_dim)
    return configuration.network_settings(config, wildcards.dataset, model, wildcards.held_out, latent_dim)


def training(config: Config, wildcards: Any) -> dict[str, Any]:
    """How a run is trained."""
    return configuration.training_settings(config, wildcards.dataset, wildcards.model)


def loss(config: Config, wildcards: Any) -> str:
    """What the training of a run compares images by; of a baseline, the loss of the data set."""
    return configuration.training_settings(config, wildcards.dataset, wildcards.model).get("loss", "bce")


def losses(config: Config, wildcards: Any) -> dict[str, str]:
    """Point of a grid, or baseline beside it -> its loss."""
    of = {
        name: configuration.training_settings(config, wildcards.dataset, name) for name in configuration.points(config)
    }
    of |= {name: configuration.training_settings(config, wildcards.dataset, name) for name in catalogue.OF_GRIDS}
    return {name: found.get("loss", "bce") for name, found in of.items()}


def training_memory(config: Config, wildcards: Any) -> int:
    """MB that a training takes, besides the libraries, with any settings; 0 where it is not that of an autoencoder."""
    model = getattr(wildcards, "model", "")
    if model not in config["autoencoders"]:
        return 0
    role = "representation" if wildcards.held_out == "none" else "anomaly"
    possible = [name for name, _ in trials(config, wildcards)] if is_tuned(config, model) else [model]
    return max(memory.of_training(config, wildcards.dataset, name, role) for name in possible) // 1_000_000


def is_tuned(config: Config, model: str) -> bool:
    """Whether a network has settings that are selected by tuning."""
    return "tuned" in config["autoencoders"].get(model, {})


def trials(config: Config, wildcards: Any) -> list[tuple[str, dict[str, Any]]]:
    """The trials of a tuned network, and the values of settings that each tries."""
    return list(configuration.trials(config, config["autoencoders"][wildcards.model]["tuned"]["of"]).items())


def selectable(config: Config, wildcards: Any) -> dict[str, dict[str, Any]]:
    """What a tuned network can be: trial -> `values`, `network` and `training`, with the epochs as configured."""
    own = config["autoencoders"][wildcards.model]["tuned"]
    held_out = "any" if "anomaly" in catalogue.evaluation(own["evaluation"]).roles else "none"
    configured = configuration.training_settings(config, wildcards.dataset, wildcards.model)
    return {
        trial: {
            "values": values,
            "network": configuration.network_settings(config, wildcards.dataset, trial, held_out),
            "training": configuration.training_settings(config, wildcards.dataset, trial)
            | {"epochs": configured["epochs"]},
        }
        for trial, values in trials(config, wildcards)
    }


def selected_by(config: Config, wildcards: Any) -> dict[str, Any]:
    """What the settings of a tuned network are selected by: `evaluation`, `metric`, and whether `lower` is better."""
    own = config["autoencoders"][wildcards.model]["tuned"]
    known = catalogue.tasks(configuration.has_labels(config, wildcards.dataset))
    task = next(task for task in known if task.evaluation == own["evaluation"])
    return {"evaluation": task.selected_by[0], "metric": task.selected_by[1], "lower": task.selects_lowest}


def evaluation(config: Config, wildcards: Any, *names: str) -> dict[str, Any]:
    """The settings of evaluations on the data set, by their names."""
    return {name: configuration.evaluation_settings(config, wildcards.dataset, name) for name in sorted(names)}


def data(config: Config, wildcards: Any, *keys: str) -> Any:
    """A setting of the data set, None where it has no such thing; of several keys, a dict of them."""
    found = {key: configuration.ordered(config["datasets"][wildcards.dataset].get(key)) for key in sorted(keys)}
    return found if len(keys) > 1 else found[keys[0]]


def source(config: Config, wildcards: Any) -> dict[str, Any]:
    """Where the images come from and how they are padded; of a user's folder, also what stands for its files."""
    block = config["datasets"][wildcards.dataset]
    settings = {"padding": block["padding"], "source": block["source"]}
    if not isinstance(block["source"], str) and (files := own.digest(block["source"])):
        settings["files"] = files
    return configuration.ordered(settings)


def masks(config: Config, wildcards: Any) -> dict[str, Any]:
    """Where masks of anomalies come from, and the name of the class of normal images."""
    return source(config, wildcards) | {"normal": config["datasets"][wildcards.dataset]["anomaly"]["normal"]}


def files(config: Config, wildcards: Any) -> list[str]:
    """The files of a user's own data set, other than those of a folder."""
    block = config["datasets"][wildcards.dataset]["source"]
    return [] if isinstance(block, str) else own.files(block)


def class_names(config: Config, wildcards: Any) -> list[str]:
    """The names of the data set's classes; none without labels."""
    return configuration.class_names(config, wildcards.dataset)


def split(config: Config, wildcards: Any, of_trials: bool) -> dict[str, Any]:
    """How the images are split; `normal` is the class that all others are anomalies of, or None."""
    normal = configuration.normal_class(config, wildcards.dataset)
    return {**data(config, wildcards, "labelled", "validation"), "normal": normal, "of_trials": of_trials}


def defects(config: Config, wildcards: Any) -> dict[str, Any]:
    """How anomalies are told from normal images, and how many of the worst are shown."""
    block = config["datasets"][wildcards.dataset]["anomaly"]
    return {
        "false_positive_rate": block.get("false_positive_rate", FALSE_POSITIVE_RATE),
        "shown": configuration.evaluation_settings(config, wildcards.dataset, "reconstruction")["images"],
    }


def train_count(config: Config, wildcards: Any) -> int:
    """How many images of the data set train."""
    return configuration.train_count(config, wildcards.dataset)


def test_count(config: Config, wildcards: Any) -> int:
    """How many test images the data set has."""
    return configuration.facts(config, wildcards.dataset).test


def layerwise(config: Config, _: Any) -> dict[str, str]:
    """Autoencoder that is compared and trained layer by layer -> what inner layers learn."""
    return {
        name: config["autoencoders"][name]["training"]["layerwise"]
        for name in sorted(configuration.stacked_models(config))
        if name in configuration.models(config)
    }


def published(config: Config, wildcards: Any) -> list[dict[str, str]]:
    """The article's figures for the data set, those of networks and labels like its own.

    Each has `model`, `evaluation`, `metric`, `value`, and `held_out`: a class, or empty where all are seen.
    """
    block = config["datasets"][wildcards.dataset]
    with PUBLISHED.open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["source"] == block["source"]]
    return [{name: value for name, value in row.items() if name != "source"} for row in rows if comparable(block, row)]


def comparable(block: dict[str, Any], row: dict[str, str]) -> bool:
    """Whether a data set's runs are like the published one of a figure."""
    role = "anomaly" if row["held_out"] else "representation"
    if block.get(role, {}).get("latent_dim") != PUBLISHED_SETTING[role]:
        return False
    if row["held_out"]:
        return int(row["held_out"]) in block[role]["held_out"]
    return row["evaluation"] != "classification" or block["labelled"] == PUBLISHED_SETTING["labelled"]
