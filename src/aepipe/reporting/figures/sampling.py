"""Figure: samples from the models' priors, and from Gaussian mixtures fitted to their codes."""

import numpy as np
from matplotlib.figure import Figure

from aepipe.reporting.figures.image_rows import Group, Row, image_rows
from aepipe.reporting.figures.style import Entry, baselines


def draw(
    entries: list[Entry],
    samples: dict[str, np.ndarray],
    mixtures: dict[str, np.ndarray],
    real: np.ndarray,
    dataset: str,
) -> Figure:
    """Rows of samples below a row of real images: first from priors, then from mixtures.

    Images are (n, H, W) or (n, H, W, 3); `samples` from priors have length 0 if a model has no prior, and `mixtures`
    include baselines.
    """
    generative = [entry for entry in entries if len(samples.get(entry.name, ()))]
    return image_rows(
        [
            Group([Row("Test images", real)]),
            Group([Row(entry.title, samples[entry.name]) for entry in generative], "From the model's prior (paper)"),
            Group(
                [Row(entry.title, mixtures.get(entry.name)) for entry in entries],
                "From a Gaussian mixture fitted to the training codes (corrected)",
            ),
            Group([Row(entry.title, mixtures[entry.name]) for entry in baselines(mixtures)]),
        ],
        f"Samples of {dataset}",
    )
