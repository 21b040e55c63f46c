"""Figure: maps of the test images' latent codes, coloured by class."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aepipe.reporting.figures.colours import CLASS_COLOURS, COLOURS, INK, Entry
from aepipe.reporting.figures.scales import window
from aepipe.reporting.figures.style import legend_columns, mark_failed, panels


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
    colours = [INK if label == held_out else CLASS_COLOURS[label % 10] for label in range(len(class_names))]
    # In random order, so that no class hides another.
    count = len(next(iter(maps.values())))
    order = np.random.default_rng(0).permutation(count)
    dots = COLOURS[1] if labels is None else [colours[label] for label in labels[order]]
    size = np.clip(4000 / count, 0.8, 12)
    for ax, entry in zip(axes.flat, entries, strict=False):
        ax.set_xticks([])
        ax.set_yticks([])
        for spine in ax.spines.values():
            spine.set_visible(True)
        if entry.name not in maps:
            mark_failed(ax)
            continue
        positions = maps[entry.name][order]
        ax.scatter(*positions.T, s=size, c=dots, linewidths=0)
        (left, bottom), (right, top) = window(positions)
        ax.set_xlim(left, right)
        ax.set_ylim(bottom, top)
    names = [f"{name} (held out)" if label == held_out else name for label, name in enumerate(class_names)]
    if names:
        looks = zip(names, colours, strict=True)
        handles = [Line2D([], [], marker="o", linestyle="", color=colour, label=name) for name, colour in looks]
        columns = legend_columns(names, figure.get_figwidth())
        figure.legend(handles=handles, loc="outside lower center", ncols=columns, handletextpad=0, columnspacing=1)
    how = "as they are" if latent_dim <= 2 else "mapped by UMAP"
    what = "" if held_out is None else f", class {class_names[held_out]} held out of training"
    figure.suptitle(f"Latent codes of the test images of {dataset}, d = {latent_dim}, {how}{what}")
    return figure
