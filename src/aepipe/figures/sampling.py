"""Figure: images decoded from the priors of the generative models."""

import numpy as np
from matplotlib.figure import Figure

from aepipe.figures.image_rows import image_rows
from aepipe.figures.style import Entry


def draw(entries: list[Entry], samples: dict[str, np.ndarray], real: np.ndarray, dataset: str) -> Figure:
    """A row of samples for each model that has a prior, below a row of real images.

    Args:
        entries: the models.
        samples: model -> images (n, H, W), (0, H, W) where it has no prior.
        real: images (n, H, W) of the test set.
        dataset: its name, for the title.
    """
    generative = [(entry.label, samples[entry.name]) for entry in entries if len(samples.get(entry.name, ()))]
    return image_rows(
        [("Test images", real), *generative], f"Samples of {dataset} from the generative models", marked=1
    )
