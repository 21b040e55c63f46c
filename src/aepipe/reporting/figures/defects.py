"""Figure: the anomalies that each autoencoder finds the most anomalous, and where it sees them."""

import numpy as np
from matplotlib.figure import Figure

from aepipe.reporting.figures.image_rows import Group, Row, grey_map, image_rows
from aepipe.reporting.figures.style import Entry, baselines

#: The share of the pixels of a model's maps that are not drawn in full black.
BRIGHT = 0.995


def draw(entries: list[Entry], found: dict[str, dict[str, np.ndarray]], dataset: str) -> Figure:
    """For each model, its worst anomalies above maps of their errors and, where there are any, their masks.

    `found` has `images` (n, H, W) or (n, H, W, 3) in [0, 1], `maps` (n, H, W) in nats and perhaps `masks` (n, H, W)
    of each model. Maps share one scale within a model.
    """
    return image_rows(
        [
            group(entry, found[entry.name]) if entry.name in found else Group([Row(entry.title, None)])
            for entry in [*entries, *baselines(found)]
        ],
        f"Anomalies of {dataset} with the largest errors, and where the errors are",
    )


def group(entry: Entry, found: dict[str, np.ndarray]) -> Group:
    """The rows of a model."""
    images, maps = found["images"], found["maps"].clip(min=0)
    if grey_map(images) == "gray_r":
        images = 1 - images
    rows = [Row(entry.title, in_colour(images)), Row("error", in_colour(1 - maps / np.quantile(maps, BRIGHT)))]
    if "masks" in found:
        rows.append(Row("mask", in_colour(1.0 - found["masks"])))
    return Group(rows)


def in_colour(images: np.ndarray) -> np.ndarray:
    """Images (n, H, W) or (n, H, W, 3), clipped to [0, 1], as (n, H, W, 3), so that all rows are drawn alike."""
    images = images.clip(0, 1)
    return np.repeat(images[..., None], 3, axis=-1) if images.ndim == 3 else images
