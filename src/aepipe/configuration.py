"""The configuration: checked before any job starts, and what it says of each cell.

Imported by the Snakefile, so nothing here imports torch.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError, validators

from aepipe.classes import class_problems
from aepipe.controls import CONTROLS
from aepipe.errors import ConfigurationError

Config = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """What is known of a data set before it is fetched."""

    train: int  # images outside the test set
    height: int
    width: int
    classes: tuple[int, ...] = tuple(range(10))


SOURCES = {
    "digits": Source(1437, 8, 8),
    "mnist": Source(60_000, 28, 28),
    "fmnist": Source(60_000, 28, 28),
    "kmnist": Source(60_000, 28, 28),
}
#: The control that is built like an entry.
PCA = "aepipe.autoencoders.pca.PCA"
#: What a cell is trained for: all classes, or one left out to be found as anomalies.
ROLES = ("representation", "anomaly")


def is_number(_: object, value: object) -> bool:
    """A number that fits a float: YAML has .nan, .inf and integers of any size, which no setting can use."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def is_integer(_: object, value: object) -> bool:
    """JSON Schema takes 2.0 for an integer, and YAML true for a value; as a latent dimension, neither is one."""
    return isinstance(value, int) and is_number(_, value)


Validator = validators.extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": is_integer, "number": is_number}),
)


@dataclass(frozen=True)
class Cell:
    """One training: everything that makes it different from the others."""

    dataset: str
    model: str
    latent_dim: int
    left_out: str  # a class, or "none"
    seed: int


def listed(seeds: int | list[int]) -> list[int]:
    """Seeds as the configuration gives them: a list, or a count n, which stands for 0 ... n - 1."""
    return list(range(seeds)) if isinstance(seeds, int) else seeds


def seeds(config: Config, dataset: str) -> list[int]:
    """The seeds of a data set's bake-off: its own, or those of the run."""
    return listed(config["datasets"][dataset].get("seeds", config["run"]["seeds"]))


def models(config: Config) -> list[str]:
    """The autoencoders to compare, in the order of tables and figures."""
    return config["run"]["autoencoders"]


def cells(config: Config, dataset: str, role: str, of: list[str] | None = None) -> Iterator[Cell]:
    """The cells of a role, model by model, of all autoencoders or `of` some models.

    `representation` cells have nothing left out; there is an `anomaly` cell for each left-out class.
    """
    block = config["datasets"][dataset][role]
    for model in models(config) if of is None else of:
        latent_dim = pixels(config, dataset) if model == "pixels" else block["latent_dim"]
        for seed in seeds(config, dataset):
            for left_out in block.get("left_out", ["none"]):
                yield Cell(dataset, model, latent_dim, str(left_out), seed)


def sweep_cells(config: Config, dataset: str, of: list[str] | None = None) -> Iterator[Cell]:
    """The cells of a data set's sweep over left-out classes and latent dimensions, of all autoencoders or some."""
    sweep = sweep_settings(config, dataset)
    for model in models(config) if of is None else of:
        for role in sweep["like"]:
            latent_dim = config["datasets"][dataset][role]["latent_dim"]
            for seed in listed(sweep["seeds"]):
                for left_out in sweep["left_out"]:
                    yield Cell(dataset, model, latent_dim, str(left_out), seed)


def sweep_settings(config: Config, dataset: str) -> dict[str, Any]:
    """Which classes, latent dimensions and seeds the sweep goes through, with what differs for the data set."""
    data = config["datasets"][dataset]
    sweep = {**config["sweep"], **data.get("sweep", {})}
    if sweep["left_out"] == "all":
        sweep["left_out"] = list(SOURCES[data["source"]].classes)
    return sweep


def pixels(config: Config, dataset: str) -> int:
    """Number of pixels of a data set's images, padding included."""
    data = config["datasets"][dataset]
    source, padding = SOURCES[data["source"]], 2 * data.get("padding", 0)
    return (source.height + padding) * (source.width + padding)


def training_settings(config: Config, dataset: str, model: str) -> dict[str, Any]:
    """Epochs, batch size, learning rate and so on: the most particular of the four places that give each."""
    entry = config["autoencoders"][model]
    data = config["datasets"][dataset]
    special = data.get("autoencoders", {}).get(model, {})
    layers = (
        config["training"],
        data.get("training", {}),
        entry.get("training", {}),
        special.get("training", {}),
    )
    return ordered({key: value for layer in layers for key, value in layer.items()})


def network_settings(
    config: Config, dataset: str, model: str, left_out: str, latent_dim: int | None = None
) -> dict[str, Any]:
    """What builds a network: its class, its own settings, latent dimension and widths.

    A latent dimension is that of one of the two kinds of cells, and has its widths; without one, the kind is
    `representation` where nothing is left out, else `anomaly`. The control `pca` has no hidden layers.
    """
    data = config["datasets"][dataset]
    role = "representation" if left_out == "none" else "anomaly"
    if latent_dim is not None and data[role]["latent_dim"] != latent_dim:
        role = next((other for other in ROLES if data[other]["latent_dim"] == latent_dim), role)
    if model == "pca":
        widths: dict[str, Any] = {"encoder_widths": [], "decoder_widths": []}
        entry: dict[str, Any] = {"class": PCA}
    else:
        entry = config["autoencoders"][model]
        special = data.get("autoencoders", {}).get(model, {}).get(role, {})
        widths = {**data[role], **entry.get("network", {}), **special}
    return ordered(
        {
            "class": entry["class"],
            "settings": entry.get("settings", {}),
            "latent_dim": data[role]["latent_dim"],
            "encoder_widths": widths["encoder_widths"],
            "decoder_widths": widths["decoder_widths"],
        }
    )


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


def check(config: Config, schema: dict[str, Any]) -> None:
    """Refuses a configuration that can't be run.

    Raises:
        ConfigurationError: lists every problem with its key and what is allowed.
    """
    problems = sorted(explain(error) for error in Validator(schema).iter_errors(config))
    # The meaning of a configuration can be checked only where its form is right.
    problems = problems or list(contradictions(config))
    if problems:
        raise ConfigurationError(
            "The configuration can't be run:\n" + "".join(f"  - {problem}\n" for problem in problems)
        )


def explain(error: ValidationError) -> str:
    """A schema violation in one line: the key, what is wrong, what is allowed."""
    where = dotted(error.absolute_path)
    schema: Any = error.schema
    description = schema.get("description")
    if error.validator == "additionalProperties":
        known = sorted(schema.get("properties", {}))
        unknown = sorted(set(cast(Config, error.instance)) - set(known), key=str)
        return f"{where}: unknown key {', '.join(map(repr, unknown))}; allowed: {', '.join(known)}"
    if error.validator == "type" and (number := number_in(error.instance)) is not None:
        return f"{where}: YAML takes {error.instance} for a text; write {number!r}"
    if error.validator == "oneOf":
        return f"{where}: {error.instance!r} is not allowed; allowed: {description}"
    return f"{where}: {error.message}" + (f" ({description})" if description else "")


def number_in(value: object) -> float | None:
    """The number that a text like 1e-3 means, which YAML takes for none, as it wants 1.0e-3."""
    if not isinstance(value, str) or "e" not in value.lower():
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if is_number(None, number) else None


def dotted(path: Iterable[object]) -> str:
    """Keys and indices in one line; keys that YAML allows, but no line, as Python writes them."""
    keys = (key if isinstance(key, str) and key.isprintable() else repr(key) for key in path)
    return ".".join(keys) or "the configuration"


def contradictions(config: Config) -> Iterator[str]:
    """Problems that a schema can't see: names that don't exist, numbers that don't fit the data."""
    known = config["autoencoders"]
    for name in models(config):
        if name not in known:
            yield f"run.autoencoders: unknown model {name!r}; allowed: {', '.join(known)}"
    for name in known:
        if name in CONTROLS:
            yield f"autoencoders.{name}: the name is reserved for a control; choose another"
    for name in config["run"]["datasets"]:
        if name not in config["datasets"]:
            yield f"run.datasets: unknown data set {name!r}; allowed: {', '.join(config['datasets'])}"
    baseline = config["evaluation"]["classification"]["baseline"]
    if baseline not in known:
        yield f"evaluation.classification.baseline: unknown model {baseline!r}; allowed: {', '.join(known)}"
    for arm, entry in config["stacking"]["entries"].items():
        objective = arm.removeprefix("greedy_") if arm.startswith("greedy_") else None
        if entry not in known:
            yield f"stacking.entries.{arm}: unknown model {entry!r}; allowed: {', '.join(known)}"
        elif known[entry].get("training", {}).get("layerwise") != objective:
            how = f"layer by layer on {objective}" if objective else "jointly"
            yield f"stacking.entries.{arm}: {entry} is not trained {how}; name an entry that is"
    for name, entry in known.items():
        yield from class_problems(name, entry)
        if others := [other for other in known if other != name and known[other]["label"] == entry["label"]]:
            yield f"autoencoders.{name}.label: {entry['label']!r} is the label of {others[0]}, too; choose another"
    for name, data in config["datasets"].items():
        yield from data_problems(config, name, data)


def data_problems(config: Config, name: str, data: dict[str, Any]) -> Iterator[str]:
    """What of a data set's block does not fit its images."""
    key = f"datasets.{name}"
    source = SOURCES[data["source"]]
    count, classes = source.train, source.classes
    known_classes = ", ".join(map(str, classes))
    most = pixels(config, name)
    for role in ROLES:
        if data[role]["latent_dim"] > most:
            yield f"{key}.{role}.latent_dim: {data[role]['latent_dim']} is more than the pixels; allowed: 1 to {most}"
    if data["validation"] >= count:
        yield f"{key}.validation: {data['validation']} leaves nothing to train on; allowed: 1 to {count - 1}"
    elif data["labelled"] > count - data["validation"]:
        yield f"{key}.labelled: {data['labelled']} is more than train; allowed: 1 to {count - data['validation']}"
    for left_out in data["anomaly"]["left_out"]:
        if left_out not in classes:
            yield f"{key}.anomaly.left_out: no class {left_out!r}; allowed: {known_classes}"
    for left_out in sweep_settings(config, name)["left_out"]:
        if left_out not in classes:
            place = f"{key}.sweep" if "left_out" in data.get("sweep", {}) else "sweep"
            yield f"{place}.left_out: {name} has no class {left_out!r}; allowed: {known_classes}, or all"
    names = data.get("class_names")
    if names is not None and len(names) != len(classes):
        yield f"{key}.class_names: {len(names)} names for {len(classes)} classes"
    for model in data.get("autoencoders", {}):
        if model not in config["autoencoders"]:
            yield f"{key}.autoencoders: unknown model {model!r}; allowed: {', '.join(config['autoencoders'])}"
    for end in ("from_class", "to_class"):
        if (label := evaluation_settings(config, name, "interpolation")[end]) not in classes:
            special = end in data.get("evaluation", {}).get("interpolation", {})
            place = f"{key}.evaluation" if special else "evaluation"
            yield f"{place}.interpolation.{end}: {name} has no class {label!r}; allowed: {known_classes}"
    structure = evaluation_settings(config, name, "latent_structure")
    special = data.get("evaluation", {}).get("latent_structure", {})
    groups = {"apart": [structure["apart"]], "joined": structure["joined"]}
    for setting, label in ((setting, label) for setting, lists in groups.items() for group in lists for label in group):
        if label not in classes:
            place = f"{key}.evaluation" if setting in special else "evaluation"
            yield f"{place}.latent_structure.{setting}: {name} has no class {label!r}; allowed: {known_classes}"
    if 2 * structure["neighbours"] >= structure["images"]:
        place = f"{key}.evaluation" if special else "evaluation"
        most = (structure["images"] - 1) // 2
        yield f"{place}.latent_structure.neighbours: {structure['neighbours']} are too many; allowed: 1 to {most}"
    for model in stacked_models(config):
        for role in ROLES:
            left_out = "none" if role == "representation" else "any"
            network = network_settings(config, name, model, left_out)
            if network["encoder_widths"] != network["decoder_widths"][::-1]:
                yield (
                    f"{key}.{role}: {model} is trained layer by layer, so its decoder_widths must mirror its "
                    f"encoder_widths {network['encoder_widths']}, and are {network['decoder_widths']}"
                )
