"""Rows of images, a row for each model."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from aepipe.evaluation.detail import borders, is_ink
from aepipe.reporting.figures.style import GREY, mark_failed, width

IMAGE, TITLES, NOTES = 0.62, 1.75, 1.45  # inches: an image, the columns of titles, at least, and of notes
TITLE, HEADING, GAP = 0.42, 0.34, 0.12  # inches: heights above the rows


@dataclass(frozen=True)
class Row:
    """Images (n, H, W) or (n, H, W, 3) in [0, 1] of a model, None if it failed; `note` is at the right."""

    title: str
    images: np.ndarray | None
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Rows set apart from those above by a line and a heading."""

    rows: Sequence[Row] = field(default_factory=list)
    heading: str = ""


def image_rows(groups: Sequence[Group], title: str) -> Figure:
    """Draws groups of rows of images, with each row's title on the left and its note on the right."""
    groups = [group for group in groups if group.rows]
    rows = [row for group in groups for row in group.rows]
    there = [row.images for row in rows if row.images is not None]
    grey = grey_map(there[0])
    count, image = max(map(len, there)), IMAGE * proportion(there[0])
    notes = NOTES if any(row.note for row in rows) else 0
    titles = max(TITLES, *(width(row.title) + 0.1 for row in rows))
    across = titles + image * count + notes
    gaps = [HEADING if group.heading else GAP if number else 0 for number, group in enumerate(groups)]
    height = TITLE + IMAGE * len(rows) + sum(gaps)
    figure = plt.figure(figsize=(across, height))
    top = height - TITLE
    for number, group in enumerate(groups):
        if number:
            line = 1 - (height - top + GAP / 2) / height
            figure.add_artist(Line2D([0.005, 1 - notes / across], [line, line], color=GREY, linewidth=1.2))
        if group.heading:
            figure.text(titles / across, (top - HEADING + 0.04) / height, group.heading, va="bottom", color="#555555")
        top -= gaps[number]
        for row in group.rows:
            top -= IMAGE
            ax = figure.add_axes((titles / across, top / height, image * count / across, IMAGE / height))
            ax.set_axis_off()
            if row.images is None:
                mark_failed(ax)
            else:
                draw_row(ax, row.images, count, grey)
            ax.text(-0.08 / (image * count), 0.5, row.title, transform=ax.transAxes, ha="right", va="center")
            ax.text(1 + 0.1 / (image * count), 0.5, row.note, transform=ax.transAxes, ha="left", va="center")
    figure.suptitle(title, x=0.01, y=1 - 0.24 / height, ha="left", va="bottom")
    return figure


def draw_row(ax: Axes, images: np.ndarray, count: int, grey: str) -> None:
    """Draws images side by side with thin gaps, in the space of `count`; grey ones with a colour map, `grey`."""
    height, width, *colours = images.shape[1:]
    gap = max(1, width // 16)
    strip = blank(grey, height + gap, count * (width + gap), *colours)
    for index, image in enumerate(images):
        strip[gap // 2 : gap // 2 + height, index * (width + gap) : index * (width + gap) + width] = image
    ax.imshow(strip, cmap=grey, vmin=0, vmax=1, aspect="auto", interpolation="nearest")


def grey_map(images: np.ndarray) -> str:
    """The colour map of grey images (n, H, W): light ink on black is drawn black on white, as on paper."""
    return "gray_r" if images.ndim == 3 and is_ink(borders(images)) else "gray"


def blank(grey: str, *shape: int) -> np.ndarray:
    """A white image, (H, W) or (H, W, 3), where grey ones are drawn with that colour map."""
    return np.zeros(shape) if len(shape) == 2 and grey == "gray_r" else np.ones(shape)


def proportion(images: np.ndarray) -> float:
    """Width / height of images (n, H, W) or (n, H, W, 3)."""
    return images.shape[2] / images.shape[1]
