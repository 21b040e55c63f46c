"""Tuning: every autoencoder has the same number of trials of settings, selected without test images.

A trial is an autoencoder like any other, trained and evaluated on a split of its own, which has no test image. For each
task, an autoencoder then has a network of its own, with the settings of the best trial, as a file says.

Imported by the Snakefile, so nothing here imports torch.
"""

import random
from collections.abc import Iterator
from typing import Any

from aepipe import catalogue
from aepipe.config import grids
from aepipe.config.grids import Entry
from aepipe.config.paths import TRIAL, TUNED

#: The evaluations that settings are selected for, each the one of a task.
EVALUATIONS = tuple(dict.fromkeys(task.evaluation for task in (*catalogue.TASKS, *catalogue.TASKS_WITHOUT_LABELS)))


def space(config: dict[str, Any], name: str) -> dict[str, Any]:
    """The search space of an entry by setting: what all entries have, and its own."""
    return config["tuning"]["space"] | config["autoencoders"][name].get("space", {})


def drawn(axes: dict[str, Any], count: int, seed: int) -> list[dict[str, Any]]:
    """`count` combinations of values, spread evenly over a search space.

    The points of the sequence R_d, M. Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018, moved
    by a random step (R. Cranley and T. Patterson, SIAM Journal on Numerical Analysis 13, 1976).

    Args:
        axes: setting -> its values, a list, or a range `from` ... `to`, spaced logarithmically.
        count: number of combinations.
        seed: draws the step.
    """
    names, random_step = sorted(axes, key=grids.order), random.Random(seed)
    ratio = 2.0
    for _ in range(50):  # the root of x^(d + 1) = x + 1
        ratio = (1 + ratio) ** (1 / (len(names) + 1))
    step = {name: random_step.random() for name in names}
    return [
        {name: value_at(axes[name], (step[name] + n / ratio ** (place + 1)) % 1) for place, name in enumerate(names)}
        for n in range(1, count + 1)
    ]


def value_at(given: Any, share: float) -> Any:
    """The value of an axis at a share of its length, in [0, 1); of a range with three significant digits."""
    if isinstance(given, list):
        return given[int(share * len(given))]
    low, high = given["from"], given["to"]
    value = low * (high / low) ** share
    whole = isinstance(low, int) and isinstance(high, int)
    return round(value) if whole else float(f"{value:.{grids.DIGITS}g}")


def trials(config: dict[str, Any], name: str) -> Iterator[tuple[str, Entry]]:
    """The trials of an entry. The first has the settings as configured, the others those of the search space.

    A trial has `trial`: the name of its entry, and the values that it tries. Layers that are trained one by one share
    the epochs of a trial.
    """
    entry, tuning = config["autoencoders"][name], config["tuning"]
    others = drawn(space(config, name), tuning["trials"] - 1, tuning["seed"])
    for number, own in enumerate([{}, *others]):
        trial = grids.with_values(entry, own) | {"title": f"{entry['title']}, trial {number}"}
        trial["training"]["epochs"] = tuning["epochs"]
        yield f"{name}{TRIAL}{number}", trial | {"trial": {"of": name, "values": own}}


def add_networks(config: dict[str, Any]) -> None:
    """Adds the trials of all compared autoencoders, and their tuned networks, to the entries."""
    entries, datasets = config["autoencoders"], config["datasets"]
    for name in [name for name in config["experiment"]["autoencoders"] if name in entries]:
        axes = space(config, name)
        for trial, own in trials(config, name):
            entries[trial] = own
            grids.inherit(datasets, name, trial, ["paper", "epochs", *(axes if own["trial"]["values"] else ())])
        for evaluation in EVALUATIONS:
            tuned = f"{name}{TUNED}{evaluation}"
            task = catalogue.evaluation(evaluation).title
            entries[tuned] = grids.with_values(entries[name], {}) | {
                "title": f"{entries[name]['title']}, tuned for {task[0].lower()}{task[1:]}",
                "tuned": {"of": name, "evaluation": evaluation},
            }
            grids.inherit(datasets, name, tuned, ["paper"])
