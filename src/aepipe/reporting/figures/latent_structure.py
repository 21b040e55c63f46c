"""Figure: maps of the test images' latent codes, coloured by class."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from aepipe.reporting.figures.colours import CLASS_COLOURS, COLOURS, INK, Entry
from aepipe.reporting.figures.scales import window
from aepipe.reporting.figures.style import LINE, legend_columns, mark_failed, panels, short_names, width

NAMED = 10  # classes beside a colour bar
FEW = 500  # images of which each has the mark of its class; dots of more are too small for that
#: Of classes, as on the page.
MARKS = "osD^vPX*<>"
WHITE_EDGE = [withStroke(linewidth=2.5, foreground="white")]


def draw(
    entries: list[Entry],
    maps: dict[str, np.ndarray],
    labels: np.ndarray | None,
    *,
    class_names: list[str],
    latent_dim: int,
    held_out: int | None,
    dataset: str,
) -> Figure:
    """A map for each model.

    Args:
        entries: the models, a panel each.
        maps: model -> positions (n, 2) of the test images.
        labels: (n,) their classes, or None.
        class_names: empty without labels.
        latent_dim: of the codes; two-dimensional codes are their own map.
        held_out: the held-out class, drawn in black, or None.
        dataset: its name.
    """
    figure, axes = panels(entries, 2.9, share=False)
    colours = colours_of(len(class_names))
    if held_out is not None:
        colours[held_out] = INK
    # In random order, so that no class hides another.
    count = len(next(iter(maps.values())))
    order = np.random.default_rng(0).permutation(count)
    dots = COLOURS[1] if labels is None else [colours[label] for label in labels[order]]
    size = np.clip(4000 / count, 0.8, 12)
    codes = short_codes(class_names)
    for ax, entry in zip(axes.flat, entries, strict=False):
        ax.set_xticks([])
        ax.set_yticks([])
        for spine in ax.spines.values():
            spine.set_visible(True)
        if entry.name not in maps:
            mark_failed(ax)
            continue
        positions = maps[entry.name][order]
        own = None if labels is None else labels[order]
        if own is not None and count <= FEW:
            for label in np.unique(own):
                mark = {"marker": MARKS[label % len(MARKS)], "color": colours[label]}
                ax.scatter(*positions[own == label].T, s=1.8 * size, linewidths=0, **mark)
        else:
            ax.scatter(*positions.T, s=size, c=dots, linewidths=0)
        if own is not None and len(class_names) <= len(COLOURS):
            write_centres(ax, positions, own, codes)
        (left, bottom), (right, top) = window(positions)
        ax.set_xlim(left, right)
        ax.set_ylim(bottom, top)
    if len(class_names) > len(COLOURS):
        add_colour_bar(figure, axes, class_names, colours)
    shown = [label for label in range(len(class_names)) if label == held_out or len(class_names) <= len(COLOURS)]
    names = short_names(class_names[label] for label in shown)
    if names:
        legend = [f"{name} (held out)" if label == held_out else name for label, name in zip(shown, names, strict=True)]
        if len(class_names) <= len(COLOURS) and codes != class_names:
            legend = [f"{codes[label]}: {text}" for label, text in zip(shown, legend, strict=True)]
        marks = MARKS if count <= FEW else "o"
        handles = [
            Line2D([], [], marker=marks[label % len(marks)], linestyle="", color=colours[label]) for label in shown
        ]
        columns = legend_columns(legend, figure.get_figwidth())
        figure.set_figheight(figure.get_figheight() + LINE * ((len(legend) - 1) // columns))
        place: dict[str, Any] = {"loc": "outside lower center", "handletextpad": 0, "columnspacing": 1}
        figure.legend(handles, legend, ncols=columns, **place)
    how = "as they are" if latent_dim <= 2 else "mapped by UMAP"
    what = "" if held_out is None else f", class {short_names([class_names[held_out]])[0]} held out of training"
    figure.suptitle(f"Latent codes of the test images of {dataset}, d = {latent_dim}, {how}{what}")
    return figure


def short_codes(class_names: Sequence[str]) -> list[str]:
    """What stands for each class on a map: its name where all names are short, else its number."""
    return list(class_names) if max(map(len, class_names), default=0) <= 2 else list(map(str, range(len(class_names))))


def write_centres(ax: Axes, positions: np.ndarray, labels: np.ndarray, codes: Sequence[str]) -> None:
    """Writes each class at the median of its positions (n, 2), so that classes are told apart without colours."""
    for label in np.unique(labels):
        x, y = np.median(positions[labels == label], axis=0)
        place: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 10, "fontweight": "bold"}
        ax.text(x, y, codes[label], color=INK, path_effects=WHITE_EDGE, clip_on=True, **place)


def colours_of(count: int) -> list[str]:
    """A colour for each class; those of many classes are along a colour bar, in their order."""
    few = next((colours for colours in (CLASS_COLOURS, COLOURS) if count <= len(colours)), None)
    return list(few[:count]) if few else [to_hex(colour) for colour in colormaps["turbo"](np.linspace(0, 1, count))]


def add_colour_bar(figure: Figure, axes: np.ndarray, class_names: Sequence[str], colours: Sequence[str]) -> None:
    """A bar of all classes, some of them named."""
    count = len(class_names)
    norm = BoundaryNorm(np.arange(count + 1) - 0.5, count)
    bar = figure.colorbar(ScalarMappable(norm, ListedColormap(colours)), ax=axes, pad=0.01, aspect=30)
    named = np.linspace(0, count - 1, NAMED).round().astype(int).tolist()
    names = short_names(class_names[label] for label in named)
    bar.set_ticks(named, labels=names)
    figure.set_figwidth(figure.get_figwidth() + max(map(width, names)) + 0.8)
    bar.set_label(f"class, some of {count:,} named")
    bar.minorticks_off()
    bar.outline.set_visible(False)
