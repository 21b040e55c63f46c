"""Figure: how real and how diverse the samples are, in numbers."""

import pandas as pd
from matplotlib.figure import Figure

from aepipe.analysis.scores import of_representation
from aepipe.reporting.figures.measures import SAMPLING
from aepipe.reporting.figures.scores import draw_grid
from aepipe.reporting.figures.style import Entry


def draw(entries: list[Entry], metrics: pd.DataFrame, dataset: str) -> Figure:
    """Fréchet distance, fidelity and diversity of samples from the prior and from a Gaussian mixture.

    Args:
        entries: the models.
        metrics: tidy rows.
        dataset: its name, for the title.
    """
    return draw_grid(
        entries,
        of_representation(metrics[metrics["evaluation"] == "sampling"]),
        SAMPLING,
        f"Samples of {dataset}",
        protocols={
            "corrected": "corrected: codes from a Gaussian mixture fitted to the training codes",
            "paper": "paper: codes from the model's prior, where it has one",
        },
    )
