"""The configuration: what it says of each run.

Imported by the Snakefile, so nothing here imports torch.
"""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aepipe import catalogue
from aepipe.catalogue import ROLES
from aepipe.config import defaults, grids, tuning
from aepipe.config.paths import PAPER
from aepipe.data import own
from aepipe.data.facts import PUBLISHED, Facts
from aepipe.errors import DataError, printable

Config = dict[str, Any]
#: What the factor `width` of an autoencoder multiplies.
WIDTHS = ("encoder_widths", "decoder_widths", "channels")


@dataclass(frozen=True)
class Run:
    """One training: everything that makes it different from the others."""

    dataset: str
    model: str
    latent_dim: int
    held_out: str  # a class, or "none"
    seed: int

    @property
    def role(self) -> str:
        """The kind of the run, by what is held out."""
        return "representation" if self.held_out == "none" else "anomaly"


def listed(seeds: int | list[int]) -> list[int]:
    """Seeds as the configuration gives them: a list, or a count n, which stands for 0 ... n - 1."""
    return list(range(seeds)) if isinstance(seeds, int) else seeds


def seeds(config: Config, dataset: str) -> list[int]:
    """The seeds of a data set's bake-off: its own, or those of the run."""
    return listed(config["datasets"][dataset].get("seeds", config["experiment"]["seeds"]))


def seeds_of(config: Config, dataset: str, model: str) -> list[int]:
    """The seeds of a model's runs: those of tuning, if it is a trial, or those of the data set's bake-off."""
    is_trial = "trial" in config["autoencoders"].get(model, {})
    return listed(config["tuning"]["seeds"]) if is_trial else seeds(config, dataset)


def models(config: Config) -> list[str]:
    """The autoencoders to compare, in the order of tables and figures."""
    return config["experiment"]["autoencoders"]


def entries(config: Config) -> list[str]:
    """The autoencoders as the configuration has them, without networks of `paper`, of grids and of tuning."""
    added = {"point", "trial", "tuned"}
    return [name for name, own in config["autoencoders"].items() if not name.endswith(PAPER) and not added & own.keys()]


def points(config: Config) -> dict[str, dict[str, Any]]:
    """The points of all grids: name -> the name of its entry, `of`, and its `values` by axis."""
    entries = config["autoencoders"].items()
    return {name: entry["point"] for name, entry in entries if "point" in entry and not name.endswith(PAPER)}


def trials(config: Config, of: str) -> dict[str, dict[str, Any]]:
    """The trials of an autoencoder: name -> the values that it tries, none of the first."""
    own = {name: entry["trial"] for name, entry in config["autoencoders"].items() if "trial" in entry}
    return {name: trial["values"] for name, trial in own.items() if trial["of"] == of}


def grid_dimensions(config: Config, dataset: str) -> list[int]:
    """The latent dimensions of the points of all grids, trained on all classes: from the least to the largest."""
    return sorted({latent_dim_of(config, dataset, point, "representation") for point in points(config)})


def with_paper(config: Config, dataset: str, of: list[str]) -> list[str]:
    """The models, each followed by its network of the protocol `paper` where it has one of its own on a data set."""
    special = config["datasets"][dataset].get("autoencoders", {})
    return [name for model in of for name in (model, model + PAPER) if name == model or name in special]


def runs(config: Config, dataset: str, role: str, of: list[str] | None = None) -> Iterator[Run]:
    """The runs of a role, model by model, of all autoencoders or `of` some models.

    `representation` runs have nothing left out; there is an `anomaly` run for each held-out class, and none of a
    data set without labels.
    """
    if role not in roles(config, dataset):
        return
    block = config["datasets"][dataset][role]
    for model in models(config) if of is None else of:
        latent_dim = latent_dim_of(config, dataset, model, role)
        for seed in seeds_of(config, dataset, model):
            for held_out in block.get("held_out", ["none"]):
                yield Run(dataset, model, latent_dim, str(held_out), seed)


def sweep_runs(config: Config, dataset: str, of: list[str] | None = None) -> Iterator[Run]:
    """The runs of a data set's sweep over held-out classes and latent dimensions, of all autoencoders or some."""
    sweep = sweep_settings(config, dataset)
    for model in models(config) if of is None else of:
        for role in sweep["like"]:
            latent_dim = latent_dim_of(config, dataset, model, role)
            for seed in listed(sweep["seeds"]):
                for held_out in sweep["held_out"]:
                    yield Run(dataset, model, latent_dim, str(held_out), seed)


def sweep_settings(config: Config, dataset: str) -> dict[str, Any]:
    """Which classes, latent dimensions and seeds the sweep goes through, with what differs for the data set."""
    data = config["datasets"][dataset]
    sweep = {**config["sweep"], **data.get("sweep", {})}
    if sweep["held_out"] == "all":
        sweep["held_out"] = list(facts(config, dataset).classes)
    return sweep | {"held_out": numbered(sweep["held_out"], class_names(config, dataset))}


def facts(config: Config, dataset: str) -> Facts:
    """What is known of a data set before it is fetched; DataError where a user's own is not what it should be.

    Where one class is normal and all others are anomalies, of the normal images: these alone train, without labels.
    """
    found, normal = facts_of_all(config, dataset), normal_class(config, dataset)
    return found if normal is None else found.without_others(found.class_names[normal], own.TEST_SHARE)


def facts_of_all(config: Config, dataset: str) -> Facts:
    """The same of all images, anomalies included."""
    source = config["datasets"][dataset]["source"]
    return PUBLISHED[source] if isinstance(source, str) else own.facts(source)


def normal_class(config: Config, dataset: str) -> int | None:
    """The number of the class of normal images, where all others are anomalies.

    Raises:
        DataError: there is no such class.
    """
    name = config["datasets"][dataset].get("anomaly", {}).get("normal")
    if name is None:
        return None
    known = facts_of_all(config, dataset)
    if name not in known.counts:
        allowed = ", ".join(known.counts) or "classes of your own images"
        raise DataError(f"there is no class {printable(name)!r} that could be normal; allowed: {allowed}")
    return known.class_names.index(name)


def has_labels(config: Config, dataset: str) -> bool:
    """Whether images have classes; what needs them is left out where they have none."""
    return bool(facts(config, dataset).classes)


def class_names(config: Config, dataset: str) -> list[str]:
    """The names of a data set's classes: those that the configuration gives, or its own; none without labels."""
    known = facts_of_all(config, dataset).class_names
    return list(config["datasets"][dataset].get("class_names", known) if known else known)


def numbered(classes: Any, names: list[str]) -> Any:
    """A class, or classes in lists, by their numbers, each once; names that no class has are left for the checks."""
    if isinstance(classes, list):
        found = [numbered(one, names) for one in classes]
        return [one for place, one in enumerate(found) if one not in found[:place]]
    return names.index(classes) if classes in names else classes


def roles(config: Config, dataset: str) -> list[str]:
    """The kinds of runs that a data set has."""
    return [role for role in ROLES if "latent_dim" in config["datasets"][dataset].get(role, {})]


def latent_dim_of(config: Config, dataset: str, model: str, role: str) -> int:
    """The latent dimension of a model's runs: its own, if it is a point of a grid that has one, or that of the role."""
    if model == "pixels":
        return pixels(config, dataset)
    own = config["autoencoders"].get(model, {}).get("network", {})
    return own.get("latent_dim", config["datasets"][dataset][role]["latent_dim"])


def train_count(config: Config, dataset: str) -> int:
    """How many images train where no class is left out."""
    return facts(config, dataset).train - config["datasets"][dataset]["validation"]


def image_shape(config: Config, dataset: str) -> tuple[int, ...]:
    """(H, W) or (H, W, 3) of a data set's images, padding included."""
    padding = 2 * config["datasets"][dataset].get("padding", 0)
    height, width, *colours = facts(config, dataset).shape
    return (height + padding, width + padding, *colours)


def pixels(config: Config, dataset: str) -> int:
    """Number of numbers of a data set's images, padding and colours included."""
    return math.prod(image_shape(config, dataset))


def completed(config: Config) -> Config:
    """The configuration with all that a data set's block leaves to its images: a copy, the same if completed again.

    Classes that are given by name have their numbers. Without labels, what needs them is taken out of the block.
    Points of grids, networks of the protocol `paper`, and trials and networks of tuning become autoencoders.
    """
    config = copy.deepcopy(config)
    tuning.add_networks(config)
    grids.add_points(config["autoencoders"], config["datasets"])
    for data in config["datasets"].values():
        add_paper_networks(config["autoencoders"], data)
    for name, data in config["datasets"].items():
        known = facts(config, name)
        data.setdefault("validation", max(1, round(defaults.VALIDATION_SHARE * known.train)))
        train = known.train - data["validation"]
        data["representation"] = defaults.network(image_shape(config, name), train, data.get("representation", {}))
        evaluation = data.setdefault("evaluation", {})
        if not isinstance(data["source"], str):
            for own_network, settings in defaults.FOR_FEW.items() if train < defaults.FEW else ():
                evaluation[own_network] = settings | evaluation.get(own_network, {})
        interpolation = evaluation.setdefault("interpolation", {})
        structure = evaluation.setdefault("latent_structure", {})
        if known.classes:
            data.setdefault("labelled", defaults.labelled(train, len(known.classes)))
            data["anomaly"] = copy.deepcopy(data["representation"]) | {"held_out": [0]} | data.get("anomaly", {})
            interpolation.setdefault("from_class", 0)
            interpolation.setdefault("to_class", 1)
            structure.setdefault("apart", [])
            structure.setdefault("joined", [])
            names = class_names(config, name)
            for block, keys in (
                (data["anomaly"], ("held_out",)),
                (interpolation, ("from_class", "to_class")),
                (structure, ("apart", "joined")),
            ):
                block.update({key: numbered(block[key], names) for key in keys})
        else:
            normal = data.get("anomaly", {}).get("normal") is not None
            for block, keys in (
                (data, ("labelled", "sweep", "stacking", *(() if normal else ("anomaly", "class_names")))),
                (interpolation, ("from_class", "to_class")),
                (structure, ("apart", "joined")),
            ):
                for key in keys:
                    block.pop(key, None)
    return config


def add_paper_networks(entries: dict[str, Any], data: dict[str, Any]) -> None:
    """Adds an autoencoder for each that has a network of its own under the protocol `paper` on a data set."""
    special = data.get("autoencoders", {})
    for model in [name for name in special if "paper" in special[name] and name in entries]:
        shared = {key: value for key, value in special[model].items() if key != "paper"}
        special[model + PAPER] = shared | {
            role: shared.get(role, {}) | layers for role, layers in special[model]["paper"].items()
        }
        own = {key: value for key, value in entries[model].items() if key not in ("grid", "space")}
        entries[model + PAPER] = own | {"title": f"{own['title']} (paper)"}


def training_settings(config: Config, dataset: str, model: str) -> dict[str, Any]:
    """Epochs, batch size, learning rate and so on: the most particular of the four places that give each.

    Epochs and batch size that none gives are the article's or, for a user's own images, follow from their number. The
    default loss, `bce`, is left out. Of a baseline, the data set's settings. Layers that are trained one by one share
    the epochs of a trial.
    """
    entry = config["autoencoders"].get(model, {})
    data = config["datasets"][dataset]
    special = data.get("autoencoders", {}).get(model, {})
    layers = (
        config["training"],
        data.get("training", {}),
        entry.get("training", {}),
        special.get("training", {}),
    )
    merged = chosen_training(config, dataset)
    merged |= {key: value for layer in layers for key, value in layer.items()}
    if "trial" in entry and "layerwise" in merged:
        count = len(layer_settings(config, dataset, model, "representation")["encoder_widths"]) + 1
        merged["epochs"] = math.ceil(merged["epochs"] / count)
    return ordered({key: value for key, value in merged.items() if (key, value) != ("loss", "bce")})


def chosen_training(config: Config, dataset: str) -> dict[str, int]:
    """Epochs and batch size by default; with patience for a user's own images whose epochs are not given."""
    data = config["datasets"][dataset]
    if isinstance(data["source"], str):
        return dict(defaults.ARTICLE)
    found = defaults.training(train_count(config, dataset))
    if "epochs" in {**config["training"], **data.get("training", {})}:
        del found["patience"]
    return found


def network_settings(
    config: Config, dataset: str, model: str, held_out: str, latent_dim: int | None = None
) -> dict[str, Any]:
    """What builds a network: class, settings, latent dimension, widths, and its backbone and channels if it is `conv`.

    Also the loss of its training where that isn't `bce`, as reconstructions depend on it; those of baselines don't.
    A latent dimension is that of one of the two kinds of runs, and has its widths; without one, the kind is
    `representation` where nothing is left out, else `anomaly`. Widths and channels are multiplied by `width`, if the
    autoencoder has one. Baselines have no hidden layers.
    """
    role = "representation" if held_out == "none" else "anomaly"
    dimensions = {own: latent_dim_of(config, dataset, model, own) for own in roles(config, dataset)}
    if latent_dim is not None and dimensions[role] != latent_dim:
        role = next((other for other in dimensions if dimensions[other] == latent_dim), role)
    if (known := catalogue.baseline(model)) is not None:
        layers: dict[str, Any] = {"encoder_widths": [], "decoder_widths": []}
        entry: dict[str, Any] = {"class": known.network}
        loss = None
    else:
        entry = config["autoencoders"][model]
        layers = layer_settings(config, dataset, model, role)
        layers |= {key: scaled(layers[key], layers.get("width", 1)) for key in WIDTHS if key in layers}
        loss = training_settings(config, dataset, model).get("loss")
    return ordered(
        {
            "class": entry["class"],
            "settings": entry.get("settings", {}),
            "latent_dim": latent_dim if known and latent_dim else dimensions[role],
            "encoder_widths": layers["encoder_widths"],
            "decoder_widths": layers["decoder_widths"],
            **convolutions(layers),
            **({"loss": loss} if loss else {}),
        }
    )


def layer_settings(config: Config, dataset: str, model: str, role: str) -> dict[str, Any]:
    """Widths, backbone and channels of an autoencoder: the most particular of the three places that give each.

    Those of the data set are for its backbone; to an entry with the other one, defaults for that are given instead.
    """
    data, entry = config["datasets"][dataset], config["autoencoders"][model]
    shared = data[role]
    own = entry.get("network", {}) | data.get("autoencoders", {}).get(model, {}).get(role, {})
    if own.get("backbone") not in (None, shared.get("backbone", "mlp")):
        chosen = {"backbone": own["backbone"], "latent_dim": own.get("latent_dim", shared["latent_dim"])}
        shared = defaults.network(image_shape(config, dataset), train_count(config, dataset), chosen)
    return {**shared, **own}


def scaled(widths: list[int], factor: float) -> list[int]:
    """The widths of hidden layers, or channels, times a factor; at least 1."""
    return [max(1, round(width * factor)) for width in widths]


def convolutions(layers: dict[str, Any]) -> dict[str, Any]:
    """`backbone` and `channels` of a network with convolutions; nothing of one without, which is the default."""
    if layers.get("backbone") != "conv":
        return {}
    return {"backbone": "conv", "channels": layers.get("channels", [])}


def evaluation_settings(config: Config, dataset: str, evaluation: str) -> dict[str, Any]:
    """Settings of an evaluation, with what differs for the data set."""
    special = config["datasets"][dataset].get("evaluation", {}).get(evaluation, {})
    return ordered({**config["evaluation"][evaluation], **special})


def stacked_models(config: Config) -> list[str]:
    """The autoencoders that are trained layer by layer."""
    return [name for name in config["autoencoders"] if "layerwise" in config["autoencoders"][name].get("training", {})]


def ordered(value: Any) -> Any:
    """The same value with the keys of every dict sorted, so that reordering the YAML changes nothing."""
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value, key=str)}
    return [ordered(item) for item in value] if isinstance(value, list) else value
