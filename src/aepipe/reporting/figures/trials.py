"""Figure: how much the settings of autoencoders matter, by the scores of their trials."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aepipe.catalogue import Task, metric
from aepipe.config.paths import number_of
from aepipe.reporting.figures.style import GREY, INK, PALE, Entry

PANEL, ROW = 4.2, 0.32  # inches
COLUMNS = 3  # of panels


def draw(
    entries: list[Entry], tasks: Sequence[Task], scores: Mapping[tuple[str, str], Mapping[str, Any]], dataset: str
) -> Figure:
    """A panel for each task: a dot for each trial, a ring around the selected one, a bar at the configured settings.

    Args:
        entries: the autoencoders.
        tasks: that settings were selected for.
        scores: autoencoder and evaluation -> what `aepipe.analysis.tuning.select` gave.
        dataset: its name.
    """
    columns = min(COLUMNS, len(tasks))
    lines = -(-len(tasks) // columns)
    size = (PANEL * columns + 1.2, lines * (ROW * len(entries) + 1.1) + 0.9)
    figure, axes = plt.subplots(lines, columns, figsize=size, layout="constrained", squeeze=False, sharey=True)
    for ax in axes.flat[len(tasks) :]:
        ax.set_axis_off()
    for ax, task in zip(axes.flat, tasks, strict=False):
        draw_task(ax, task, entries, scores)
    look: dict[str, Any] = {"linestyle": "", "color": GREY}
    handles = [
        Line2D([], [], marker="o", markersize=5, alpha=0.6, label="a trial", **look),
        Line2D([], [], marker="|", markersize=13, markeredgewidth=2, label="settings as configured", **look),
        Line2D([], [], marker="o", markersize=10, markerfacecolor="none", label="selected", linestyle="", color=INK),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    figure.suptitle(f"Scores of the trials on {dataset}, outside the test set")
    return figure


def draw_task(ax: Axes, task: Task, entries: list[Entry], scores: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """The trials of all autoencoders for a task, the first autoencoder at the top."""
    every = []
    for place, entry in enumerate(entries):
        if (found := scores.get((entry.name, task.evaluation))) is None:
            continue
        values, y = found["scores"], -place
        every += list(values.values())
        shift = 0.16 * np.resize([0, 1, -1], len(values))
        ax.plot(list(values.values()), y + shift, "o", color=entry.colour, markersize=5, alpha=0.6, markeredgewidth=0)
        for name, value in values.items():
            if number_of(name) == 0:
                ax.plot(value, y, "|", color=entry.colour, markersize=13, markeredgewidth=2)
        ax.plot(values[found["trial"]], y, "o", color=INK, markersize=10, markerfacecolor="none")
    if every and min(every) > 0 and max(every) > 8 * min(every):
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter("{x:g}")
    ax.set_yticks([-place for place in range(len(entries))], [entry.title for entry in entries])
    ax.set_ylim(0.6 - len(entries), 0.6)
    ax.grid(axis="x", color=PALE, linewidth=0.6)
    ax.set_axisbelow(True)
    better = "lower is better" if task.selects_lowest else "higher is better"
    selects = "" if not task.selects else f"\nby {label(task)}"
    ax.set_title(f"{task.name}{selects}", fontsize=12)
    ax.set_xlabel(f"{label(task)} ({better})", fontsize=10)


def label(task: Task) -> str:
    """The metric that a task's settings are selected by."""
    return metric(*task.selected_by).short
