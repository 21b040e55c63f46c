"""Figure: test images beside their reconstructions, with each model's error."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from aepipe.figures.image_rows import image_rows
from aepipe.figures.style import Entry


def draw(
    entries: list[Entry], pictures: dict[str, dict[str, np.ndarray]], metrics: pd.DataFrame, dataset: str
) -> Figure:
    """The same test images for every model.

    Args:
        entries: the models, a row each.
        pictures: model -> `originals` and `images` (n, H, W).
        metrics: mean test BCE of the models, as tidy rows with metric `bce`.
        dataset: its name, for the title.
    """
    rows = metrics[(metrics["evaluation"] == "reconstruction") & (metrics["metric"] == "bce")]
    error = rows.groupby("model")["value"].mean()
    originals = next(iter(pictures.values()))["originals"]
    shown = {model: arrays["images"] for model, arrays in pictures.items()}
    return image_rows(
        [("Test images", originals), *((entry.label, shown.get(entry.name)) for entry in entries)],
        f"Reconstructions of {dataset}, and the mean binary cross-entropy of the test set",
        notes=["BCE (nats)", *(f"{error[entry.name]:.1f}" if entry.name in error else "" for entry in entries)],
        marked=1,
    )
