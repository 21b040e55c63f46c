"""Grids: an entry of the configuration that stands for many, one for each combination of its settings' values.

Such an entry is a point of the grid. It is an autoencoder like any other, and what the entry has outside of its grid
holds for all its points.

Imported by the Snakefile, so nothing here imports torch.
"""

import itertools
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

Entry = dict[str, Any]

#: Where an entry has the settings that are no arguments of its constructor.
LAYERS = ("latent_dim", "encoder_widths", "decoder_widths", "width", "backbone", "channels")
TRAINING = ("epochs", "batch_size", "learning_rate", "patience", "loss", "precision")
#: Settings that have a shorter name in names of points, and those that have one in titles.
SHORT = {"latent_dim": "d"}
SYMBOLS = {"latent_dim": "d", "beta": "β"}
#: Significant digits of values between the ends of a range.
DIGITS = 3


def block(axis: str) -> str:
    """The part of an entry where a setting belongs."""
    return "network" if axis in LAYERS else "training" if axis in TRAINING else "settings"


def order(axis: str) -> tuple[int, str]:
    """What axes are sorted by."""
    last = (*LAYERS, *TRAINING)
    return (last.index(axis) if axis in last else -1, axis)


def values(given: Any) -> list[Any]:
    """The values of an axis: as listed, or evenly spaced on a logarithmic scale.

    Those of a range are integers if both of its ends are, else they have three significant digits; each is there once.
    """
    if isinstance(given, list):
        return given
    low, high, steps = given["from"], given["to"], given["steps"]
    between = [low * (high / low) ** (step / (steps - 1)) for step in range(1, steps - 1)]
    whole = isinstance(low, int) and isinstance(high, int)
    rounded = [round(value) if whole else float(f"{value:.{DIGITS}g}") for value in between]
    return list(dict.fromkeys([low, *rounded, high]))


def count(entry: Entry) -> int:
    """How many points the grid of an entry has; 1 without a grid."""
    return math.prod(len(values(given)) for given in entry.get("grid", {}).values())


def points(name: str, entry: Entry) -> Iterator[tuple[str, Entry]]:
    """The points of an entry's grid, each with its name; none of an entry without one.

    Axes are in an order of their own: arguments of the constructor by name, layers, training. So the order in which a
    grid is written changes no name.

    A point has `point`: the name of its entry, and its own values by axis.
    """
    given = entry.get("grid", {})
    axes = {axis: values(given[axis]) for axis in sorted(given, key=order)}
    for combination in itertools.product(*axes.values()) if axes else ():
        own = dict(zip(axes, combination, strict=True))
        yield point_name(name, own), with_values(entry, own) | {"point": {"of": name, "values": own}}


def with_values(entry: Entry, own: dict[str, Any]) -> Entry:
    """An entry with other values of some settings, and a title that has them; without its grid and search space."""
    found = {key: value for key, value in entry.items() if key not in ("grid", "space")}
    found["title"] = ", ".join([entry["title"], *(f"{symbol(axis)} = {text(own[axis])}" for axis in own)])
    for part in ("settings", "network", "training"):
        found[part] = entry.get(part, {}) | {axis: own[axis] for axis in own if block(axis) == part}
    return found


def point_name(name: str, own: dict[str, Any]) -> str:
    """The name of a point: letters, digits and underscores, as in vae_beta_0p5_d_10."""
    return "_".join([name, *(f"{SHORT.get(axis, axis)}_{file_safe(own[axis])}" for axis in own)])


def file_safe(value: Any) -> str:
    """A value as a part of a name: 0.5 is 0p5, 1e-05 is 1em05, and [64, 32] is 64_32."""
    if isinstance(value, list):
        return "_".join(map(file_safe, value)) or "none"
    return re.sub(r"[^a-zA-Z0-9]", "_", text(value).replace(".", "p").replace("-", "m").replace("+", ""))


def symbol(axis: str) -> str:
    """A setting as titles have it."""
    return SYMBOLS.get(axis, axis.replace("_", " "))


def text(value: Any) -> str:
    """A value as titles have it; layers with a dash between them."""
    if isinstance(value, list):
        return "–".join(map(text, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def add_points(entries: dict[str, Entry], datasets: dict[str, Any]) -> None:
    """Adds the points of all grids to the autoencoders, with what data sets have for their entries."""
    for name in list(entries):
        for point, own in points(name, entries[name]):
            entries[point] = own
            inherit(datasets, name, point, entries[name]["grid"])


def inherit(datasets: dict[str, Any], name: str, other: str, axes: Iterable[str]) -> None:
    """Gives another autoencoder what data sets have for an entry, except for some settings."""
    for data in datasets.values():
        if special := data.get("autoencoders", {}).get(name):
            data["autoencoders"][other] = without(special, axes)


def without(special: dict[str, Any], axes: Iterable[str]) -> dict[str, Any]:
    """A data set's block of an autoencoder without some settings; without `paper` where nothing is left of that."""
    left = {
        key: without(value, axes) if isinstance(value, dict) else value
        for key, value in special.items()
        if key not in axes
    }
    return left if any(left.get("paper", {"": 1}).values()) else {key: left[key] for key in left if key != "paper"}
