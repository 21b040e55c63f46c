"""Figure: accuracy of a linear layer on the codes, with few labels."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from aepipe.analysis.scores import of_representation
from aepipe.reporting.figures.measures import CLASSIFICATION
from aepipe.reporting.figures.scores import draw_grid, write_numbers
from aepipe.reporting.figures.style import Entry


def draw(
    entries: list[Entry], metrics: pd.DataFrame, published: Mapping[str, float], labelled: int, dataset: str
) -> Figure:
    """Accuracies of the models and the baselines.

    Args:
        entries: the models.
        metrics: tidy rows.
        published: model -> the article's accuracy.
        labelled: number of labels.
        dataset: its name, for the title.
    """
    rows = of_representation(metrics[metrics["evaluation"] == "classification"])
    figure = draw_grid(
        entries,
        rows,
        CLASSIFICATION,
        f"Linear classification of the codes of {dataset}, {labelled} labels",
        protocols={"corrected": "corrected: converged probe", "paper": "paper: the published, short probe"},
        published={"accuracy": published},
        panel=8,
    )
    write_numbers(figure.axes[0], entries, rows, "accuracy", "{:.3f}".format)
    return figure
