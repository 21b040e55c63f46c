"""Figure: how well each model's reconstruction error detects a held-out class."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from aepipe import catalogue
from aepipe.analysis.curves import under
from aepipe.analysis.image_variance import NOT_KNOWN, ImageVariance
from aepipe.analysis.scores import Published
from aepipe.reporting.figures.scales import mean_curve, rates
from aepipe.reporting.figures.scores import (
    FURNITURE,
    ROW,
    add_legend,
    complete,
    draw_scores,
    lines_of,
    rows_of,
)
from aepipe.reporting.figures.style import (
    COLUMNS,
    GREY,
    INK,
    PALE,
    Entry,
    baselines,
    hide_unused,
    mark_failed,
    short_names,
)
from aepipe.reporting.names import first_of

Curves = Mapping[str, Sequence[pd.DataFrame]]


def draw(
    entries: list[Entry],
    metrics: pd.DataFrame,
    curves: Curves,
    published: Published,
    held_out: Sequence[str],
    dataset: str,
    confidence: float = 0.95,
    failed: Collection[str] = (),
    image_variance: ImageVariance = NOT_KNOWN,
) -> Figure:
    """Areas under the ROC curves and average precision; below them the curves, if there are any.

    Args:
        entries: the models.
        metrics: tidy rows.
        curves: model -> a table of ROC curves for each seed and held-out class.
        published: metric -> model -> the article's AUC.
        held_out: names of the held-out classes.
        dataset: its name.
        confidence: of the intervals.
        failed: models that have failed runs.
    """
    evaluation = catalogue.evaluation("anomaly")
    rows = complete(metrics[metrics["evaluation"] == "anomaly"])
    ((_, panels),) = lines_of(evaluation, rows)
    heights = [ROW * len(rows_of(entries, rows)) + FURNITURE + 0.9]
    if curves:
        heights.append(2.45 * -(-len(entries) // COLUMNS) + 1)
    figure = plt.figure(figsize=(12.5, sum(heights)), layout=ConstrainedLayoutEngine(h_pad=0.09))
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    axes = parts[0].subplots(1, len(panels), sharey=True, squeeze=False)[0]
    draw_scores(axes, entries, rows, evaluation, panels, published, confidence, failed, image_variance)
    add_legend(parts[0], rows, panels, evaluation, published, confidence)
    if curves:
        draw_curves(parts[1], entries, curves, failed)
    plural = "es" if len(held_out) > 1 else ""
    figure.suptitle(f"Detection of held-out class{plural} {first_of(short_names(held_out))} of {dataset}")
    return figure


def draw_curves(figure: SubFigure, entries: list[Entry], curves: Curves, failed: Collection[str]) -> None:
    """A panel for each model: mean curves of both protocols, and of the baselines.

    A model without curves is marked as failed if it is one of the `failed`.
    """
    axes = figure.subplots(-(-len(entries) // COLUMNS), COLUMNS, sharex=True, sharey=True, squeeze=False)
    corrected = {name: under(own, "corrected") for name, own in curves.items()}
    several = max(map(len, corrected.values())) > 1
    compared = baselines(curves)
    for ax, entry in zip(axes.flat, entries, strict=False):
        ax.plot([0, 1], [0, 1], color=PALE, linestyle=":")
        for baseline in compared:
            draw_mean(ax, curves[baseline.name], "corrected", color=GREY, linestyle="--", linewidth=1.3)
        own = curves.get(entry.name, [])
        for curve in corrected.get(entry.name, []) if several else []:
            ax.plot(*rates(curve, "corrected"), color=entry.colour, alpha=0.35, linewidth=0.7)
        draw_mean(ax, own, "corrected", color=entry.colour, linewidth=2.4)
        draw_mean(ax, own, "paper", color=INK, linewidth=1)
        if not own and entry.name in failed:
            mark_failed(ax)
        ax.set_title(entry.title, fontsize=11)
        ax.set_aspect("equal")
        ax.set_xticks([0, 0.5, 1], ["0", "½", "1"])
        ax.set_yticks([0, 0.5, 1], ["0", "½", "1"])
    hide_unused(axes, len(entries))
    figure.suptitle("ROC curves" + (", means over seeds and held-out classes" if several else ""), fontsize=12)
    for ax in axes[:, 0]:
        ax.set_ylabel("true positive rate")
    for ax in axes[-1]:
        ax.set_xlabel("false positive rate")
    looks: list[tuple[str, dict[str, Any]]] = [("corrected", {"color": GREY, "linewidth": 2.4})]
    if several:
        looks.append(("corrected, each seed and class", {"color": GREY, "alpha": 0.5, "linewidth": 0.7}))
    looks.append(("paper", {"color": INK, "linewidth": 1}))
    dashed = {"color": GREY, "linestyle": "--", "linewidth": 1.3}
    looks += [(f"{baseline.title} (corrected)", dashed) for baseline in compared]
    marks = [Line2D([], [], label=label, **style) for label, style in looks]
    figure.legend(handles=marks, loc="outside lower center", ncols=len(marks))


def draw_mean(ax: Axes, curves: Sequence[pd.DataFrame], protocol: str, **style: object) -> None:
    """Draws the mean of some ROC curves: of their true positive rates at the same false positive rate."""
    if mean := mean_curve(curves, protocol):
        ax.plot(*mean, **style)  # type: ignore[arg-type]
