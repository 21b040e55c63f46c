"""Figure: average ranks over data sets, with bars over autoencoders that are not significantly different."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from scikit_posthocs import critical_difference_diagram, posthoc_nemenyi_friedman

from aepipe.analysis.ranks import Ranking
from aepipe.catalogue import TASKS
from aepipe.evaluation.metrics import PROTOCOLS
from aepipe.reporting.figures.style import INK, Entry
from aepipe.reporting.names import first_of


def draw(entries: list[Entry], rankings: list[Ranking], datasets: list[str], confidence: float) -> Figure:
    """A critical-difference diagram (Demšar 2006) for each task and protocol; `confidence` is of Nemenyi's test."""
    layout = ConstrainedLayoutEngine(hspace=0.1)
    size = (14, 3.4 * len(TASKS))
    figure, axes = plt.subplots(len(TASKS), len(PROTOCOLS), figsize=size, layout=layout, squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ranking in rankings:
        ax = axes[TASKS.index(ranking.task), PROTOCOLS.index(ranking.protocol)]
        ax.set_axis_on()
        draw_ranking(ax, ranking, entries, confidence)
    blocks = f"{len(datasets)} data sets" if len(datasets) > 1 else "one data set"
    tests = "" if any(ranking.test for ranking in rankings) else ", too few for a test"
    figure.suptitle(f"Average ranks over {blocks}{tests} ({first_of(datasets)}); 1 is best")
    return figure


def draw_ranking(ax: Axes, ranking: Ranking, entries: list[Entry], confidence: float) -> None:
    """One diagram; bars connect what Nemenyi's test does not separate, if there is a test."""
    names = {entry.name: entry for entry in entries}
    ranked = [names[str(model)] for model in ranking.scores]
    labels = [entry.title for entry in ranked]
    average = pd.Series(ranking.average.to_numpy(), index=labels)
    tested = ranking.test is not None
    p = posthoc_nemenyi_friedman(ranking.scores).to_numpy() if tested else np.zeros((len(labels), len(labels)))
    artists = critical_difference_diagram(
        average,
        pd.DataFrame(np.where(np.eye(len(labels), dtype=bool), 1, p), labels, labels),
        alpha=1 - confidence,
        ax=ax,
        label_fmt_left="{label} ({rank:.1f})",
        label_fmt_right="({rank:.1f}) {label}",
        color_palette={entry.title: entry.colour for entry in ranked},
        label_props={"fontsize": 10},
        crossbar_props={"color": INK},
        text_h_margin=0.3,
    )
    for text in artists["labels"]:
        text.set_color(INK)
    ax.set_xticks(range(1, len(labels) + 1))
    distance = f" (critical difference {ranking.critical_difference(confidence):.1f})" if tested else ""
    ax.set_title(f"{ranking.task.heading}, {ranking.protocol}{distance}", pad=12)
