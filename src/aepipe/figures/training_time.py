"""Figure: how long each model trained."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from aepipe.figures.scores import draw_scores
from aepipe.figures.style import Entry


def draw(entries: list[Entry], metrics: pd.DataFrame, dataset: str) -> Figure:
    """Seconds of training of the cells that see every class.

    Args:
        entries: the models.
        metrics: tidy rows of the cells that see every class.
        dataset: its name, for the title.
    """
    figure, ax = plt.subplots(figsize=(8.5, 4.6), layout="constrained")
    draw_scores(ax, entries, metrics, "seconds", {}, text=lambda seconds: f"{seconds:,.1f} s")
    ax.set_xlim(left=0)
    ax.set_xlabel("seconds on one core, validation included")
    figure.suptitle(f"Training time on {dataset}, of the networks that see every class")
    return figure
