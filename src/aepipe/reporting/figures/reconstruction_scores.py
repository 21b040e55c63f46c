"""Figure: how near the reconstructions come, in numbers."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from aepipe.analysis.scores import of_representation
from aepipe.reporting.figures.measures import RECONSTRUCTION
from aepipe.reporting.figures.scores import Published, draw_grid
from aepipe.reporting.figures.style import Entry


def draw(entries: list[Entry], metrics: pd.DataFrame, published: Mapping[str, float], dataset: str) -> Figure:
    """Errors, sharpness and thin strokes of the runs that see every class.

    Args:
        entries: the models.
        metrics: tidy rows.
        published: model -> the article's BCE.
        dataset: its name, for the title.
    """
    rows = of_representation(metrics[metrics["evaluation"] == "reconstruction"])
    figures: dict[str, Published] = {"bce": published}
    return draw_grid(
        entries,
        rows,
        RECONSTRUCTION,
        f"Reconstruction of the test images of {dataset}",
        protocols={"corrected": "corrected: mean codes", "paper": "paper, where it differs: sampled codes"},
        published=figures,
    )
