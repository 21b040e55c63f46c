"""A panel for each model, in rows of five."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from aepipe.reporting.figures.style import Entry

COLUMNS = 5


def panels(entries: list[Entry], size: float, *, share: bool) -> tuple[Figure, np.ndarray]:
    """A figure with an axes for each entry, titled with its label; `size` is a panel's side in inches."""
    columns = min(COLUMNS, len(entries))
    rows = -(-len(entries) // columns)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(size * columns, size * rows + 0.5),
        squeeze=False,
        sharex=share,
        sharey=share,
        layout="constrained",
    )
    for ax, entry in zip(axes.flat, entries, strict=False):
        ax.set_title(entry.title)
    hide_unused(axes, len(entries))
    return figure, axes


def hide_unused(axes: np.ndarray, used: int) -> None:
    """Hides the panels (rows, columns) after the first `used`; those above them have their numbers below instead."""
    for index in range(used, axes.size):
        axes.flat[index].set_axis_off()
        axes.flat[index - axes.shape[1]].tick_params(labelbottom=True)
