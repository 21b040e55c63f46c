"""Figure: what lies between two images, in numbers."""

import pandas as pd
from matplotlib.figure import Figure

from aepipe.figures.measures import INTERPOLATION
from aepipe.figures.scores import draw_grid
from aepipe.figures.style import Entry
from aepipe.scores import of_representation


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
        INTERPOLATION,
        f"Interpolation between test images of different classes of {dataset}",
        protocols={"fair": "fair: mean codes", "paper": "paper, where it differs: sampled codes"},
    )
