"""Figure: accuracy of a linear layer on the codes, with few labels."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from aepipe.figures.scores import draw_scores
from aepipe.figures.style import Entry


def draw(
    entries: list[Entry], metrics: pd.DataFrame, published: dict[str, float], labelled: int, dataset: str
) -> Figure:
    """Accuracies of the models and the baselines.

    Args:
        entries: the models.
        metrics: tidy rows.
        published: model -> the article's accuracy.
        labelled: number of labels.
        dataset: its name, for the title.
    """
    figure, ax = plt.subplots(figsize=(8.5, 5.2), layout="constrained")
    draw_scores(ax, entries, metrics, "accuracy", published, baselines=("untrained", "scratch"))
    ax.set_xlim(0, 1)
    ax.set_xlabel("test accuracy")
    figure.suptitle(f"Linear classification of the codes of {dataset}, {labelled} labels")
    return figure
