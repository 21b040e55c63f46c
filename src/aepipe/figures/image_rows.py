"""Rows of images, a row for each model."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aepipe.figures.style import GREY, mark_failed

IMAGE = 0.62  # inches
LABELS = 1.75


def image_rows(
    rows: Sequence[tuple[str, np.ndarray | None]], title: str, *, notes: Sequence[str] = (), marked: int = 0
) -> Figure:
    """Draws rows of images with the row's name on the left.

    Args:
        rows: label and images (n, H, W) in [0, 1] of each row, None where a model has failed.
        title: of the figure.
        notes: text on the right of each row.
        marked: how many rows at the top are real images, set apart by a line.
    """
    count = max(len(images) for _, images in rows if images is not None)
    width, height = LABELS + IMAGE * count + (1.3 if notes else 0), IMAGE * len(rows) + 0.5
    figure, axes = plt.subplots(len(rows), 1, figsize=(width, height), squeeze=False)
    right = 1 - (1.3 / width if notes else 0)
    figure.subplots_adjust(left=LABELS / width, right=right, bottom=0, top=1 - 0.45 / height, hspace=0)
    for index, (ax, (label, images)) in enumerate(zip(axes[:, 0], rows, strict=True)):
        ax.set_axis_off()
        if images is None:
            mark_failed(ax)
        else:
            draw_row(ax, images, count)
        ax.text(-0.01, 0.5, label, transform=ax.transAxes, ha="right", va="center")
        if notes:
            ax.text(1.01, 0.5, notes[index], transform=ax.transAxes, ha="left", va="center")
        if index + 1 == marked and images is not None:
            ax.axhline(images.shape[1] - 0.5, color=GREY, linewidth=1.5)
    figure.suptitle(title, x=0.01, y=1, ha="left", va="top")
    return figure


def draw_row(ax: Axes, images: np.ndarray, count: int) -> None:
    """Draws images (n, H, W) side by side, black on white, with a thin gap, in the space of `count`."""
    height, width = images.shape[1:]
    gap = max(1, width // 16)
    strip = np.zeros((height + gap, count * (width + gap)))
    for index, image in enumerate(images):
        strip[gap // 2 : gap // 2 + height, index * (width + gap) : index * (width + gap) + width] = image
    ax.imshow(strip, cmap="gray_r", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
