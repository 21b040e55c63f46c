"""Figure: how the codes are arranged, in numbers."""

import pandas as pd
from matplotlib.figure import Figure

from aepipe.analysis.scores import of_representation
from aepipe.reporting.figures.measures import LATENT_STRUCTURE
from aepipe.reporting.figures.scores import draw_grid
from aepipe.reporting.figures.style import Entry


def draw(entries: list[Entry], metrics: pd.DataFrame, dataset: str) -> Figure:
    """Neighbourhoods, clusters and use of the codes themselves, not of their maps.

    Args:
        entries: the models.
        metrics: tidy rows.
        dataset: its name, for the title.
    """
    return draw_grid(
        entries,
        of_representation(metrics[metrics["evaluation"] == "latent_structure"]),
        LATENT_STRUCTURE,
        f"Latent structure of the test images of {dataset}",
        protocols={"corrected": "corrected: mean codes", "paper": "paper, where it differs: sampled codes"},
    )
