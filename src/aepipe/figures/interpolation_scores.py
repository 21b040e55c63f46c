"""Figure: what lies between two images, in numbers."""

import pandas as pd
from matplotlib.figure import Figure

from aepipe.figures.scores import Measure, draw_grid
from aepipe.figures.style import Entry
from aepipe.scores import of_representation

MEASURES = [
    Measure("midpoint_distance", "from midpoint to nearest\nreal image: pixel values", "lower"),
    Measure("midpoint_distance_features", "from midpoint to nearest\nreal image: features", "lower"),
    Measure("midpoint_confidence", "a classifier's confidence\nin the midpoint", "higher"),
    Measure("path_confidence", "a classifier's confidence\nalong the path", "higher"),
    Measure("evenness", "evenness of the steps\n(1: all alike)", "higher"),
]


def draw(entries: list[Entry], metrics: pd.DataFrame, dataset: str) -> Figure:
    """Midpoints and paths of many pairs of test images of different classes.

    Args:
        entries: the models.
        metrics: tidy rows.
        dataset: its name, for the title.
    """
    return draw_grid(
        entries,
        of_representation(metrics[metrics["evaluation"] == "interpolation"]),
        {"": MEASURES},
        f"Interpolation between test images of different classes of {dataset}",
        protocols={"fair": "fair: mean codes", "paper": "paper, where it differs: sampled codes"},
    )
