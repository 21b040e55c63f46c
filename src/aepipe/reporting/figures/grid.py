"""Figure: the metrics of an evaluation as curves over the settings of grids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, NullLocator

from aepipe.analysis.scores import wide
from aepipe.analysis.statistics import mean_interval
from aepipe.catalogue import HIGHER, Evaluation, Metric
from aepipe.config.grids import symbol, text
from aepipe.reporting.figures.scales import limits
from aepipe.reporting.figures.style import CHARACTERS_AN_INCH, PALE, Entry, width

PANEL = (2.7, 2.1)  # inches
WIDEST = 6  # panels side by side, unless the grids have more axes
LEGEND = 0.3  # inches of a line of a legend
FURNITURE = 0.9  # inches below a panel's title and above it
LINES = 7  # of a panel that are named
TICKS = 6  # of an axis that are named
MARKERS = "osD^vPX"
NAMES = {"latent_dim": "latent dimension d"}
#: Point -> the name of its entry, `of`, and its `values` by axis, as in `aepipe.config.configuration.points`.
Points = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Column:
    """Panels over one axis of an entry's grid."""

    entry: Entry
    axis: str
    values: list[Any]  # of the axis
    other: str | None  # the axis whose values are lines of their own
    lines: list[Any]  # its values
    averaged: list[str]  # axes over which means are taken
    points: Points

    def of(self, line: int, place: int) -> list[str]:
        """The points of one place on one line: several where there are more than two axes."""
        return [
            name
            for name, point in self.points.items()
            if point["values"][self.axis] == self.values[place]
            and (self.other is None or point["values"][self.other] == self.lines[line])
        ]

    @property
    def is_numeric(self) -> bool:
        """Whether the values are numbers, and not layers or words."""
        return all(isinstance(value, int | float) and not isinstance(value, bool) for value in self.values)

    @property
    def is_logarithmic(self) -> bool:
        """Whether the logarithms of the values are spaced more evenly than the values."""
        if not self.is_numeric or len(self.values) < 2 or min(self.values) <= 0:
            return False
        steps, ratios = np.diff(self.values), np.diff(np.log(self.values))
        return bool(ratios.std() * steps.mean() < steps.std() * ratios.mean())

    @property
    def at(self) -> list[float]:
        """Where the values are on the axis."""
        return list(map(float, self.values)) if self.is_numeric else list(map(float, range(len(self.values))))

    @property
    def colours(self) -> list[Any]:
        """The colour of each line: the entry's own, or from dark to light."""
        if len(self.lines) < 2:
            return [self.entry.colour]
        return [colormaps["viridis"](share) for share in np.linspace(0, 0.87, len(self.lines))]


def draw(
    evaluation: Evaluation,
    protocol: str,
    entries: list[Entry],
    points: Points,
    metrics: pd.DataFrame,
    dataset: str,
    confidence: float = 0.95,
) -> Figure:
    """A panel for each metric and each axis of each grid; the values of a second axis are lines, of others averaged.

    Lines are means over seeds, with their intervals as bands and every seed as a faint dot.

    Args:
        evaluation: whose metrics are shown.
        protocol: `paper` or `corrected`.
        entries: the autoencoders that have a grid.
        points: of all grids.
        metrics: tidy, of all points.
        dataset: its name.
        confidence: of the intervals.
    """
    rows = metrics[metrics["evaluation"] == evaluation.name]
    if not evaluation.paper:
        rows = rows.assign(protocol=protocol)
    tables = {
        metric: table
        for section in evaluation.sections
        for metric in section.metrics
        for table in [wide(rows, protocol, evaluation.name, metric.name)]
        if table.notna().any(axis=None)
    }
    columns = [column for entry in entries for column in columns_of(entry, points)]
    blocks = max(1, min(len(tables), WIDEST // len(columns)))
    lines = max(1, -(-len(tables) // blocks))
    legend = LEGEND * (1 + max(min(len(column.lines), LINES) if column.other else 0 for column in columns))
    size = (PANEL[0] * len(columns) * blocks + 0.5 * blocks, PANEL[1] * lines + legend + FURNITURE)
    figure = plt.figure(figsize=size, layout="constrained")
    parts = figure.subfigures(1, blocks, squeeze=False)[0]
    every = list(tables.items())
    for index, part in enumerate(parts):
        axes = part.subplots(
            lines + 1,
            len(columns),
            squeeze=False,
            height_ratios=[legend / PANEL[1], *[1] * lines],
        )
        own = every[index * lines : (index + 1) * lines]
        for place, column in enumerate(columns):
            head(axes[0, place], column)
            for line, ax in enumerate(axes[1:, place]):
                if line >= len(own):
                    ax.set_axis_off()
                    continue
                draw_panel(ax, column, *own[line], columns, confidence)
                scale_across(ax, column, labelled=line == len(own) - 1)
                if place:
                    ax.tick_params(labelleft=False)
                else:
                    ax.set_ylabel(named(own[line][0]), fontsize=10)
    figure.suptitle(title_of(evaluation, protocol, rows, dataset, confidence))
    return figure


def columns_of(entry: Entry, points: Points) -> list[Column]:
    """A column for each axis of an entry's grid that has several values, or for its only one."""
    own = {name: point for name, point in points.items() if point["of"] == entry.name}
    axes: dict[str, list[Any]] = {}
    for point in own.values():
        for axis, value in point["values"].items():
            if value not in axes.setdefault(axis, []):
                axes[axis].append(value)
    wanted = [axis for axis in axes if len(axes[axis]) > 1] or list(axes)[:1]
    found = []
    for axis in wanted:
        others = [name for name in wanted if name != axis]
        other = others[0] if others else None
        lines = in_order(axes[other]) if other else [None]
        found.append(Column(entry, axis, in_order(axes[axis]), other, lines, others[1:], own))
    return found


def in_order(values: list[Any]) -> list[Any]:
    """Numbers from the least to the largest, anything else as it is."""
    numbers = all(isinstance(value, int | float) for value in values)
    return sorted(values) if numbers else values


def head(ax: Axes, column: Column) -> None:
    """Names the entry above its panels, and the lines."""
    ax.set_axis_off()
    ax.set_title(column.entry.title, fontsize=12, fontweight="bold", pad=2)
    if column.other is None:
        return
    shown = spread(len(column.lines), LINES)
    handles = [
        Line2D(
            [],
            [],
            color=column.colours[line],
            marker=MARKERS[line % len(MARKERS)],
            markersize=4.5,
            linewidth=1.6,
            label=f"{symbol(column.other)} = {text(column.lines[line])}",
        )
        for line in shown
    ]
    ax.legend(handles=handles, loc="upper center", fontsize=9.5, ncols=2)


def draw_panel(
    ax: Axes, column: Column, metric: Metric, table: pd.DataFrame, columns: Sequence[Column], confidence: float
) -> None:
    """Draws a metric over an axis: `table` has a row for each seed and a column for each point."""
    at = column.at
    for line, colour in enumerate(column.colours):
        found = [seeds_of(table, column.of(line, place)) for place in range(len(at))]
        estimates = [mean_interval(values, confidence).within(metric.range) for values in found]
        means = [estimate.mean for estimate in estimates]
        lows, highs = [estimate.low for estimate in estimates], [estimate.high for estimate in estimates]
        ax.fill_between(at, lows, highs, color=colour, alpha=0.12, linewidth=0, zorder=1)
        ax.plot(at, means, color=colour, marker=MARKERS[line % len(MARKERS)], markersize=4.5, linewidth=1.6, zorder=3)
        for place, values in enumerate(found):
            if len(values) > 1:
                ax.plot(
                    [at[place]] * len(values),
                    values,
                    color=colour,
                    linestyle="",
                    marker="o",
                    markersize=3,
                    markeredgewidth=0,
                    alpha=0.4,
                    zorder=2,
                )
    if metric.line is not None:
        ax.axhline(metric.line, color=PALE, linestyle=":", linewidth=1.2, zorder=0)
    every = [
        seeds_of(table, own.of(line, place))
        for own in columns
        for line in range(len(own.lines))
        for place in range(len(own.values))
    ]
    if ends := limits(metric, [values for values in every if len(values)], (), confidence):
        scale_up(ax, metric, *ends)


def seeds_of(table: pd.DataFrame, points: list[str]) -> np.ndarray:
    """The values of seeds (S,): of several points their means, of seeds that have all of them."""
    return table.reindex(columns=points).mean(axis=1, skipna=False).dropna().to_numpy()


def scale_up(ax: Axes, metric: Metric, low: float, high: float) -> None:
    """Limits and ticks of a metric's axis; the limits are logarithms where that is logarithmic."""
    if metric.logarithmic:
        ax.set_yscale("log")
        ax.set_ylim(10**low, 10**high)
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high - low < 1.6 else (1,)))
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.yaxis.set_major_formatter("{x:g}")
    else:
        ax.set_ylim(low, high)
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.grid(axis="y", color=PALE, linewidth=0.6)
    ax.set_axisbelow(True)


def scale_across(ax: Axes, column: Column, *, labelled: bool) -> None:
    """The axis of a setting, with its values as ticks, and their names below the last panel."""
    at = column.at
    if column.is_logarithmic:
        ax.set_xscale("log")
    ax.xaxis.set_minor_locator(NullLocator())
    shown = spread(len(at), TICKS)
    names = [text(column.values[place]) for place in shown]
    turned = sum(map(width, names)) > 0.8 * PANEL[0]
    ax.set_xticks([at[place] for place in shown], names if labelled else [""] * len(names), rotation=40 * turned)
    if labelled:
        ax.set_xlabel(NAMES.get(column.axis, symbol(column.axis)), fontsize=11)


def spread(count: int, most: int) -> list[int]:
    """At most so many of the places 0 ... count - 1, the first and the last among them, evenly spread."""
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, most))})


def named(metric: Metric) -> str:
    """A metric's name beside its panels, with an arrow to the better side."""
    name = fill(metric.title.replace("\n", " "), int(PANEL[1] * CHARACTERS_AN_INCH))
    arrow = {"": "", HIGHER: " ↑"}.get(metric.better, " ↓")
    return f"{name}{arrow}"


def title_of(evaluation: Evaluation, protocol: str, rows: pd.DataFrame, dataset: str, confidence: float) -> str:
    """What the figure shows."""
    meaning = {"paper": evaluation.paper, "corrected": evaluation.corrected}[protocol]
    under = f", {protocol}: {meaning}" if meaning else ""
    seeds = rows["seed"].nunique()
    spread = f"means over {seeds} seeds with {confidence:.0%} intervals; dots: seeds" if seeds > 1 else "one seed"
    return f"{evaluation.title} of {dataset}{under}\n{spread}"
