"""A dot plot of scores: a row for each model, a dot for each seed, published figures beside ours."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from aepipe.figures.style import ALARM, GREY, INK, PALE, Entry

LABELS = {"untrained": "Untrained encoder", "scratch": "From scratch"}
Marker = dict[str, Any]
FILLED: Marker = {"marker": "o", "s": 70, "zorder": 3}
RING: Marker = {"marker": "o", "s": 70, "facecolors": "none", "linewidths": 1.8, "zorder": 3}
CROSS: Marker = {"marker": "x", "s": 55, "linewidths": 1.8, "zorder": 3}
DIAMOND: Marker = {"marker": "D", "s": 45, "facecolors": "none", "edgecolors": INK, "zorder": 4}


def plain(value: float) -> str:
    """Three decimals."""
    return f"{value:.3f}"


def draw_scores(
    ax: Axes,
    entries: list[Entry],
    metrics: pd.DataFrame,
    metric: str,
    published: dict[str, float],
    *,
    signed: str = "",
    baselines: tuple[str, ...] = (),
    text: Callable[[float], str] = plain,
) -> None:
    """Draws a metric of models, and of baselines below a line.

    Args:
        ax: where to draw.
        entries: the models, from top to bottom.
        metrics: tidy rows.
        metric: which of them: of mean codes; that of sampled codes is drawn as a ring beside it.
        published: model -> the article's figure; empty where there is none.
        signed: a metric of the score sum(x' - x), drawn as a cross.
        baselines: models that are no autoencoders.
        text: how a mean over seeds is written, at the right.
    """
    rows = [*entries, *(Entry(name, LABELS[name], GREY) for name in baselines)]
    sampled = f"{metric}_sampled"
    for height, entry in enumerate(rows):
        own = metrics[metrics["model"] == entry.name]
        scores, rings, marks = (own.loc[own["metric"] == name, "value"] for name in (metric, sampled, signed))
        ax.axhline(height, color=PALE, linewidth=0.8, zorder=0)
        ax.scatter(scores, [height] * len(scores), color=entry.colour, **FILLED)
        ax.scatter(rings, [height] * len(rings), edgecolors=entry.colour, **RING)
        ax.scatter(marks, [height] * len(marks), color=entry.colour, **CROSS)
        mean, colour = (text(scores.mean()), INK) if len(scores) else ("failed", ALARM)
        ax.text(1.02, height, mean, transform=ax.get_yaxis_transform(), va="center_baseline", color=colour)
        if entry.name in published:
            ax.scatter(published[entry.name], height, **DIAMOND)
    if baselines:
        ax.axhline(len(entries) - 0.5, color=GREY, linewidth=1)
    if (metrics["metric"] == sampled).any():
        ax.scatter([], [], color=GREY, **FILLED, label="mean codes (numbers at the right)")
        ax.scatter([], [], edgecolors=GREY, **RING, label="sampled codes")
    if signed:
        ax.scatter([], [], color=GREY, **CROSS, label="sum(x' − x)")
    if published:
        ax.scatter([], [], **DIAMOND, label="published")
    if ax.get_legend_handles_labels()[0]:
        ax.legend(
            loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.2, ncols=2, handletextpad=0, columnspacing=1
        )
    ax.set_yticks(range(len(rows)), [entry.label for entry in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
