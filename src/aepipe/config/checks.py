"""Whether a configuration can be run, checked before any job starts.

Imported by the Snakefile, so nothing here imports torch.
"""

import datetime
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator, ValidationError, validators

from aepipe.catalogue import BASELINE_TITLES
from aepipe.config import grids, memory
from aepipe.config.classes import Traits, class_problems, traits
from aepipe.config.configuration import (
    Config,
    class_names,
    completed,
    entries,
    evaluation_settings,
    facts,
    image_shape,
    layer_settings,
    models,
    network_settings,
    pixels,
    roles,
    stacked_models,
    sweep_settings,
    train_count,
    training_settings,
)
from aepipe.config.files import dotted
from aepipe.config.paths import PAPER, TRIAL, TUNED
from aepipe.config.plan import REUSED, reused_runs
from aepipe.data import own
from aepipe.errors import ConfigurationError, DataError, printable
from aepipe.models import maps

#: Key of an earlier version -> its name today.
RENAMED = {
    "run": "experiment",
    "saved": "reuse",
    "label": "title",
    "left_out": "held_out",
    "classifier": "feature_extractor",
    "baseline": "baseline_network",
}
#: Names that tables take for a missing value, and the report for all baselines.
RESERVED = ("baselines", "NA", "NULL", "NaN", "None", "nan", "null")
#: The fewest labelled images, so that they are hardly ever all of one class.
FEWEST_LABELLED = 10
#: Characters of a problem that are shown.
LONGEST = 600
#: Points of a grid: more would take minutes to plan, and weeks to train.
MOST_POINTS = 10_000
#: Problems of a grid that are listed: its points often have the same.
MOST_PROBLEMS = 5


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
    problems = problems or [*source_problems(config), *grid_problems(config, schema), *space_problems(config, schema)]
    problems = problems or list(contradictions(completed(config)))
    if problems:
        lines = dict.fromkeys(f"  - {shortened(problem)}\n" for problem in problems)
        raise ConfigurationError("The configuration is invalid:\n" + "".join(lines))


def check_grid(config: Config, dataset: str) -> None:
    """Refuses a target whose points a data set's images can't have; `config` is completed.

    Raises:
        ConfigurationError: lists the first problems.
    """
    points = networks(config, {"point"})
    if not points:
        problems = ["no autoencoder has a grid; add one to its entry, as in grid: {beta: [0.5, 1, 2, 4]}"]
    else:
        problems = list(dict.fromkeys(problems_of(config, dataset, points)))
    refuse(f"{dataset}_grid", problems)


def check_tuning(config: Config, dataset: str) -> None:
    """Refuses a target whose trials a data set's images can't have, or this machine has no memory for; as above."""
    refuse(f"{dataset}_tuned", list(dict.fromkeys(problems_of(config, dataset, networks(config, {"trial"})))))


def refuse(target: str, problems: list[str]) -> None:
    """Raises a ConfigurationError that lists the first problems, if there are any."""
    if problems:
        lines = [f"  - {shortened(problem)}" for problem in problems[:MOST_PROBLEMS]]
        lines += [f"  ... and {len(problems) - MOST_PROBLEMS} more"] if len(problems) > MOST_PROBLEMS else []
        raise ConfigurationError("\n".join([f"{target} can't be made:", *lines]))


def shortened(problem: str) -> str:
    """A problem without the middle of what would fill the screen, such as a block where a number belongs."""
    half = LONGEST // 2
    return problem if len(problem) <= LONGEST else f"{problem[:half]} [...] {problem[-half:]}"


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
    if isinstance(error.instance, float) and not math.isfinite(error.instance):
        return f"{where}: {error.instance} is no finite number" + (f" ({description})" if description else "")
    if error.validator == "type" and (advice := meant(error.instance, schema)):
        return f"{where}: {advice}"
    if error.validator in ("oneOf", "not", "pattern"):
        return f"{where}: {error.instance!r} is not allowed; allowed: {description}"
    return f"{where}: {error.message}" + (f" ({description})" if description else "")


def meant(value: object, schema: dict[str, Any]) -> str | None:
    """What to write for a value of another type than the schema wants, if it stands for one that is allowed.

    YAML reads 1e-3 as text, as it wants 1.0e-3, and 5.0 as no integer; yes and 2024-01-31 are no text to it.
    """
    if schema["type"] == "string" and isinstance(value, bool | int | float | datetime.date):
        return f"YAML reads this as {value!r}, not as text; put it in quotes"
    if not isinstance(value, str | float) or schema["type"] not in ("integer", "number"):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    if schema["type"] == "integer" and number.is_integer():
        number = int(number)
    if not Validator(schema).is_valid(number):
        return None
    written = yaml.safe_dump(number).split()[0]  # Python writes 1e-05, which YAML reads as text
    if isinstance(value, float):
        return f"{value!r} is not an integer; write {written}"
    if value.strip() == written:
        return f"{value!r} is text; write {written} without quotes, and in a file, as all is text in --config"
    return f"YAML reads {value!r} as text; write {written}"


def axis_problems(schema: dict[str, Any], key: str, axes: dict[str, Any]) -> Iterator[str]:
    """Values of a grid or a search space that a setting can't have; of ranges in the latter, the ends are checked."""
    validator, entry = Validator(schema), schema["properties"]["autoencoders"]["additionalProperties"]["properties"]
    representation = schema["properties"]["datasets"]["additionalProperties"]["properties"]["representation"]
    known = {
        "settings": entry["settings"]["properties"],
        "network": representation["properties"] | entry["network"]["properties"],
        "training": schema["$defs"]["entry_training"]["properties"],
    }
    for axis, given in axes.items():
        is_space = isinstance(given, dict) and "steps" not in given
        for place, value in enumerate([given["from"], given["to"]] if is_space else grids.values(given)):
            of_axis = known[grids.block(axis)].get(axis, {})
            path = f"{key}.{axis}.{place}" if isinstance(given, list) else f"{key}.{axis}"
            yield from map(explain, validator.descend(value, of_axis, path=path))


def space_problems(config: Config, schema: dict[str, Any]) -> Iterator[str]:
    """Values of search spaces that a setting can't have, and names that are those of trials and tuned networks."""
    yield from axis_problems(schema, "tuning.space", config["tuning"]["space"])
    for axis in config["tuning"]["space"]:
        if grids.block(axis) == "settings":
            allowed = ", ".join([*grids.LAYERS[1:], *grids.TRAINING[1:]])
            yield f"tuning.space: no setting of all autoencoders is called {axis!r}; allowed: {allowed}"
    for name, entry in config["autoencoders"].items():
        yield from axis_problems(schema, f"autoencoders.{name}.space", entry.get("space", {}))
        if not {"trial", "tuned"} & entry.keys() and any(part in name for part in (TRIAL, TUNED)):
            yield f"autoencoders.{name}: names with {TRIAL} or {TUNED} are those of tuning; choose another"


def grid_problems(config: Config, schema: dict[str, Any]) -> Iterator[str]:
    """Values that a setting can't have, and points of grids whose names can't be those of autoencoders."""
    validator, own = Validator(schema), schema["properties"]["autoencoders"]
    names = dict.fromkeys(config["autoencoders"], "an entry")
    for name, entry in config["autoencoders"].items():
        key = f"autoencoders.{name}.grid"
        yield from axis_problems(schema, key, entry.get("grid", {}))
        if (count := grids.count(entry)) > MOST_POINTS:
            yield f"{key}: {count:,} combinations are too many; allowed: 1 to {MOST_POINTS:,}"
            return
        for point, _ in grids.points(name, entry):
            if point in names:
                yield f"{key}: {point} would be the name of one of its points, and is that of {names[point]}"
            elif not validator.evolve(schema=own["propertyNames"]).is_valid(point):
                yield f"{key}: {point} would be the name of one of its points; give shorter values, or a shorter entry"
            names.setdefault(point, "another one")


def contradictions(config: Config) -> Iterator[str]:
    """Problems that a schema can't see: names that don't exist, numbers that don't fit the data."""
    known = {name: config["autoencoders"][name] for name in entries(config)}
    reused = config["experiment"].get("reuse")
    if reused and not is_folder(reused):
        yield f"experiment.reuse: there is no folder {reused!r} here; allowed: a folder of earlier metrics"
    elif reused:
        for dataset in config["datasets"]:
            try:
                for name in REUSED:
                    reused_runs(reused, dataset, name)
            except ConfigurationError as error:
                yield str(error)
    for name in models(config):
        if name not in known:
            yield f"experiment.autoencoders: unknown model {name!r}; allowed: {', '.join(known)}"
    yield from name_problems(config)
    for name in config["experiment"]["datasets"]:
        if name not in config["datasets"]:
            yield f"experiment.datasets: unknown data set {name!r}; allowed: {', '.join(config['datasets'])}"
    baseline = config["evaluation"]["classification"]["baseline_network"]
    if baseline not in known:
        yield f"evaluation.classification.baseline_network: unknown model {baseline!r}; allowed: {', '.join(known)}"
    for scheme, entry in config["stacking"]["entries"].items():
        objective = scheme.removeprefix("greedy_") if scheme.startswith("greedy_") else None
        fitting = [name for name in known if known[name].get("training", {}).get("layerwise") == objective]
        if entry not in known:
            yield f"stacking.entries.{scheme}: unknown model {entry!r}; allowed: {', '.join(fitting) or 'none'}"
        elif entry not in fitting:
            how = f"layer by layer on {objective}" if objective else "jointly"
            yield (
                f"stacking.entries.{scheme}: {entry} is not trained {how}; allowed: "
                f"{', '.join(fitting) or f'none, so add an entry with training: {{layerwise: {objective}}}'}"
            )
    for name, entry in known.items():
        yield from class_problems(name, entry)
    kinds = {name: traits(entry["class"]) for name, entry in known.items()}
    for name, data in config["datasets"].items():
        yield from data_problems(config, name, data, kinds)


def is_folder(path: str) -> bool:
    """Whether there is a folder; not where its name is too long for one, either."""
    try:
        return Path(path).is_dir()
    except OSError:
        return False


def name_problems(config: Config) -> Iterator[str]:
    """Names and titles of autoencoders, and names of data sets, that results could not tell apart."""
    known = config["autoencoders"]
    blocks = [data.get("autoencoders", {}) for data in config["datasets"].values()]
    of_paper = {model + PAPER for block in blocks for model in block if "paper" in block[model]}
    for name in known:
        if name.endswith(PAPER) and name not in of_paper:
            yield f"autoencoders.{name}: names that end in {PAPER} are those of networks under `paper`; choose another"
        if name in BASELINE_TITLES:
            yield f"autoencoders.{name}: the name is reserved for a baseline; choose another"
        if name in RESERVED:
            yield f"autoencoders.{name}: the name has a meaning in results; choose another"
    for block in ("autoencoders", "datasets"):
        for name, other in alike({name: name.casefold() for name in config[block]}):
            yield f"{block}.{name}: some disks don't tell it from {other}; choose another name"
    titles = {name: " ".join(entry["title"].split()) for name, entry in known.items()}
    for name, other in alike(BASELINE_TITLES | titles):
        if name in known:
            yield f"autoencoders.{name}.title: {known[name]['title']!r} is also that of {other}; change one of them"


def alike(values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Each key whose value is already that of a key before it, and that key."""
    first: dict[str, str] = {}
    for key, value in values.items():
        if first.setdefault(value, key) != key:
            yield key, first[value]


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
        if known.only_tested and "normal" not in data.get("anomaly", {}):
            yield f"{key}.source: {own.few_of_a_class(known.only_tested[0], known.counts)}"


def data_problems(config: Config, name: str, data: dict[str, Any], kinds: dict[str, Traits]) -> Iterator[str]:
    """What of a data set's block does not fit its images."""
    key, known = f"datasets.{name}", facts(config, name)
    count, most = known.train, pixels(config, name)
    if data["validation"] >= count:
        yield f"{key}.validation: {data['validation']} leaves nothing to train on; allowed: 1 to {count - 1}"
        return
    compared = [*models(config), config["evaluation"]["classification"]["baseline_network"]]
    for role in roles(config, name):
        yield from latent_dim_problems(config, name, role, most)
        yield from memory.problems(config, name, role, networks(config, set()))
        yield from backbone_problems(config, name, role, kinds, compared)
    yield from loss_problems(config, name, kinds, models(config))
    yield from mirror_problems(config, name, networks(config, set()))
    structure = evaluation_settings(config, name, "latent_structure")
    if 2 * structure["neighbours"] >= structure["images"]:
        special = "neighbours" in data["evaluation"]["latent_structure"]
        place = f"{key}.evaluation" if special else "evaluation"
        most = (structure["images"] - 1) // 2
        yield f"{place}.latent_structure.neighbours: {structure['neighbours']} are too many; allowed: 1 to {most}"
    for model in data.get("autoencoders", {}):
        if model not in config["autoencoders"]:
            yield f"{key}.autoencoders: unknown model {model!r}; allowed: {', '.join(entries(config))}"
    if known.classes:
        yield from label_problems(config, name, data)


def problems_of(config: Config, name: str, own: list[str]) -> Iterator[str]:
    """What of some networks does not fit a data set's images."""
    kinds = {network: traits(config["autoencoders"][network]["class"]) for network in own}
    most = pixels(config, name)
    for network in own:
        if config["autoencoders"][network]["network"].get("latent_dim", 1) > most:
            yield f"{name}: {network} has more latent dimensions than there are pixels; allowed: 1 to {most}"
            return
    for role in roles(config, name):
        yield from memory.problems(config, name, role, own)
        yield from backbone_problems(config, name, role, kinds, own)
    yield from loss_problems(config, name, kinds, own)
    yield from mirror_problems(config, name, own)


def networks(config: Config, added: set[str]) -> list[str]:
    """The networks of grids (`point`) or of tuning (`trial`, `tuned`), or all others; with those of `paper`."""
    kinds = {"point", "trial", "tuned"}
    return [name for name, entry in config["autoencoders"].items() if kinds & entry.keys() == added]


def mirror_problems(config: Config, name: str, of: list[str]) -> Iterator[str]:
    """Autoencoders that are trained layer by layer, and have no decoder that mirrors the encoder."""
    for model in stacked_models(config):
        for role in roles(config, name) if model in of else ():
            held_out = "none" if role == "representation" else "any"
            network = network_settings(config, name, model, held_out)
            if network["encoder_widths"] != network["decoder_widths"][::-1]:
                yield (
                    f"datasets.{name}.{role}: {model} is trained layer by layer, so its decoder_widths must mirror its "
                    f"encoder_widths {network['encoder_widths']}, and are {network['decoder_widths']}"
                )


def latent_dim_problems(config: Config, name: str, role: str, most: int) -> Iterator[str]:
    """A latent dimension that is more than there are pixels, or images for PCA to find so many components in."""
    latent_dim = config["datasets"][name][role]["latent_dim"]
    fewest = train_count(config, name)
    if role == "anomaly":
        counts = list(facts(config, name).counts.values())
        held_out = config["datasets"][name][role]["held_out"]
        fewest -= max((counts[label][0] for label in held_out if label in range(len(counts))), default=0)
    if latent_dim > most:
        yield f"datasets.{name}.{role}.latent_dim: {latent_dim} exceeds the pixels; allowed: 1 to {most}"
    elif latent_dim > fewest:
        yield (
            f"datasets.{name}.{role}.latent_dim: {latent_dim} exceeds the training images; "
            f"allowed: 1 to {max(1, fewest)}"
        )


def backbone_problems(config: Config, name: str, role: str, kinds: dict[str, Traits], of: list[str]) -> Iterator[str]:
    """Networks of some autoencoders whose class or training can't use their backbone, or whose code does not fit it."""
    for model in dict.fromkeys(of):
        if model not in kinds:
            continue  # as has been said
        key, way_out = f"datasets.{name}.{role}: {model}", f"give {model} network: {{backbone: mlp}}"
        kind, layers = kinds[model], layer_settings(config, name, model, role)
        latent_dim = layers["latent_dim"]
        backbone, channels = layers.get("backbone"), layers.get("channels")
        if channels and backbone is None:
            yield f"{key} has channels, which only convolutions have; add backbone: conv, or leave channels out"
        elif backbone != "conv" and kind.grid_codes:
            yield f"{key}: its codes are a grid, so it needs network: {{backbone: conv, channels: [...]}}"
        elif backbone == "conv" and not channels:
            yield f"{key} has backbone: conv without channels; add those of each convolution, as in channels: [32, 64]"
        elif backbone == "conv" and model in stacked_models(config):
            yield f"{key} is trained layer by layer, which takes fully connected layers; {way_out}"
        elif backbone == "conv" and not kind.convolutional:
            class_name = config["autoencoders"][model]["class"]
            yield (
                f"{key}: {class_name}.__init__ doesn't take channels, so it has no backbone: conv; {way_out}, or let "
                "the constructor pass on **widths"
            )
        elif kind.grid_codes and (problem := maps.grid_problem(latent_dim, image_shape(config, name), channels or [])):
            yield f"{key}: {problem}"


def loss_problems(config: Config, name: str, kinds: dict[str, Traits], of: list[str]) -> Iterator[str]:
    """Those of some autoencoders that compare images in their own way, where another is configured."""
    for model in of:
        if model not in kinds or kinds[model].image_loss:
            continue
        if loss := training_settings(config, name, model).get("loss"):
            yield (
                f"datasets.{name}: {model} has losses of its own, which training.loss {loss} doesn't change; call "
                f"self.image_loss(logits, x) there, or give {model} training: {{loss: bce}}"
            )


def label_problems(config: Config, name: str, data: dict[str, Any]) -> Iterator[str]:
    """Classes that a data set does not have, and names that don't fit its classes."""
    key, classes = f"datasets.{name}", facts(config, name).classes
    names = data.get("class_names")
    if names is not None and len(names) != len(classes):
        yield f"{key}.class_names: {len(names)} names for {len(classes)} classes"
        return
    train = train_count(config, name)
    fewest = min(train, max(FEWEST_LABELLED, len(classes)))
    if not fewest <= data["labelled"] <= train:
        problem = "exceeds the training images" if data["labelled"] > train else "is too few"
        yield f"{key}.labelled: {data['labelled']} {problem}; allowed: {fewest} to {train}"
    texts = {
        label: str(label) if str(label) == text else f"{label} ({printable(text)})"
        for label, text in zip(classes, class_names(config, name), strict=True)
    }
    allowed = ", ".join(texts.values())
    for held_out in data["anomaly"]["held_out"]:
        if held_out not in classes:
            yield f"{key}.anomaly.held_out: no class {held_out!r}; allowed: {allowed}"
    for held_out in sweep_settings(config, name)["held_out"]:
        if held_out not in classes:
            place = f"{key}.sweep" if "held_out" in data.get("sweep", {}) else "sweep"
            yield f"{place}.held_out: {name} has no class {held_out!r}; allowed: {allowed}, or all"
    interpolation = evaluation_settings(config, name, "interpolation")
    structure = evaluation_settings(config, name, "latent_structure")
    first, last = interpolation["from_class"], interpolation["to_class"]
    named = [("interpolation.from_class", first)]
    named += [("latent_structure.apart", label) for label in structure["apart"]]
    named += [("latent_structure.joined", label) for group in structure["joined"] for label in group]
    for setting, label in named:
        if label not in classes:
            yield f"{key}.evaluation.{setting}: {name} has no class {label!r}; allowed: {allowed}"
    if last not in classes or last == first:
        problem = "is from_class, too" if last == first else f"is no class of {name}"
        others = ", ".join(text for label, text in texts.items() if label != first)
        yield f"{key}.evaluation.interpolation.to_class: {last!r} {problem}; allowed: {others}"
