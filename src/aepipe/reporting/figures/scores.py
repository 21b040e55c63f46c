"""Dot plots of scores: a row for each model, a panel for each measure, both protocols and every seed in extracted.

Baselines stand below the autoencoders, in grey. A row shows the corrected protocol as a filled dot and, where it
differs, the published one as a ring below it; each is the mean over seeds, with its 95 % t-interval, on faint dots for
the seeds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from aepipe.analysis.statistics import mean_interval
from aepipe.reporting.figures.measures import DIRECTIONS, Measure
from aepipe.reporting.figures.scales import far_baselines, limits
from aepipe.reporting.figures.style import ALARM, BAND, GREY, INK, Entry, baselines

ROW = 0.3  # inches
NAMES = 1.7  # inches for the models' names
FURNITURE = 1.0  # inches of a panel's height for its title, numbers and direction
GAP = 0.35  # rows between the autoencoders and the baselines
LANE = 0.2  # rows between the middle of a row and each of its protocols
#: The protocols from top to bottom of a row, and how their means are drawn.
MARKERS: dict[str, dict[str, Any]] = {
    "corrected": {"marker": "o", "markersize": 6.5},
    "paper": {"marker": "o", "markersize": 6.5, "markerfacecolor": "white", "markeredgewidth": 1.6},
}
DIAMOND: dict[str, Any] = {
    "marker": "D",
    "markersize": 5.5,
    "linestyle": "",
    "markerfacecolor": "none",
    "markeredgecolor": INK,
}
SEED: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 4.2, "markeredgewidth": 0, "alpha": 0.4}
BAR: dict[str, Any] = {"linewidth": 1.4, "zorder": 2.5}
Published = Mapping[str, float]


def draw_grid(
    entries: list[Entry],
    metrics: pd.DataFrame,
    grid: Mapping[str, Sequence[Measure]],
    title: str,
    *,
    protocols: Mapping[str, str],
    published: Mapping[str, Published] | None = None,
    panel: float = 2.55,
) -> Figure:
    """A figure of panels that share their rows of models.

    Args:
        entries: the autoencoders, from top to bottom; the baselines of the metrics follow.
        metrics: tidy rows of one evaluation.
        grid: heading (or nothing) -> measures of a line of panels.
        title: of the figure.
        protocols: protocol -> what it means here, for the legend.
        published: metric -> model -> the article's figure.
        panel: width in inches.
    """
    grid = {heading: there for heading, line in grid.items() if (there := measured(line, metrics))}
    columns = max(len(line) for line in grid.values())
    count = len(entries) + len(baselines(metrics["model"]))
    height = (ROW * count + FURNITURE) * len(grid) + 0.35 * sum(map(bool, grid)) + 0.9
    figure = plt.figure(figsize=(NAMES + panel * columns, height), layout=ConstrainedLayoutEngine(hspace=0.04))
    lines = figure.subfigures(len(grid), 1, squeeze=False)[:, 0]
    for part, (heading, line) in zip(lines, grid.items(), strict=True):
        axes = part.subplots(1, columns, sharey=True, squeeze=False)[0]
        draw_scores(axes[: len(line)], entries, metrics, line, published)
        for ax in axes[len(line) :]:
            ax.set_axis_off()
        if heading:
            part.suptitle(heading, x=0.01, ha="left", fontsize=12, fontweight="bold")
    figure.suptitle(title)
    add_legend(figure, metrics, [measure for line in grid.values() for measure in line], protocols, published)
    return figure


def measured(measures: Iterable[Measure], metrics: pd.DataFrame) -> list[Measure]:
    """The measures that the metrics have, or all if they have none, as where every model has failed."""
    measures = list(measures)
    there = set(metrics["metric"])
    return [measure for measure in measures if measure.metric in there] or (measures if metrics.empty else [])


def draw_scores(
    axes: Sequence[Axes],
    entries: list[Entry],
    metrics: pd.DataFrame,
    measures: Sequence[Measure],
    published: Mapping[str, Published] | None = None,
) -> None:
    """Draws measures side by side, of the models and, below a line, of the baselines that the metrics have.

    Args:
        axes: where to draw, one for each measure.
        entries: the autoencoders, from top to bottom.
        metrics: tidy rows of one evaluation; where several classes were left out, a seed's value is their mean.
        measures: what to draw.
        published: metric -> model -> the article's figure, drawn beside the paper protocol.
    """
    rows = rows_of(entries, metrics)
    known = set(metrics.loc[metrics["metric"].isin([measure.metric for measure in measures]), "model"])
    for ax, measure in zip(axes, measures, strict=True):
        chosen = metrics[metrics["metric"] == measure.metric]
        for index, (height, entry) in enumerate(rows):
            if index % 2 == 0:
                ax.axhspan(height - 0.5, height + 0.5, color=BAND, linewidth=0, zorder=0)
            figures = (published or {}).get(measure.metric, {})
            draw_row(ax, height, entry, chosen[chosen["model"] == entry.name], figures.get(entry.name))
            if entry.name not in known and ax is axes[0]:
                ax.text(0.5, height, "failed", transform=ax.get_yaxis_transform(), ha="center", va="center_baseline")
                ax.texts[-1].set_color(ALARM)
        if len(rows) > len(entries):
            ax.axhline(len(entries) - 0.5 + GAP / 2, color=GREY, linewidth=1)
        if measure.line is not None:
            ax.axvline(measure.line, color=GREY, linestyle=":", linewidth=1.2, zorder=1)
        far = far_baselines(entries, chosen, measure)
        scale(ax, measure, chosen[~chosen["model"].isin(far)], (published or {}).get(measure.metric, {}))
        for height, entry in rows:
            if entry.name in far:
                write_far(ax, height, far[entry.name])
        ax.set_title(measure.title, fontsize=11)
        ax.set_xlabel(DIRECTIONS[measure.better], fontsize=10)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
    axes[0].set_yticks([height for height, _ in rows], [entry.title for _, entry in rows])
    for tick, (_, entry) in zip(axes[0].get_yticklabels(), rows, strict=True):
        tick.set_color(INK if entry in entries else "#666666")
    axes[0].set_ylim(rows[-1][0] + 0.6, -0.6)


def complete(metrics: pd.DataFrame) -> pd.DataFrame:
    """The rows of those seeds of a model that have every class left out, so that means over classes can be compared."""
    found = metrics.dropna(subset="value")
    classes = found.groupby(["model", "latent_dim", "seed", "protocol", "metric"])["held_out"].transform("nunique")
    return found[classes == found["held_out"].nunique()]


def rows_of(entries: list[Entry], metrics: pd.DataFrame) -> list[tuple[float, Entry]]:
    """Height and model of each row: the autoencoders, a gap, the baselines."""
    below = baselines(metrics["model"])
    return [*enumerate(entries), *((len(entries) + GAP + index, entry) for index, entry in enumerate(below))]


def draw_row(ax: Axes, height: float, entry: Entry, metrics: pd.DataFrame, published: float | None) -> None:
    """Draws one metric of one model: in the middle of the row where it is the same under both protocols."""
    lanes = lanes_of(metrics)
    shifts = {"corrected": -LANE, "paper": LANE} if len(lanes) > 1 else {"corrected": 0, "paper": 0}
    for protocol, values in lanes.items():
        lane = height + shifts[protocol]
        estimate = mean_interval(values)
        if estimate.n > 1:
            ax.plot(values, [lane] * len(values), color=entry.colour, **SEED)
            ax.plot([estimate.low, estimate.high], [lane, lane], color=entry.colour, **BAR)
        ax.plot(estimate.mean, lane, color=entry.colour, zorder=3, **MARKERS[protocol])
    if published is not None:
        ax.plot(published, height + shifts["paper"], zorder=4, **DIAMOND)


def lanes_of(metrics: pd.DataFrame) -> dict[str, np.ndarray]:
    """Protocol -> values of the seeds of one metric of one model; `corrected` alone where both are the same."""
    found = {
        protocol: rows.groupby("seed")["value"].mean().dropna().to_numpy()
        for protocol in MARKERS
        if len(rows := metrics[metrics["protocol"] == protocol])
    }
    lanes = {protocol: values for protocol, values in found.items() if len(values)}
    if len(lanes) == 2 and np.array_equal(lanes["corrected"], lanes["paper"]):
        return {"corrected": lanes["corrected"]}
    return lanes


def scale(ax: Axes, measure: Measure, metrics: pd.DataFrame, published: Published) -> None:
    """Sets the limits and numbers of a panel's axis: all seeds are on it, and intervals of a sensible length."""
    seeds = [lane for _, rows in metrics.groupby("model") for lane in lanes_of(rows).values()]
    ends = limits(measure, seeds, published.values())
    if ends is None:
        return
    low, high = ends
    if not measure.logarithmic:
        ax.set_xlim(low, high)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        if measure.limits == (0, 1):
            ax.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "0.2", "0.4", "0.6", "0.8", "1"])
        return
    ax.set_xscale("log")
    ax.set_xlim(10**low, 10**high)
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high - low < 1.6 else (1,)))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter(NullFormatter())


def write_far(ax: Axes, height: float, value: float) -> None:
    """Writes a number that lies beyond a panel at the edge that it is nearer to."""
    right = value > ax.get_xlim()[1]
    ax.annotate(
        f"{value:.3g} →" if right else f"← {value:.3g}",
        (0.98 if right else 0.02, height),
        xycoords=("axes fraction", "data"),
        ha="right" if right else "left",
        va="center_baseline",
        color=GREY,
    )


def write_numbers(
    ax: Axes, entries: list[Entry], metrics: pd.DataFrame, metric: str, text: Callable[[float], str]
) -> None:
    """Writes each model's mean at the right, ± half of its 95 % interval, in a column for each protocol."""
    chosen = metrics[metrics["metric"] == metric]
    rows = rows_of(entries, metrics)
    left = 0.0
    for protocol in [name for name in MARKERS if name in set(chosen["protocol"])]:
        written = []
        for height, entry in rows:
            own = chosen[(chosen["model"] == entry.name) & (chosen["protocol"] == protocol)]
            values = own.groupby("seed")["value"].mean().dropna().to_numpy()
            written.append((height, mean_and_half_width(values, text) if len(values) else ""))
        if chosen["protocol"].nunique() > 1:
            written.append((-0.95, protocol))
        for height, words in written:
            ax.annotate(
                words,
                (1, height),
                (14 + left, 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                va="center_baseline",
                color=GREY if words == protocol else INK,
                annotation_clip=False,
            )
        left += 7.2 * max(len(words) for _, words in written) + 8


def mean_and_half_width(values: np.ndarray, text: Callable[[float], str]) -> str:
    """A mean, and half of its 95 % interval where several seeds give one."""
    estimate = mean_interval(values)
    return text(estimate.mean) + (f" ± {text(estimate.high - estimate.mean)}" if estimate.n > 1 else "")


def add_legend(
    figure: FigureBase,
    metrics: pd.DataFrame,
    measures: Sequence[Measure],
    protocols: Mapping[str, str],
    published: Mapping[str, Published] | None = None,
) -> None:
    """Says below the panels what the marks are; nothing of what is not there."""
    chosen = metrics[metrics["metric"].isin([measure.metric for measure in measures])]
    there = [protocol for protocol in protocols if protocol in set(chosen["protocol"])]
    marks = [Line2D([], [], color=GREY, linestyle="", label=protocols[name], **MARKERS[name]) for name in there]
    if any((published or {}).get(measure.metric) for measure in measures):
        marks.append(Line2D([], [], label="published", **DIAMOND))
    if chosen["seed"].nunique() > 1:
        marks.append(Line2D([], [], color=GREY, label="each seed", **SEED))
        marks.append(Line2D([], [], color=GREY, **BAR, label="95 % interval of the mean over seeds"))
    columns = len(marks) if len(marks) < 4 else -(-len(marks) // 2)
    figure.legend(handles=marks, loc="outside lower center", ncols=columns, handletextpad=0.5, columnspacing=2)
