"""Figure: the latent codes of the test images as a map, coloured by class."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aepipe.figures.panels import panels
from aepipe.figures.scales import window
from aepipe.figures.style import CLASS_COLOURS, INK, Entry, mark_failed


def draw(
    entries: list[Entry],
    maps: dict[str, np.ndarray],
    labels: np.ndarray,
    *,
    class_names: list[str],
    latent_dim: int,
    left_out: int | None,
    dataset: str,
) -> Figure:
    """A map for each model.

    Args:
        entries: the models, a panel each.
        maps: model -> positions (n, 2) of the test images.
        labels: (n,) their classes.
        class_names: name of each class.
        latent_dim: of the codes; maps of two-dimensional codes are the codes themselves.
        left_out: the class that was not trained on, drawn in black, or None.
        dataset: its name, for the title.
    """
    figure, axes = panels(entries, 2.9, share=False)
    colours = [INK if label == left_out else CLASS_COLOURS[label % 10] for label in range(len(class_names))]
    # Dots are drawn in a random order, so that no class hides another.
    order = np.random.default_rng(0).permutation(len(labels))
    size = np.clip(4000 / len(labels), 0.8, 12)
    for ax, entry in zip(axes.flat, entries, strict=False):
        ax.set_xticks([])
        ax.set_yticks([])
        for spine in ax.spines.values():
            spine.set_visible(True)
        if entry.name not in maps:
            mark_failed(ax)
            continue
        positions = maps[entry.name][order]
        ax.scatter(*positions.T, s=size, c=[colours[label] for label in labels[order]], linewidths=0)
        (left, bottom), (right, top) = window(positions)
        ax.set_xlim(left, right)
        ax.set_ylim(bottom, top)
    handles = [
        Line2D(
            [],
            [],
            marker="o",
            linestyle="",
            color=colour,
            label=f"{name} (left out)" if i == left_out else name,
        )
        for i, (name, colour) in enumerate(zip(class_names, colours, strict=True))
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), handletextpad=0, columnspacing=1)
    how = "as they are" if latent_dim <= 2 else "mapped by UMAP"
    what = "" if left_out is None else f", class {class_names[left_out]} left out of training"
    figure.suptitle(f"Latent codes of the test images of {dataset}, d = {latent_dim}, {how}{what}")
    return figure
