"""Figure: how the codes are arranged, in numbers."""

import pandas as pd
from matplotlib.figure import Figure

from aepipe.figures.scores import Measure, draw_grid
from aepipe.figures.style import Entry
from aepipe.scores import of_representation

GRID = {
    "Are neighbours and classes kept together?": [
        Measure("trustworthiness", "trustworthiness\nof the neighbours", "higher"),
        Measure("knn_accuracy", "accuracy of the\nnearest neighbours", "higher"),
        Measure("silhouette", "silhouette\nof the classes", "higher"),
        Measure("nmi", "k-means and classes:\nmutual information", "higher"),
        Measure("ari", "k-means and classes:\nadjusted Rand index", "higher"),
    ],
    "Which classes are apart, which joined, and what of the code is used?": [
        Measure("apart", "nearest neighbours' accuracy\non classes said to be apart"),
        Measure("joined", "share of the mistakes within\nclasses said to be joined"),
        Measure("active_units", "active units\n(stochastic codes)"),
        Measure("codebook_perplexity", "perplexity of the codebook\n(quantised codes)"),
    ],
}


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
        GRID,
        f"Latent structure of the test images of {dataset}",
        protocols={"fair": "fair: mean codes", "paper": "paper, where it differs: sampled codes"},
    )
