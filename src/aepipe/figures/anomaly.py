"""Figure: how well each model's reconstruction error finds the class that was left out."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from aepipe.figures.panels import COLUMNS
from aepipe.figures.scores import draw_scores
from aepipe.figures.style import GREY, PALE, Entry, mark_failed


def draw(
    entries: list[Entry],
    metrics: pd.DataFrame,
    curves: dict[str, list[pd.DataFrame]],
    published: dict[str, float],
    anomaly: str,
    dataset: str,
) -> Figure:
    """Areas under the ROC curves, and the curves.

    Args:
        entries: the models.
        metrics: tidy rows.
        curves: model -> a table of ROC curves for each seed and left-out class.
        published: model -> the article's AUC.
        anomaly: name of the class or classes left out, for the title.
        dataset: its name, for the title.
    """
    rows = -(-len(entries) // COLUMNS)
    figure = plt.figure(figsize=(15, 5.2), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.75), squeeze=False)[0]
    ax = left.subplots()
    draw_scores(ax, entries, metrics, "auc", published, signed="auc_signed")
    ax.axvline(0.5, color=GREY, linestyle=":", linewidth=1)
    ax.set_xlabel("area under the ROC curve (0.5: guessing)")
    ax.set_xlim(0, 1)

    axes = right.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False)
    for panel, entry in zip(axes.flat, entries, strict=False):
        panel.plot([0, 1], [0, 1], color=PALE, linestyle=":")
        for other in entries:
            for curve in curves.get(other.name, []):
                panel.plot(*roc(curve), color=PALE, linewidth=0.7, zorder=1)
        for curve in curves.get(entry.name, []):
            panel.plot(*roc(curve), color=entry.colour, linewidth=2, zorder=2)
        if entry.name not in curves:
            mark_failed(panel)
        panel.set_title(entry.label, fontsize=11)
        panel.set_aspect("equal")
        panel.set_xticks([0, 0.5, 1], ["0", "½", "1"])
        panel.set_yticks([0, 0.5, 1], ["0", "½", "1"])
    for panel in axes.flat[len(entries) :]:
        panel.set_axis_off()
    right.suptitle("ROC curves by cross-entropy from mean codes; grey: the other models", fontsize=11)
    right.supxlabel("false positive rate", fontsize=11)
    right.supylabel("true positive rate", fontsize=11)
    figure.suptitle(f"Finding class {anomaly} of {dataset}, which was left out of training")
    return figure


def roc(curves: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """False and true positive rates of the curve of mean codes."""
    curve = curves[curves["metric"] == "auc"]
    return curve["false_positive_rate"], curve["true_positive_rate"]
