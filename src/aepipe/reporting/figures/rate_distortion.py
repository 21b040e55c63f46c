"""Figure: grids in the plane of rate and distortion, and distortions without a rate by latent dimension.

After A. Alemi et al., "Fixing a broken ELBO", ICML 2018, figure 1: along a line of equal ELBO, models have the same
bound on the likelihood, and differ in how much their codes say about an image.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator
from matplotlib.transforms import Bbox

from aepipe.analysis.scores import of_representation
from aepipe.config.grids import symbol, text
from aepipe.reporting.figures.grid import MARKERS, NAMES, TICKS, Points, in_order, spread
from aepipe.reporting.figures.style import GREY, INK, PALE, Entry, baselines, legend_columns

SIZE = (11.5, 6.2)  # inches of a line of panels
SHARES = (2.1, 1)  # of the two panels
MARGIN = 0.07  # of an axis, beyond its first and its last value
SHADE = 0.5  # of an entry's colour: how much black and white is in that of its first and of its last curve
LINES = 8  # of equal ELBO
ROOM = 0.02  # of an axis, between the last of their values and the end
SEED: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 3, "markeredgewidth": 0, "alpha": 0.4}
#: Loss -> the likelihood that a distortion is of.
LIKELIHOODS = {
    "bce": "cross-entropy of black and white pixels",
    "mse": "normal pixels of variance 1/2",
    "continuous_bernoulli": "continuous Bernoulli pixels",
}
MARKER = 6  # pixels of a marker that labels keep off, from its middle
#: Places of a label beside its point, the preferred one first: points of type to the right and upwards.
OFFSETS = ((6, 5), (6, -11), (-6, 5), (-6, -11), (0, 9), (0, -15), (10, -3), (-10, -3))


@dataclass(frozen=True)
class Curve:
    """Points that differ in one setting."""

    entry: Entry
    along: str  # the setting in which they differ
    name: str  # of the settings that they share, empty where an entry has one curve
    labels: list[str]  # of the points, by that setting
    points: list[str]
    colour: Any
    marker: str
    baseline: bool = False


@dataclass
class Labels:
    """Texts beside points, which avoid each other and the points; `taken` is in pixels."""

    ax: Axes
    taken: list[Bbox] = field(default_factory=list)

    def keep_off(self, places: Sequence[np.ndarray]) -> None:
        """Keeps room for the markers of points (2,), and for the lines between them."""
        pixels = self.ax.transData.transform(np.array(places))
        for start, end in zip(pixels, [*pixels[1:], pixels[-1]], strict=True):
            steps = 1 + int(np.hypot(*(end - start)) / MARKER)
            for step, (x, y) in enumerate(np.linspace(start, end, steps)):
                half = MARKER if step == 0 else 1
                self.taken.append(Bbox.from_extents(x - half, y - half, x + half, y + half))

    def write(self, words: str, at: np.ndarray, **style: Any) -> None:
        """Writes words near a point (2,), or nothing where there is no room."""
        for dx, dy in OFFSETS:
            side = "left" if dx > 0 else "right" if dx < 0 else "center"
            label = self.ax.annotate(
                words, tuple(at), (dx, dy), textcoords="offset points", ha=side, fontsize=8.5, zorder=5, **style
            )
            box = label.get_window_extent()
            inside = (
                self.ax.bbox.containsx(box.x0) and self.ax.bbox.containsy(box.y0) and self.ax.bbox.containsy(box.y1)
            )
            if inside and not any(box.overlaps(other) for other in self.taken):
                self.taken.append(box)
                return
            label.remove()


def draw(
    entries: list[Entry], points: Points, losses: Mapping[str, str], metrics: pd.DataFrame, dataset: str
) -> Figure:
    """Distortion against rate, with lines of equal ELBO; at its side, distortion against the latent dimension.

    The first has a curve for each entry whose points have a rate, or several where its grid has several settings: along
    a curve, the first of them changes. The second has all other entries, and PCA. Points are means over seeds, on faint
    dots of the seeds. Networks that are trained with another loss have panels of their own, as nats of two likelihoods
    are not comparable.

    Args:
        entries: the autoencoders that have a grid.
        points: of all grids.
        losses: point or baseline -> its loss in training.
        metrics: tidy, of all points, and of PCA.
        dataset: its name.
    """
    rows = of_representation(metrics[metrics["evaluation"] == "rate"])
    there = dict.fromkeys(losses[name] for name in points) or {"bce": None}
    figure, axes = plt.subplots(
        len(there),
        2,
        figsize=(SIZE[0], SIZE[1] * len(there)),
        sharey="row",
        squeeze=False,
        width_ratios=SHARES,
        layout="constrained",
    )
    shown: list[Entry] = []
    for (plane, side), loss in zip(axes, there, strict=True):
        own = rows[rows["model"].isin([name for name, given in losses.items() if given == loss])]
        shown += draw_line(plane, side, entries, points, own)
        plane.set_ylabel(f"distortion (nats)\n{LIKELIHOODS[loss]}")
    seeds = rows["seed"].nunique()
    figure.suptitle(f"Rate and distortion of {dataset}\n{f'means over {seeds} seeds' if seeds > 1 else 'one seed'}")
    looks: dict[Entry, tuple[Any, Any]] = {
        entry: ("s", "--") if entry.colour == GREY else ("o", "-") for entry in shown
    }
    handles = [
        Line2D([], [], color=entry.colour, marker=marker, linestyle=dashes) for entry, (marker, dashes) in looks.items()
    ]
    handles.append(Line2D([], [], color=GREY, linestyle=":", linewidth=1))
    names = [*(entry.title for entry in looks), "equal ELBO"]
    figure.legend(handles, names, loc="outside lower center", ncols=legend_columns(names, SIZE[0]))
    return figure


def draw_line(plane: Axes, side: Axes, entries: list[Entry], points: Points, rows: pd.DataFrame) -> list[Entry]:
    """Draws both panels of one loss, from the `rate` rows of its networks; returns the models that are shown."""
    wide = rows.pivot(index=["model", "latent_dim", "seed"], columns="metric", values="value").reset_index()
    wide = wide.reindex(columns=["model", "latent_dim", "seed", "rate", "distortion"])
    measured = set(wide["model"])
    has_rate = set(wide.loc[wide["rate"].notna(), "model"])
    curves = [curve for entry in entries for curve in curves_of(entry, points) if measured & set(curve.points)]
    in_plane = [curve for curve in curves if has_rate & set(curve.points)]
    at_side = [curve for curve in curves if curve not in in_plane]
    at_side += [
        Curve(entry, "latent_dim", "", [], [entry.name], GREY, "s", baseline=True) for entry in baselines(measured)
    ]
    draw_panel(plane, in_plane, wide, "rate")
    draw_panel(side, at_side, wide, "latent_dim")
    scale(plane, in_plane, side, at_side, wide)
    for ax, own, across in ((plane, in_plane, "rate"), (side, at_side, "latent_dim")):
        label(ax, own, wide, across)
    if in_plane:
        draw_equal_elbo(plane)
    return [curve.entry for curve in (*in_plane, *at_side)]


def curves_of(entry: Entry, points: Points) -> Iterator[Curve]:
    """The curves of an entry's grid: along its first setting with several values, one for all values of the others."""
    own = {name: point["values"] for name, point in points.items() if point["of"] == entry.name}
    axes = {axis: in_order([values[axis] for values in own.values()]) for axis in next(iter(own.values()), {})}
    along, *others = [axis for axis in axes if len(axes[axis]) > 1] or list(axes)[:1]
    groups: dict[str, list[str]] = {}
    for name, values in own.items():
        shared = ", ".join(f"{symbol(axis)} = {text(values[axis])}" for axis in others)
        groups.setdefault(shared, []).append(name)
    for place, (shared, names) in enumerate(groups.items()):
        names = sorted(names, key=lambda name: axes[along].index(own[name][along]))
        colour = mixed(entry.colour, place / (len(groups) - 1)) if len(groups) > 1 else to_rgb(entry.colour)
        labels = [f"{symbol(along)} = {text(own[names[0]][along])}", *(text(own[name][along]) for name in names[1:])]
        yield Curve(entry, along, shared, labels, names, colour, MARKERS[place % len(MARKERS)])


def mixed(colour: str, place: float) -> tuple[float, float, float]:
    """A shade of a colour, from dark, at 0, to pale, at 1."""
    red, green, blue = (
        (1 - SHADE * abs(2 * place - 1)) * part + SHADE * max(0, 2 * place - 1) for part in to_rgb(colour)
    )
    return red, green, blue


def positions(curve: Curve, wide: pd.DataFrame, across: str) -> list[np.ndarray]:
    """The seeds (S, 2) of each point of a curve: `across`, and distortion; of a baseline, by latent dimension."""
    own = wide[wide["model"].isin(curve.points)]
    column = "latent_dim" if curve.baseline else "model"
    found = {key: group[[across, "distortion"]].to_numpy(float) for key, group in own.groupby(column)}
    return list(found.values()) if curve.baseline else [found[name] for name in curve.points if name in found]


def draw_panel(ax: Axes, curves: Sequence[Curve], wide: pd.DataFrame, across: str) -> None:
    """Draws curves, and their seeds where there are several."""
    for curve in curves:
        every = positions(curve, wide, across)
        means = np.array([seeds.mean(axis=0) for seeds in every])
        dashes = "--" if curve.baseline else "-"
        ax.plot(
            *means.T, color=curve.colour, linestyle=dashes, linewidth=1.7, marker=curve.marker, markersize=5.5, zorder=3
        )
        for seeds in every:
            if len(seeds) > 1:
                ax.plot(*seeds.T, color=curve.colour, zorder=2, **SEED)


def scale(plane: Axes, in_plane: Sequence[Curve], side: Axes, at_side: Sequence[Curve], wide: pd.DataFrame) -> None:
    """Limits, ticks and names of the axes."""
    rates = [seeds for curve in in_plane for seeds in positions(curve, wide, "rate")]
    others = [seeds for curve in at_side for seeds in positions(curve, wide, "latent_dim")]
    plane.set_xlabel("rate (nats)")
    for ax, title in ((plane, "Variational and quantised autoencoders"), (side, "Deterministic autoencoders")):
        ax.set_title(title, pad=18)
    side.set_xlabel(NAMES["latent_dim"])
    for ax, own, nothing in ((plane, rates, "no entry with a rate"), (side, others, "no other entry")):
        if own:
            ends = np.concatenate(own)[:, 0]
            margin = MARGIN * np.ptp(ends) or 1.0
            ax.set_xlim(ends.min() - margin, ends.max() + 1.5 * margin)
        else:
            ax.text(0.5, 0.5, nothing, transform=ax.transAxes, ha="center", color=GREY)
            ax.set_xticks([])
        ax.tick_params(labelleft=True)
    if rates or others:
        height = np.concatenate([*rates, *others])[:, 1]
        margin = MARGIN * np.ptp(height) or 1.0
        plane.set_ylim(height.min() - margin, height.max() + margin)
    if others:
        dimensions = sorted(set(np.concatenate(others)[:, 0]))
        if len(dimensions) > 2 and dimensions[-1] > 4 * dimensions[0]:
            side.set_xscale("log")
            side.set_xlim(dimensions[0] / 1.15, dimensions[-1] * 1.3)
        side.xaxis.set_minor_locator(NullLocator())
        named = [dimensions[place] for place in spread(len(dimensions), TICKS)]
        side.set_xticks(named, [f"{d:g}" for d in named])
    for ax in (plane, side):
        ax.grid(color=PALE, linewidth=0.5)
        ax.set_axisbelow(True)


def label(ax: Axes, curves: Sequence[Curve], wide: pd.DataFrame, across: str) -> None:
    """Writes the settings of points beside them: first those of whole curves, at their ends."""
    ax.figure.get_figure(root=True).draw_without_rendering()
    labels = Labels(ax)
    means = {id(curve): [seeds.mean(axis=0) for seeds in positions(curve, wide, across)] for curve in curves}
    for places in means.values():
        labels.keep_off(places)
    for curve in curves:
        if curve.name:
            furthest = max(means[id(curve)], key=lambda at: at[0])  # where curves differ most
            labels.write(curve.name, furthest, color=curve.entry.colour, fontweight="bold")
    for curve in curves:
        is_named = across == curve.along  # by the axis
        if not is_named and len(curve.labels) == len(means[id(curve)]):
            for words, at in zip(curve.labels, means[id(curve)], strict=True):
                labels.write(words, at, color=INK)


def draw_equal_elbo(ax: Axes) -> None:
    """Lines of equal ELBO, -(rate + distortion), with their values at the upper or left edge."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    for total in MaxNLocator(LINES, steps=[1, 2, 5, 10]).tick_values(left + low, right + high):
        at_top, at_left = total - high, total - left
        if not (left + low < total < right + high):
            continue
        leaves_at_top = at_top > left
        ax.plot([left, right], [at_left, total - right], color=GREY, linestyle=":", linewidth=0.9, zorder=0.8)
        if at_top < right - ROOM * (right - left):
            ax.annotate(
                f"{-total:g}".replace("-", "\N{MINUS SIGN}"),
                (at_top, high) if leaves_at_top else (left, at_left),
                (0, 2) if leaves_at_top else (3, 0),
                textcoords="offset points",
                fontsize=8.5,
                color=GREY,
                ha="center" if leaves_at_top else "left",
                va="bottom",
                annotation_clip=False,
            )
    ax.set_xlim(left, right)
    ax.set_ylim(low, high)
