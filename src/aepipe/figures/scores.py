"""A dot plot of scores: a row for each model, a dot for each seed, published figures beside ours."""

from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes

from aepipe.figures.style import GREY, INK, PALE, Entry

LABELS = {"untrained": "Untrained encoder", "scratch": "From scratch"}
FILLED = {"marker": "o", "s": 70, "zorder": 3}
RING = {"marker": "o", "s": 70, "facecolors": "none", "linewidths": 1.8, "zorder": 3}
DIAMOND = {"marker": "D", "s": 45, "facecolors": "none", "edgecolors": INK, "zorder": 4}


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
        baselines: models that are no autoencoders.
        text: how a mean over seeds is written, at the right.
    """
    rows = [*entries, *(Entry(name, LABELS[name], GREY) for name in baselines)]
    sampled = metrics[metrics["metric"] == f"{metric}_sampled"]
    metrics = metrics[metrics["metric"] == metric]
    for height, entry in enumerate(rows):
        scores = metrics.loc[metrics["model"] == entry.name, "value"]
        rings = sampled.loc[sampled["model"] == entry.name, "value"]
        ax.axhline(height, color=PALE, linewidth=0.8, zorder=0)
        ax.scatter(scores, [height] * len(scores), color=entry.colour, **FILLED)
        ax.scatter(rings, [height] * len(rings), edgecolors=entry.colour, **RING)
        ax.text(1.02, height, text(scores.mean()), transform=ax.get_yaxis_transform(), va="center_baseline")
        if entry.name in published:
            ax.scatter(published[entry.name], height, **DIAMOND)
    if baselines:
        ax.axhline(len(entries) - 0.5, color=GREY, linewidth=1)
    if len(sampled):
        ax.scatter([], [], color=GREY, **FILLED, label="mean codes")
        ax.scatter([], [], edgecolors=GREY, **RING, label="sampled codes")
    if published:
        ax.scatter([], [], **DIAMOND, label="published")
    if len(sampled) or published:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, ncols=3, handletextpad=0.2)
    ax.set_yticks(range(len(rows)), [entry.label for entry in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
