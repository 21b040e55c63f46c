"""Figure: the anomalies that each autoencoder finds the most anomalous, and where it sees them."""

import numpy as np
from matplotlib.figure import Figure

from aepipe.reporting.figures.image_rows import Group, Row, image_rows
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
    maps = found["maps"].clip(min=0)
    rows = [Row(entry.title, found["images"]), Row("error", in_colour(maps / np.quantile(maps, BRIGHT), found))]
    if "masks" in found:
        rows.append(Row("mask", in_colour(found["masks"].astype(float), found)))
    return Group(rows)


def in_colour(maps: np.ndarray, found: dict[str, np.ndarray]) -> np.ndarray:
    """Maps (n, H, W), black where they are 1, in the form of the images."""
    maps = maps.clip(0, 1)
    return maps if found["images"].ndim == 3 else np.repeat(1 - maps[..., None], 3, axis=-1)
