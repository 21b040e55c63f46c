"""Rows of images, a row for each model."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aepipe.figures.style import GREY, mark_failed

IMAGE = 0.62  # inches
LABELS = 1.75
NOTES = 1.45
TITLE = 0.42
HEADING = 0.34
GAP = 0.12


@dataclass(frozen=True)
class Row:
    """Images (n, H, W) in [0, 1] of a model, None where it has failed; `note` stands at the right."""

    label: str
    images: np.ndarray | None
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Rows that belong together, set apart from those above by a line and a heading."""

    rows: Sequence[Row] = field(default_factory=list)
    heading: str = ""


def image_rows(groups: Sequence[Group], title: str) -> Figure:
    """Draws groups of rows of images, with each row's name on the left and its note on the right."""
    groups = [group for group in groups if group.rows]
    rows = [row for group in groups for row in group.rows]
    count = max(len(row.images) for row in rows if row.images is not None)
    notes = NOTES if any(row.note for row in rows) else 0
    width = LABELS + IMAGE * count + notes
    gaps = [HEADING if group.heading else GAP if number else 0 for number, group in enumerate(groups)]
    height = TITLE + IMAGE * len(rows) + sum(gaps)
    figure = plt.figure(figsize=(width, height))
    top = height - TITLE
    for number, group in enumerate(groups):
        if number:
            line = 1 - (height - top + GAP / 2) / height
            figure.add_artist(Line2D([0.005, 1 - notes / width], [line, line], color=GREY, linewidth=1.2))
        if group.heading:
            figure.text(LABELS / width, (top - HEADING + 0.04) / height, group.heading, va="bottom", color="#555555")
        top -= gaps[number]
        for row in group.rows:
            top -= IMAGE
            ax = figure.add_axes((LABELS / width, top / height, IMAGE * count / width, IMAGE / height))
            ax.set_axis_off()
            if row.images is None:
                mark_failed(ax)
            else:
                draw_row(ax, row.images, count)
            ax.text(-0.08 / (IMAGE * count), 0.5, row.label, transform=ax.transAxes, ha="right", va="center")
            ax.text(1 + 0.1 / (IMAGE * count), 0.5, row.note, transform=ax.transAxes, ha="left", va="center")
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
