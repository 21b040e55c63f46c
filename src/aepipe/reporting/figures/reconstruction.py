"""Figure: test images and their reconstructions, with each model's error."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from aepipe.analysis.image_variance import NOT_KNOWN, ImageVariance
from aepipe.analysis.scores import of_representation
from aepipe.analysis.statistics import mean_interval
from aepipe.reporting.figures.image_rows import Group, Row, image_rows
from aepipe.reporting.figures.scores import mean_and_half_width
from aepipe.reporting.figures.style import Entry, baselines


def draw(
    entries: list[Entry],
    pictures: dict[str, dict[str, np.ndarray]],
    metrics: pd.DataFrame,
    dataset: str,
    confidence: float = 0.95,
    image_variance: ImageVariance = NOT_KNOWN,
) -> Figure:
    """The same test images for every model, with baselines below a line.

    `pictures` are `originals` and `images` (n, H, W) or (n, H, W, 3) of each model. The test BCE of mean codes, from
    the tidy `metrics`, is written beside them.
    """
    chosen = of_representation(metrics[metrics["evaluation"] == "reconstruction"])
    errors = chosen[(chosen["metric"] == "bce") & (chosen["protocol"] == "corrected")]

    def row(entry: Entry) -> Row:
        values = errors.loc[errors["model"] == entry.name, "value"].to_numpy()
        variance = image_variance.of_mean("corrected", "reconstruction", "bce", entry.name)
        estimate = mean_interval(values, confidence, variance)
        images = pictures[entry.name]["images"] if entry.name in pictures else None
        return Row(entry.title, images, mean_and_half_width(estimate, 1) if len(values) else "")

    originals = next(iter(pictures.values()))["originals"]
    return image_rows(
        [
            Group([Row("Test images", originals, "BCE (nats)")]),
            Group([row(entry) for entry in entries]),
            Group([row(entry) for entry in baselines(pictures)]),
        ],
        f"Reconstructions of {dataset}, and mean binary cross-entropy of the test set",
    )
