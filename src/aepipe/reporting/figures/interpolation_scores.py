"""Figure: what lies between two images, in numbers."""

import pandas as pd
from matplotlib.figure import Figure

from aepipe.analysis.scores import of_representation
from aepipe.reporting.figures.measures import INTERPOLATION
from aepipe.reporting.figures.scores import draw_grid
from aepipe.reporting.figures.style import Entry


def draw(entries: list[Entry], metrics: pd.DataFrame, dataset: str, *, has_labels: bool = True) -> Figure:
    """Midpoints and paths of many pairs of test images, of different classes where there are some.

    Args:
        entries: the models.
        metrics: tidy rows.
        dataset: its name, for the title.
        has_labels: whether it has.
    """
    return draw_grid(
        entries,
        of_representation(metrics[metrics["evaluation"] == "interpolation"]),
        INTERPOLATION,
        f"Interpolation between test images of {'different classes of ' if has_labels else ''}{dataset}",
        protocols={"corrected": "corrected: mean codes", "paper": "paper, where it differs: sampled codes"},
    )
