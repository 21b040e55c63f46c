"""Figure: anomaly detection for every held-out class and latent dimension."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from aepipe.analysis.statistics import mean_interval
from aepipe.evaluation.metrics import PROTOCOLS
from aepipe.reporting.figures.scores import complete
from aepipe.reporting.figures.style import ALARM, GREY, INK, Entry, baselines

CELL = (0.56, 0.4)  # inches
MEANING = {
    "paper": "paper: BCE of sampled codes",
    "corrected": "corrected: BCE of mean codes minus the image's own entropy",
}
MEAN = "mean"  # the last column: of all classes


def draw(
    entries: list[Entry], metrics: pd.DataFrame, class_names: Sequence[str], dataset: str, confidence: float = 0.95
) -> Figure:
    """A heat map for each latent dimension and protocol: areas under the ROC curves, means over seeds.

    Rows are the models and, below a line, the baselines of the tidy `metrics`.
    """
    areas = metrics[(metrics["evaluation"] == "anomaly") & (metrics["metric"] == "auc")]
    dimensions = sorted(areas["latent_dim"].unique())
    protocols = [protocol for protocol in PROTOCOLS if protocol in set(areas["protocol"])]
    classes = sorted(areas["held_out"].astype(int).unique())
    rows = [*entries, *baselines(areas["model"])]
    names = [class_names[label] for label in classes]
    upright = max(map(len, names)) > 4
    width = (CELL[0] * (len(classes) + 1)) * len(protocols) + 2.9
    height = (CELL[1] * len(rows) + (1.1 if upright else 0.75)) * len(dimensions) + 0.9
    shape = (len(dimensions), len(protocols))
    figure, axes = plt.subplots(
        *shape, figsize=(width, height), sharex=True, sharey=True, squeeze=False, layout="constrained"
    )
    for line, latent_dim in zip(axes, dimensions, strict=True):
        for ax, protocol in zip(line, protocols, strict=True):
            own = areas[(areas["latent_dim"] == latent_dim) & (areas["protocol"] == protocol)]
            image = draw_map(ax, rows, own, classes, confidence)
            ax.axhline(len(entries) - 0.5, color=INK, linewidth=1.5)
            ax.set_title(f"d = {latent_dim}, {MEANING[protocol]}", fontsize=11)
            ax.tick_params(labelbottom=True)
            ax.set_xticks(range(len(names) + 1), [*names, MEAN], rotation=90 if upright else 0)
    for ax in axes[:, 0]:
        ax.set_yticks(range(len(rows)), [entry.title for entry in rows])
    figure.supxlabel("held-out class", fontsize=11)
    bar = figure.colorbar(image, ax=axes, shrink=0.6, aspect=30, pad=0.01)
    bar.set_label("area under the ROC curve (0.5: chance)")
    bar.outline.set_visible(False)
    seeds = areas["seed"].nunique()
    spread = f", means over {seeds} seeds ± half their {confidence:.0%} interval" if seeds > 1 else ", one seed"
    figure.suptitle(f"Detection of the held-out class of {dataset}{spread}")
    return figure


def draw_map(
    ax: Axes, rows: Sequence[Entry], metrics: pd.DataFrame, classes: Sequence[int], confidence: float
) -> AxesImage:
    """Draws the areas of one latent dimension and protocol, a row for each model, with the number in each cell."""
    cells = [[values_of(metrics, entry.name, label) for label in [*classes, None]] for entry in rows]
    means = np.array([[values.mean() if len(values) else np.nan for values in row] for row in cells])
    image = ax.imshow(means, cmap="RdBu", vmin=0, vmax=1, aspect="auto")
    for (y, x), mean in np.ndenumerate(means):
        estimate = mean_interval(cells[y][x], confidence)
        colour = "white" if abs(mean - 0.5) > 0.33 else INK
        if np.isnan(mean):
            ax.text(x, y, "failed" if x < len(classes) else "–", ha="center", va="center", color=ALARM, fontsize=8)
        elif estimate.n > 1:
            ax.text(x, y - 0.17, f"{mean:.2f}", ha="center", va="center", color=colour, fontsize=10)
            ax.text(x, y + 0.25, f"±{estimate.high - mean:.2f}", ha="center", va="center", color=colour, fontsize=7.5)
        else:
            ax.text(x, y, f"{mean:.2f}", ha="center", va="center", color=colour, fontsize=10)
    ax.axvline(len(classes) - 0.5, color=GREY, linewidth=1)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return image


def values_of(metrics: pd.DataFrame, model: str, held_out: int | None) -> np.ndarray:
    """A model's areas, one a seed: of a held-out class, or, for None, means over the classes if it has them all."""
    rows = complete(metrics) if held_out is None else metrics[metrics["held_out"] == str(held_out)]
    own = rows[rows["model"] == model]
    return own.groupby("seed")["value"].mean().to_numpy()
