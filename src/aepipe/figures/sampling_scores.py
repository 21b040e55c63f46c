"""Figure: how real and how diverse the samples are, in numbers."""

import pandas as pd
from matplotlib.figure import Figure

from aepipe.figures.scores import Measure, draw_grid
from aepipe.figures.style import Entry
from aepipe.scores import of_representation

CLASSIFIER, PCA = "a classifier's features", "PCA space"
GRID = {
    "Overall": [
        Measure("frechet_features", f"Fréchet distance,\n{CLASSIFIER}", "lower", logarithmic=True),
        Measure("frechet_pca", f"Fréchet distance,\n{PCA}", "lower", logarithmic=True),
        Measure("confidence", "confidence\nof a classifier", "higher"),
        Measure("class_entropy", "entropy of the classes\n(nats)", "higher"),
    ],
    "Fidelity: are samples like real images?": [
        Measure("precision_features", f"precision,\n{CLASSIFIER}", "higher"),
        Measure("precision_pca", f"precision,\n{PCA}", "higher"),
        Measure("density_features", f"density,\n{CLASSIFIER}", "higher"),
        Measure("density_pca", f"density,\n{PCA}", "higher"),
    ],
    "Diversity: are there samples like every real image?": [
        Measure("recall_features", f"recall,\n{CLASSIFIER}", "higher"),
        Measure("recall_pca", f"recall,\n{PCA}", "higher"),
        Measure("coverage_features", f"coverage,\n{CLASSIFIER}", "higher"),
        Measure("coverage_pca", f"coverage,\n{PCA}", "higher"),
    ],
}


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
        GRID,
        f"Samples of {dataset}",
        protocols={
            "fair": "fair: codes from a Gaussian mixture fitted to the training codes",
            "paper": "paper: codes from the model's prior, where it has one",
        },
    )
