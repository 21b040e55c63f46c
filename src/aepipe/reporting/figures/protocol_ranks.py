"""Figure: how ranks change from protocol to protocol, above all if every autoencoder has the settings that suit it."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aepipe.analysis.comparisons import competing
from aepipe.analysis.statistics import ranks
from aepipe.catalogue import Task
from aepipe.reporting.figures.style import INK, Entry

PANEL, ROW = 4.4, 0.36  # inches
COLUMNS = 3  # of panels


def draw(
    entries: list[Entry], tasks: Sequence[Task], protocols: Sequence[str], metrics: pd.DataFrame, dataset: str
) -> Figure:
    """A panel for each task: the ranks of autoencoders by their means, under each protocol, joined by lines.

    Args:
        entries: the autoencoders.
        tasks: to compare them in.
        protocols: in their order.
        metrics: tidy, under all of them.
        dataset: its name.
    """
    columns = min(COLUMNS, len(tasks))
    lines = -(-len(tasks) // columns)
    size = (PANEL * columns, lines * (ROW * len(entries) + 1.0) + 0.6)
    figure, axes = plt.subplots(lines, columns, figsize=size, layout="constrained", squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, task in zip(axes.flat, tasks, strict=False):
        draw_task(ax, task, entries, protocols, metrics)
    seeds = metrics["seed"].nunique()
    over = f"means over {seeds} seeds" if seeds > 1 else "one seed"
    figure.suptitle(f"Ranks on {dataset} under each protocol (1 is best), by {over}")
    return figure


def draw_task(ax: Axes, task: Task, entries: list[Entry], protocols: Sequence[str], metrics: pd.DataFrame) -> None:
    """The ranks of one task; where an autoencoder has no number under a protocol, its line begins at the next."""
    found = pd.DataFrame(
        {own: competing(metrics, own, task.evaluation, task.measure).mean() for own in protocols}
    ).T.reindex(columns=[entry.name for entry in entries])
    places = pd.DataFrame({own: ranks(found.loc[[own]], task.lower_is_better).iloc[0] for own in protocols})
    taken: set[tuple[int, float]] = set()
    for entry in entries:
        own = places.loc[entry.name].dropna()
        at = [protocols.index(name) for name in own.index]
        ax.plot(at, own.to_numpy(), "-o", color=entry.colour, linewidth=2, markersize=6)
        for end, side, align, offset in ((0, 0, "right", -0.08), (-1, len(protocols) - 1, "left", 0.08)):
            if len(own) and at[end] == side:
                height = spread(float(own.to_numpy()[end]), side, taken)
                ax.text(side + offset, height, entry.title, fontsize=9, ha=align, va="center", color=INK)
    ax.set_xlim(-1.1, len(protocols) + 0.1)
    ax.set_ylim(len(entries) + 0.7, 0.2)
    for place, protocol in enumerate(protocols):
        ax.text(place, 0.35, protocol, ha="center", va="bottom", fontsize=10, fontweight="bold", color=INK)
    ax.set_title(task.heading, pad=14)


def spread(rank: float, side: int, taken: set[tuple[int, float]]) -> float:
    """A height for a name near its rank that no other name has, as ties have the same rank."""
    while (side, rank) in taken:
        rank += 0.5
    taken.add((side, rank))
    return rank
