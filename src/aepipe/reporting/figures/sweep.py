"""Figure: anomaly detection for every held-out class and latent dimension."""

from collections.abc import Sequence
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from aepipe.analysis.statistics import mean_interval
from aepipe.evaluation.metrics import PROTOCOLS
from aepipe.reporting.figures.scores import complete
from aepipe.reporting.figures.style import (
    ALARM,
    CHARACTERS_AN_INCH,
    GREY,
    INK,
    LINE,
    PALE,
    Entry,
    baselines,
    short_names,
    width,
)

CELL = (0.56, 0.4)  # inches
WIDEST = 14.0  # inches of a map, at most: with many classes, cells are narrower, and their means alone have numbers
TICK = 0.2  # inches from one name to the next where not all classes have room for their names
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
    cell = min(CELL[0], WIDEST / (len(classes) + 1))
    named = range(0, len(classes), int(np.ceil(TICK / cell)))
    means = int(np.ceil(CELL[0] / cell))  # columns that the means take
    names = [*short_names(class_names[classes[position]] for position in named), MEAN]
    upright = max(map(width, names)) > cell - 0.06
    across = cell * (len(classes) + means)  # inches of a map
    titles = {own: fill(MEANING[own], int(across * CHARACTERS_AN_INCH) - len("d = 10, ")) for own in protocols}
    lines = max(title.count("\n") for title in titles.values())
    furniture = 0.6 + LINE * lines + (max(map(width, names)) if upright else 0.15)
    size = (
        across * len(protocols) + 1.2 + max(width(entry.title) for entry in rows),
        (CELL[1] * len(rows) + furniture) * len(dimensions) + 0.9,
    )
    shape = (len(dimensions), len(protocols))
    figure, axes = plt.subplots(*shape, figsize=size, sharex=True, sharey=True, squeeze=False, layout="constrained")
    for line, latent_dim in zip(axes, dimensions, strict=True):
        for ax, protocol in zip(line, protocols, strict=True):
            own = areas[(areas["latent_dim"] == latent_dim) & (areas["protocol"] == protocol)]
            image = draw_map(ax, rows, own, classes, means, confidence)
            ax.axhline(len(entries) - 0.5, color=INK, linewidth=1.5)
            ax.set_title(f"d = {latent_dim}, {titles[protocol]}", fontsize=11)
            ax.tick_params(labelbottom=True)
            ax.set_xticks([*named, len(classes) + means // 2], names, rotation=90 if upright else 0)
    for ax in axes[:, 0]:
        ax.set_yticks(range(len(rows)), [entry.title for entry in rows])
    figure.supxlabel("held-out class", fontsize=11)
    bar = figure.colorbar(image, ax=axes, shrink=0.6, aspect=30, pad=0.01)
    bar.set_label("area under the ROC curve (0.5: chance)")
    bar.outline.set_visible(False)
    seeds = areas["seed"].nunique()
    half = f" ± half their {confidence:.0%} interval" if means == 1 else ""
    spread = f", means over {seeds} seeds{half}" if seeds > 1 else ", one seed"
    figure.suptitle(f"Detection of the held-out class of {dataset}{spread}")
    return figure


def draw_map(
    ax: Axes, rows: Sequence[Entry], metrics: pd.DataFrame, classes: Sequence[int], columns: int, confidence: float
) -> AxesImage:
    """Draws the areas of one latent dimension and protocol, a row for each model, with the number in each cell.

    Where the mean of all classes takes several columns, cells are narrow, and it alone has a number.
    """
    found = {key: own["value"].to_numpy() for key, own in areas_of(metrics).groupby(["model", "held_out"])}
    names = [*map(str, classes), *[MEAN] * columns]
    cells = [[found.get((entry.name, name), np.empty(0)) for name in names] for entry in rows]
    means = np.array([[values.mean() if len(values) else np.nan for values in row] for row in cells])
    colours = colormaps["RdBu"].with_extremes(bad=PALE)
    image = ax.imshow(means, cmap=colours, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    for (y, x), mean in np.ndenumerate(means):
        if columns > 1 and x != len(classes) + columns // 2:
            continue
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


def areas_of(metrics: pd.DataFrame) -> pd.DataFrame:
    """The areas of each model, held-out class and seed, and means over the classes of seeds that have them all."""
    both = pd.concat([metrics, complete(metrics).assign(held_out=MEAN)])
    return both.groupby(["model", "held_out", "seed"])["value"].mean().reset_index()
