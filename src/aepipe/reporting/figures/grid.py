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
from aepipe.reporting.figures.style import CHARACTERS_AN_INCH, GREY, LINE, PALE, Entry, width

PANEL = (2.7, 2.1)  # inches
WIDEST = 6  # panels side by side, unless the grids have more axes
LEGEND, LEGEND_COLUMNS = 0.3, 2  # inches of a legend without its lines, and how many are side by side
FURNITURE = 0.9  # inches of the title, and of the names below the panels
LINES = 8  # of a panel that are named
MARGIN = 0.07  # of an axis, beyond its first and its last value
TICKS = 6  # of an axis that are named
MARKERS = "osD^vPX*"
SEED: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 3.2, "markeredgewidth": 0, "alpha": 0.5}
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
    points: list[list[list[str]]]  # of each line and each value: several where means over further axes are shown

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
    rows = metrics[(metrics["evaluation"] == evaluation.name) & metrics["model"].isin(list(points))]
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
    named_lines = max(min(len(column.lines), LINES) if column.other else 0 for column in columns)
    legend = LEGEND + LINE * -(-named_lines // LEGEND_COLUMNS)
    size = (PANEL[0] * len(columns) * blocks + 0.5 * blocks, PANEL[1] * lines + legend + FURNITURE)
    figure = plt.figure(figsize=size, layout="constrained")
    parts = figure.subfigures(1, blocks, squeeze=False)[0]
    for index, part in enumerate(parts):
        heights = [legend / PANEL[1], *[1] * lines]
        axes = part.subplots(lines + 1, len(columns), squeeze=False, height_ratios=heights)
        for ax in axes.flat:
            ax.set_axis_off()
        for place, column in enumerate(columns):
            head(axes[0, place], column)
        own = list(tables.items())[index * lines : (index + 1) * lines]
        for line, (metric, table) in zip(axes[1:], own, strict=False):
            draw_line(line, metric, columns, table, confidence, named=metric is own[-1][0])
    title = title_of(evaluation, protocol, rows, dataset, confidence)
    if any(len(names) > 1 for column in columns for line in column.points for names in line):
        title += "; where a grid has further settings, means over all their values"
    figure.suptitle(title)
    return figure


def columns_of(entry: Entry, points: Points) -> list[Column]:
    """A column for each axis of an entry's grid that has several values, or for its only one."""
    own = {name: point["values"] for name, point in points.items() if point["of"] == entry.name}
    axes = {axis: in_order([values[axis] for values in own.values()]) for axis in next(iter(own.values()))}
    wanted = [axis for axis in axes if len(axes[axis]) > 1] or list(axes)[:1]
    found = []
    for axis in wanted:
        other = next((name for name in wanted if name != axis), None)
        lines = axes[other] if other else [None]
        cells: list[list[list[str]]] = [[[] for _ in axes[axis]] for _ in lines]
        for name, values in own.items():
            line = lines.index(values[other]) if other else 0
            cells[line][axes[axis].index(values[axis])].append(name)
        found.append(Column(entry, axis, axes[axis], other, lines, cells))
    return found


def in_order(values: list[Any]) -> list[Any]:
    """Each value once: numbers from the least to the largest, anything else as it is."""
    each = [value for place, value in enumerate(values) if value not in values[:place]]
    return sorted(each) if all(isinstance(value, int | float) for value in each) else each


def head(ax: Axes, column: Column) -> None:
    """Names the entry above its panels, and the lines."""
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
    ax.legend(handles=handles, loc="upper center", fontsize=9.5, ncols=LEGEND_COLUMNS)


def draw_line(
    axes: Sequence[Axes],
    metric: Metric,
    columns: Sequence[Column],
    table: pd.DataFrame,
    confidence: float,
    *,
    named: bool,
) -> None:
    """Draws a metric over all axes, side by side; `table` has a row for each seed and a column for each point."""
    every = [seeds_of(table, column) for column in columns]
    shown = [values for own in every for line in own for values in line if len(values)]
    ends = limits(metric, shown, (), confidence)
    for ax, column, own in zip(axes, columns, every, strict=True):
        ax.set_axis_on()
        draw_panel(ax, column, metric, own, confidence)
        scale_across(ax, column, named=named)
        if ends:
            scale_up(ax, metric, *ends)
        ax.tick_params(labelleft=ax is axes[0])
    axes[0].set_ylabel(heading(metric), fontsize=10)


def seeds_of(table: pd.DataFrame, column: Column) -> list[list[np.ndarray]]:
    """The values of seeds (S,) for each line and place: of several points their means, of seeds that have them all."""
    columns = {name: place for place, name in enumerate(table)}
    numbers = np.column_stack([table.to_numpy(), np.full(len(table), np.nan)])  # the last is of points without any
    found = [
        [numbers[:, [columns.get(name, -1) for name in names]].mean(axis=1) for names in line] for line in column.points
    ]
    return [[values[~np.isnan(values)] for values in line] for line in found]


def draw_panel(ax: Axes, column: Column, metric: Metric, seeds: list[list[np.ndarray]], confidence: float) -> None:
    """Draws a metric over an axis: means, intervals and, where there are several, seeds; see `seeds_of`."""
    at = column.at
    for line, (colour, found) in enumerate(zip(column.colours, seeds, strict=True)):
        estimates = [mean_interval(values, confidence).within(metric.range) for values in found]
        means = [estimate.mean for estimate in estimates]
        lows, highs = [estimate.low for estimate in estimates], [estimate.high for estimate in estimates]
        ax.fill_between(at, lows, highs, facecolor=colour, alpha=0.15 if column.other is None else 0.09, zorder=1)
        for ends in (lows, highs):
            ax.plot(at, ends, color=colour, linewidth=0.6, alpha=0.45, zorder=1.5)
        ax.plot(at, means, color=colour, marker=MARKERS[line % len(MARKERS)], markersize=4.5, linewidth=1.6, zorder=3)
        for place, values in zip(at, found, strict=True):
            if len(values) > 1:
                ax.plot([place] * len(values), values, color=colour, zorder=2, **SEED)
    if metric.line is not None:
        ax.axhline(metric.line, color=GREY, linestyle=":", linewidth=1.2, zorder=0.5)
    if not any(len(values) for line in seeds for values in line):
        ax.text(0.5, 0.5, "–", transform=ax.transAxes, ha="center", va="center", color=GREY)


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
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    ax.grid(axis="y", color=PALE, linewidth=0.6)
    ax.set_axisbelow(True)


def scale_across(ax: Axes, column: Column, *, named: bool) -> None:
    """The axis of a setting, with its values as ticks, and their names below the last panel."""
    at = column.at
    ends = np.log(at) if column.is_logarithmic else np.array(at)
    margin = MARGIN * (ends[-1] - ends[0]) or 1
    ends = np.array([ends[0] - margin, ends[-1] + margin])
    if column.is_logarithmic:
        ax.set_xscale("log")
        ends = np.exp(ends)
    ax.set_xlim(*ends)
    ax.xaxis.set_minor_locator(NullLocator())
    shown = spread(len(at), TICKS)
    names = [text(column.values[place]) for place in shown]
    turned = sum(map(width, names)) > 0.8 * PANEL[0]
    ax.set_xticks([at[place] for place in shown], names if named else [""] * len(names), rotation=40 * turned)
    if named:
        ax.set_xlabel(NAMES.get(column.axis, symbol(column.axis)), fontsize=11)


def spread(count: int, most: int) -> list[int]:
    """At most so many of the places 0 ... count - 1, the first and the last among them, evenly spread."""
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, most))})


def heading(metric: Metric) -> str:
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
