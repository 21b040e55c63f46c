"""Figure: how long each model trained."""

import pandas as pd
from matplotlib.figure import Figure

from aepipe.analysis.scores import of_representation
from aepipe.reporting.figures.measures import TRAINING
from aepipe.reporting.figures.scores import draw_grid, write_numbers
from aepipe.reporting.figures.style import Entry


def draw(entries: list[Entry], metrics: pd.DataFrame, dataset: str) -> Figure:
    """Seconds of training of the runs that see every class.

    Args:
        entries: the models.
        metrics: tidy rows.
        dataset: its name, for the title.
    """
    rows = of_representation(metrics[metrics["evaluation"] == "training"]).assign(protocol="corrected")
    figure = draw_grid(
        entries,
        rows,
        TRAINING,
        f"Training time on {dataset}, of the networks that see every class",
        protocols={},
        panel=6.5,
    )
    write_numbers(figure.axes[0], entries, rows, "seconds", "{:,.1f}".format)
    return figure
