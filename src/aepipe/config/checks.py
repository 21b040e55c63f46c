"""Whether a configuration can be run, checked before any job starts.

Imported by the Snakefile, so nothing here imports torch.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError, validators

from aepipe.catalogue import BASELINE_TITLES
from aepipe.config.classes import class_problems
from aepipe.config.configuration import (
    Config,
    class_names,
    completed,
    evaluation_settings,
    facts,
    models,
    network_settings,
    pixels,
    roles,
    stacked_models,
    sweep_settings,
    train_count,
)
from aepipe.data import own
from aepipe.data.paths import shown
from aepipe.errors import ConfigurationError, DataError

#: Key of an earlier version -> its name today.
RENAMED = {
    "run": "experiment",
    "saved": "reuse",
    "label": "title",
    "left_out": "held_out",
    "held_out": "validation_share",
    "classifier": "feature_extractor",
    "baseline": "baseline_network",
}


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


def check(config: Config, schema: dict[str, Any]) -> None:
    """Refuses a configuration that can't be run.

    Raises:
        ConfigurationError: lists every problem with its key and what is allowed.
    """
    problems = sorted(explain(error) for error in Validator(schema).iter_errors(config))
    # The meaning of a configuration can be checked only where its form is right, and the images are there.
    problems = problems or list(source_problems(config)) or list(contradictions(completed(config)))
    if problems:
        raise ConfigurationError(
            "The configuration is invalid:\n" + "".join(f"  - {problem}\n" for problem in problems)
        )


def explain(error: ValidationError) -> str:
    """A schema violation in one line: the key, what is wrong, what is allowed."""
    where = dotted(error.absolute_path)
    schema: Any = error.schema
    description = schema.get("description")
    if error.validator == "additionalProperties":
        known = sorted(schema.get("properties", {}))
        unknown = sorted(set(cast(Config, error.instance)) - set(known), key=str)
        if old := [key for key in unknown if RENAMED.get(key) in known]:
            return f"{where}: {', '.join(f'{key!r} is now called {RENAMED[key]!r}' for key in old)} (CHANGELOG.md)"
        return f"{where}: unknown key {', '.join(map(repr, unknown))}; allowed: {', '.join(known)}"
    if error.validator == "type" and (number := number_in(error.instance)) is not None:
        return f"{where}: YAML reads {error.instance} as text; write {number!r}"
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
    reused = config["experiment"].get("reuse")
    if reused and not Path(reused).is_dir():
        yield f"experiment.reuse: there is no folder {reused!r} here; allowed: a folder of earlier metrics"
    for name in models(config):
        if name not in known:
            yield f"experiment.autoencoders: unknown model {name!r}; allowed: {', '.join(known)}"
    for name in known:
        if name in BASELINE_TITLES:
            yield f"autoencoders.{name}: the name is reserved for a baseline; choose another"
    for name in config["experiment"]["datasets"]:
        if name not in config["datasets"]:
            yield f"experiment.datasets: unknown data set {name!r}; allowed: {', '.join(config['datasets'])}"
    baseline = config["evaluation"]["classification"]["baseline_network"]
    if baseline not in known:
        yield f"evaluation.classification.baseline_network: unknown model {baseline!r}; allowed: {', '.join(known)}"
    for scheme, entry in config["stacking"]["entries"].items():
        objective = scheme.removeprefix("greedy_") if scheme.startswith("greedy_") else None
        if entry not in known:
            yield f"stacking.entries.{scheme}: unknown model {entry!r}; allowed: {', '.join(known)}"
        elif known[entry].get("training", {}).get("layerwise") != objective:
            how = f"layer by layer on {objective}" if objective else "jointly"
            yield f"stacking.entries.{scheme}: {entry} is not trained {how}; name an entry that is"
    for name, entry in known.items():
        yield from class_problems(name, entry)
        if others := [other for other in known if other != name and known[other]["title"] == entry["title"]]:
            yield f"autoencoders.{name}.title: {entry['title']!r} is already the title of {others[0]}; choose another"
    for name, data in config["datasets"].items():
        yield from data_problems(config, name, data)


def source_problems(config: Config) -> Iterator[str]:
    """What is wrong with users' own data sets, as far as headers and labels tell."""
    for name, data in config["datasets"].items():
        key = f"datasets.{name}"
        try:
            known = facts(config, name)
        except DataError as error:
            kinds = [kind for kind in own.KINDS if kind in data["source"]]
            yield f"{'.'.join([key, 'source', *kinds[:1]])}: {error}"
            continue
        if not known.classes:
            continue
        if "anomaly" not in data:
            yield (
                f"{key}: 'anomaly' is a required property of a data set with labels (latent_dim, encoder_widths and "
                "decoder_widths of the networks that don't see one class)"
            )


def data_problems(config: Config, name: str, data: dict[str, Any]) -> Iterator[str]:
    """What of a data set's block does not fit its images."""
    key, known = f"datasets.{name}", facts(config, name)
    count, most = known.train, pixels(config, name)
    if data["validation"] >= count:
        yield f"{key}.validation: {data['validation']} leaves nothing to train on; allowed: 1 to {count - 1}"
        return
    for role in roles(config, name):
        yield from latent_dim_problems(config, name, role, most)
    yield from split_problems(config, name)
    structure = evaluation_settings(config, name, "latent_structure")
    if 2 * structure["neighbours"] >= structure["images"]:
        special = "neighbours" in data["evaluation"]["latent_structure"]
        place = f"{key}.evaluation" if special else "evaluation"
        most = (structure["images"] - 1) // 2
        yield f"{place}.latent_structure.neighbours: {structure['neighbours']} are too many; allowed: 1 to {most}"
    for model in data.get("autoencoders", {}):
        if model not in config["autoencoders"]:
            yield f"{key}.autoencoders: unknown model {model!r}; allowed: {', '.join(config['autoencoders'])}"
    if known.classes:
        yield from label_problems(config, name, data)
    for model in stacked_models(config):
        for role in roles(config, name):
            held_out = "none" if role == "representation" else "any"
            network = network_settings(config, name, model, held_out)
            if network["encoder_widths"] != network["decoder_widths"][::-1]:
                yield (
                    f"{key}.{role}: {model} is trained layer by layer, so its decoder_widths must mirror its "
                    f"encoder_widths {network['encoder_widths']}, and are {network['decoder_widths']}"
                )


def latent_dim_problems(config: Config, name: str, role: str, most: int) -> Iterator[str]:
    """A latent dimension that is more than there are pixels, or images for PCA to find so many components in."""
    latent_dim = config["datasets"][name][role]["latent_dim"]
    fewest = train_count(config, name)
    if role == "anomaly":
        counts = list(facts(config, name).counts.values())
        held_out = config["datasets"][name][role]["held_out"]
        fewest -= max((counts[label][0] for label in held_out if label < len(counts)), default=0)
    if latent_dim > most:
        yield f"datasets.{name}.{role}.latent_dim: {latent_dim} exceeds the pixels; allowed: 1 to {most}"
    elif latent_dim > fewest:
        yield (
            f"datasets.{name}.{role}.latent_dim: {latent_dim} exceeds the training images; "
            f"allowed: 1 to {max(1, fewest)}"
        )


def split_problems(config: Config, name: str) -> Iterator[str]:
    """More labelled images than train."""
    labelled, train = config["datasets"][name].get("labelled", 0), train_count(config, name)
    if labelled > train:
        yield f"datasets.{name}.labelled: {labelled} exceeds the training images; allowed: 1 to {train}"


def label_problems(config: Config, name: str, data: dict[str, Any]) -> Iterator[str]:
    """Classes that a data set does not have, and names that don't fit its classes."""
    key, classes = f"datasets.{name}", facts(config, name).classes
    names = data.get("class_names")
    if names is not None and len(names) != len(classes):
        yield f"{key}.class_names: {len(names)} names for {len(classes)} classes"
        return
    allowed = ", ".join(
        str(label) if str(label) == text else f"{label} ({shown(text)})"
        for label, text in zip(classes, class_names(config, name), strict=True)
    )
    for held_out in data["anomaly"]["held_out"]:
        if held_out not in classes:
            yield f"{key}.anomaly.held_out: no class {held_out!r}; allowed: {allowed}"
    for held_out in sweep_settings(config, name)["held_out"]:
        if held_out not in classes:
            place = f"{key}.sweep" if "held_out" in data.get("sweep", {}) else "sweep"
            yield f"{place}.held_out: {name} has no class {held_out!r}; allowed: {allowed}, or all"
    interpolation = evaluation_settings(config, name, "interpolation")
    structure = evaluation_settings(config, name, "latent_structure")
    named = [("interpolation.from_class", interpolation["from_class"])]
    named += [("interpolation.to_class", interpolation["to_class"])]
    named += [("latent_structure.apart", label) for label in structure["apart"]]
    named += [("latent_structure.joined", label) for group in structure["joined"] for label in group]
    for setting, label in named:
        if label not in classes:
            yield f"{key}.evaluation.{setting}: {name} has no class {label!r}; allowed: {allowed}"
