"""Dot plots of scores: a row for each model, a panel for each metric, both protocols and every seed in each panel.

Baselines are below the autoencoders, in grey. A row shows the protocol `corrected` as a filled dot and, where it
differs, `paper` as a ring below it: means over seeds with their t-intervals, on faint dots for the seeds.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from aepipe import catalogue
from aepipe.analysis.image_variance import NOT_KNOWN, ImageVariance
from aepipe.analysis.scores import Published, of_representation
from aepipe.analysis.statistics import Estimate, mean_interval
from aepipe.catalogue import Evaluation, Metric
from aepipe.reporting.figures.scales import axis, rounded
from aepipe.reporting.figures.style import ALARM, BAND, GREY, INK, Entry, baselines

ROW = 0.3  # inches
NAMES = 1.7  # inches for the models' names
PANEL, WIDE = 2.55, 7.5  # inches of a panel's width, and of one that is alone
PANELS = 5  # in a line, at most
FURNITURE = 1.0  # inches of a panel's height for its title, numbers and direction
GAP = 0.35  # rows between the autoencoders and the baselines
LANE = 0.2  # rows between the middle of a row and each of its protocols
#: The protocols from top to bottom of a row, and how their means are drawn.
MARKERS: dict[str, dict[str, Any]] = {
    "corrected": {"marker": "o", "markersize": 6.5},
    "paper": {"marker": "o", "markersize": 6.5, "markerfacecolor": "white", "markeredgewidth": 1.6},
}
DIAMOND: dict[str, Any] = {"marker": "D", "markersize": 5.5, "linestyle": ""}
DIAMOND |= {"markerfacecolor": "none", "markeredgecolor": INK}
SEED: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 4.2, "markeredgewidth": 0, "alpha": 0.4}
BAR: dict[str, Any] = {"linewidth": 1.4, "zorder": 2.5}


def draw(
    evaluation: Evaluation,
    entries: list[Entry],
    metrics: pd.DataFrame,
    title: str,
    *,
    published: Published = MappingProxyType({}),
    confidence: float = 0.95,
    failed: Collection[str] = (),
    image_variance: ImageVariance = NOT_KNOWN,
) -> Figure:
    """The figure of an evaluation's scores, in lines of panels that share their rows.

    Rows are the autoencoders, then the baselines of the tidy `metrics`; runs are those trained on all classes. `failed`
    are the models that have failed runs.
    """
    rows = of_representation(metrics[metrics["evaluation"] == evaluation.name])
    if not evaluation.paper:
        rows = rows.assign(protocol="corrected")
    lines = lines_of(evaluation, rows)
    columns = max(len(panels) for _, panels in lines)
    alone = columns == len(lines) == 1
    count = len(entries) + len(baselines(rows["model"]))
    height = (ROW * count + FURNITURE) * len(lines) + 0.35 * (len(lines) > 1) * len(lines) + 0.9
    width = NAMES + (WIDE if alone else PANEL * columns)
    figure = plt.figure(figsize=(width, height), layout=ConstrainedLayoutEngine(hspace=0.04))
    parts = figure.subfigures(len(lines), 1, squeeze=False)[:, 0]
    for part, (heading, panels) in zip(parts, lines, strict=True):
        axes = part.subplots(1, columns, sharey=True, squeeze=False)[0]
        draw_scores(
            axes[: len(panels)], entries, rows, evaluation, panels, published, confidence, failed, image_variance
        )
        for ax in axes[len(panels) :]:
            ax.set_axis_off()
        if len(lines) > 1:
            part.suptitle(heading, x=0.01, ha="left", fontsize=12, fontweight="bold")
    figure.suptitle(title)
    shown = [metric for _, panels in lines for metric in panels]
    add_legend(figure, rows, shown, evaluation, published, confidence)
    if alone:
        write_means(figure.axes[0], entries, rows, evaluation, shown[0], confidence, image_variance)
    return figure


def lines_of(evaluation: Evaluation, metrics: pd.DataFrame) -> list[tuple[str, list[Metric]]]:
    """Heading and panels of each line: as many sections as fit, with the metrics measured; with all, if none was."""
    there = set(metrics["metric"])
    lines: list[tuple[str, list[Metric]]] = []
    for section in evaluation.sections:
        panels = [metric for metric in section.metrics if metric.name in there or not there]
        if lines and len(lines[-1][1]) + len(panels) <= PANELS:
            heading, before = lines[-1]
            lines[-1] = (f"{heading} · {section.heading}" if panels else heading, [*before, *panels])
        elif panels:
            lines.append((section.heading, panels))
    return lines


def draw_scores(
    axes: Sequence[Axes],
    entries: list[Entry],
    metrics: pd.DataFrame,
    evaluation: Evaluation,
    panels: Sequence[Metric],
    published: Published,
    confidence: float,
    failed: Collection[str],
    image_variance: ImageVariance,
) -> None:
    """Draws metrics side by side, one on each of the axes: of the autoencoders and, below a line, of the baselines.

    `metrics` are tidy rows of the evaluation; with several held-out classes, a seed's value is their mean. A model
    without a number has a dash, or `failed` if it has failed runs and should have one.
    """
    rows = rows_of(entries, metrics)
    for ax, metric in zip(axes, panels, strict=True):
        chosen = metrics[metrics["metric"] == metric.name]
        lanes = {str(model): lanes_of(own) for model, own in chosen.groupby("model")}
        figures = published.get(metric.name, {})
        seeds = {model: list(own.values()) for model, own in lanes.items()}
        ends, far = axis(metric, entries, seeds, figures.values(), confidence)
        for index, (height, entry) in enumerate(rows):
            if index % 2 == 0:
                ax.axhspan(height - 0.5, height + 0.5, color=BAND, linewidth=0, zorder=0)
            if ends and entry.name in far:  # and so without dots
                lanes.pop(entry.name)
                write_far(ax, height, far[entry.name], right=far[entry.name] > ends[1])
            own = lanes.get(entry.name, {})
            estimates = {}
            for protocol, values in own.items():
                variance = image_variance.of_mean(protocol, evaluation.name, metric.name, entry.name)
                estimates[protocol] = mean_interval(values, confidence, variance).within(metric.range)
            draw_row(ax, height, entry, own, estimates, figures.get(entry.name))
            if not lanes.get(entry.name) and entry.name not in far:
                lost = entry.name in failed and any(
                    catalogue.expected(entry.name, evaluation, metric, protocol) for protocol in MARKERS
                )
                middle: dict[str, Any] = {
                    "transform": ax.get_yaxis_transform(),
                    "ha": "center",
                    "va": "center_baseline",
                }
                ax.text(0.5, height, "failed" if lost else "–", color=ALARM if lost else GREY, **middle)
        if len(rows) > len(entries):
            ax.axhline(len(entries) - 0.5 + GAP / 2, color=GREY, linewidth=1)
        if metric.line is not None:
            ax.axvline(metric.line, color=GREY, linestyle=":", linewidth=1.2, zorder=1)
        if ends:
            scale(ax, metric, *ends)
        ax.set_title(metric.title, fontsize=11)
        ax.set_xlabel(metric.direction, fontsize=10)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
    axes[0].set_yticks([height for height, _ in rows], [entry.title for _, entry in rows])
    for tick, (_, entry) in zip(axes[0].get_yticklabels(), rows, strict=True):
        tick.set_color(INK if entry in entries else "#666666")
    axes[0].set_ylim(rows[-1][0] + 0.6, -0.6)


def complete(metrics: pd.DataFrame) -> pd.DataFrame:
    """The rows of a model's seeds that have every held-out class, so that means over classes are comparable."""
    found = metrics.dropna(subset="value")
    classes = found.groupby(["model", "latent_dim", "seed", "protocol", "metric"])["held_out"].transform("nunique")
    return found[classes == found["held_out"].nunique()]


def rows_of(entries: list[Entry], metrics: pd.DataFrame) -> list[tuple[float, Entry]]:
    """Height and model of each row: the autoencoders, a gap, the baselines."""
    below = baselines(metrics["model"])
    return [*enumerate(entries), *((len(entries) + GAP + index, entry) for index, entry in enumerate(below))]


def draw_row(
    ax: Axes,
    height: float,
    entry: Entry,
    lanes: Mapping[str, np.ndarray],
    estimates: Mapping[str, Estimate],
    published: float | None,
) -> None:
    """Draws a metric of one model: in the middle of the row where it is the same under both protocols."""
    shifts = {"corrected": -LANE, "paper": LANE} if len(lanes) > 1 else {"corrected": 0, "paper": 0}
    for protocol, values in lanes.items():
        lane = height + shifts[protocol]
        estimate = estimates[protocol]
        if estimate.n > 1:
            ax.plot(values, [lane] * len(values), color=entry.colour, **SEED)
            ax.plot([estimate.low, estimate.high], [lane, lane], color=entry.colour, **BAR)
        ax.plot(estimate.mean, lane, color=entry.colour, zorder=3, **MARKERS[protocol])
    if published is not None:
        ax.plot(published, height + shifts["paper"], zorder=4, **DIAMOND)


def lanes_of(metrics: pd.DataFrame) -> dict[str, np.ndarray]:
    """Protocol -> a model's values of one metric, one a seed; `corrected` alone where both are the same."""
    means = metrics.groupby(["protocol", "seed"])["value"].mean().dropna()
    present = set(means.index.get_level_values("protocol"))
    lanes = {protocol: means[protocol].to_numpy() for protocol in MARKERS if protocol in present}
    if len(lanes) == 2 and np.array_equal(lanes["corrected"], lanes["paper"]):
        return {"corrected": lanes["corrected"]}
    return lanes


def scale(ax: Axes, metric: Metric, low: float, high: float) -> None:
    """Sets limits and ticks of a panel's axis; the limits are logarithms where the axis is logarithmic."""
    if metric.logarithmic:
        ax.set_xscale("log")
        ax.set_xlim(10**low, 10**high)
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high - low < 1.6 else (1,)))
        ax.xaxis.set_minor_formatter(NullFormatter())
    else:
        ax.set_xlim(low, high)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        if metric.limits == (0, 1):
            ax.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    if metric.logarithmic or metric.limits == (0, 1):
        ax.xaxis.set_major_formatter("{x:g}")


def write_far(ax: Axes, height: float, value: float, *, right: bool) -> None:
    """Writes a number beyond a panel's axis at its right or left edge."""
    ax.annotate(
        f"{rounded(value)} →" if right else f"← {rounded(value)}",
        (0.98 if right else 0.02, height),
        xycoords=("axes fraction", "data"),
        ha="right" if right else "left",
        va="center_baseline",
        color=GREY,
    )


def write_means(
    ax: Axes,
    entries: list[Entry],
    metrics: pd.DataFrame,
    evaluation: Evaluation,
    metric: Metric,
    confidence: float,
    image_variance: ImageVariance,
) -> None:
    """Writes each model's mean at the right, ± half its interval, in a column for each protocol."""
    rows = rows_of(entries, metrics)
    protocols = [name for name in MARKERS if name in set(metrics["protocol"])]
    left = 0.0
    for protocol in protocols:
        written = []
        for height, entry in rows:
            own = metrics[(metrics["model"] == entry.name) & (metrics["protocol"] == protocol)]
            values = own.groupby("seed")["value"].mean().dropna().to_numpy()
            variance = image_variance.of_mean(protocol, evaluation.name, metric.name, entry.name)
            estimate = mean_interval(values, confidence, variance)
            written.append((height, mean_and_half_width(estimate, metric.digits) if len(values) else ""))
        if len(protocols) > 1:
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


def mean_and_half_width(estimate: Estimate, digits: int) -> str:
    """A mean ± half its interval, if there are several seeds."""
    text = f"{estimate.mean:,.{digits}f}"
    return f"{text} ± {estimate.high - estimate.mean:,.{digits}f}" if estimate.n > 1 else text


def add_legend(
    figure: FigureBase,
    metrics: pd.DataFrame,
    panels: Sequence[Metric],
    evaluation: Evaluation,
    published: Published,
    confidence: float,
) -> None:
    """Explains below the panels the marks that occur."""
    chosen = metrics[metrics["metric"].isin([metric.name for metric in panels])]
    meanings = {"corrected": evaluation.corrected, "paper": evaluation.paper} if evaluation.paper else {}
    marks = [
        Line2D([], [], color=GREY, linestyle="", label=f"{protocol}: {meaning}", **MARKERS[protocol])
        for protocol, meaning in meanings.items()
        if protocol in set(chosen["protocol"])
    ]
    if any(published.get(metric.name) for metric in panels):
        marks.append(Line2D([], [], label="published", **DIAMOND))
    if chosen["seed"].nunique() > 1:
        marks.append(Line2D([], [], color=GREY, label="each seed", **SEED))
        marks.append(Line2D([], [], color=GREY, **BAR, label=f"{confidence:.0%} interval of the mean over seeds"))
    columns = len(marks) if len(marks) < 4 else -(-len(marks) // 2)
    figure.legend(handles=marks, loc="outside lower center", ncols=columns, handletextpad=0.5, columnspacing=2)
