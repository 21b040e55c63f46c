"""Figure: the losses of the training and validation images of each model by epoch."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from aepipe.analysis.curves import LOSS, TRAIN_LOSS
from aepipe.reporting.figures.style import PALE, Entry, mark_failed, panels

DOTS = (0, (1, 1.5))


def draw(
    entries: list[Entry], curves: dict[str, list[pd.DataFrame]], objectives: dict[str, str], dataset: str
) -> Figure:
    """Reconstruction loss of validation and training images; of greedy training, layer after layer.

    Args:
        entries: the models, a panel each, with the other jointly trained ones in grey.
        curves: model -> a training curve for each seed.
        objectives: greedily trained model -> `codes` or `pixels`. The squared error of inner layers that learn codes
            is dashed, on an axis of its own.
        dataset: its name.
    """
    figure, axes = panels(entries, 2.7, share=True)
    positive = all((curve[LOSS] > 0).all() for own in curves.values() for curve in own)  # densities may be above 1
    for ax, entry in zip(axes.flat, entries, strict=False):
        for other in entries:
            for curve in curves.get(other.name, []):
                if other.name not in objectives:
                    ax.plot(curve["epoch"], curve[LOSS], color=PALE, linewidth=0.8, zorder=1)
        inner = ax.twinx() if objectives.get(entry.name) == "codes" else ax
        for curve in curves.get(entry.name, []):
            layers = curve.assign(epoch=range(1, len(curve) + 1), layer=curve.get("layer", 1))
            for layer, part in layers.groupby("layer"):
                own = ax if layer == 1 else inner
                dashes = "-" if own is ax else (0, (2, 1))
                own.plot(part["epoch"], part[LOSS], color=entry.colour, linewidth=2, linestyle=dashes, zorder=2)
                if own is ax and TRAIN_LOSS in part:
                    own.plot(
                        part["epoch"], part[TRAIN_LOSS], color=entry.colour, linewidth=1.3, linestyle=DOTS, zorder=3
                    )
        if entry.name not in curves:
            mark_failed(ax)
        elif inner is not ax:
            logarithmic(inner)
            inner.set_ylabel("squared error (dashed)", fontsize=9)
            inner.spines["right"].set_visible(True)
            inner.tick_params(which="major", labelsize=9, pad=2)
            inner.minorticks_off()
        if positive:
            logarithmic(ax)
    figure.supxlabel("epoch (greedy training: layer after layer)" if objectives else "epoch", fontsize=11)
    figure.supylabel("BCE (nats), logarithmic" if positive else "loss (nats)", fontsize=11)
    figure.suptitle(
        f"Reconstruction loss of {dataset}: validation images (line) and training images (dotted); grey: validation "
        "images of the other jointly trained autoencoders"
    )
    return figure


def logarithmic(ax: Axes) -> None:
    """A logarithmic axis with plain numbers at 1, 2, 5 of each decade."""
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(ScalarFormatter())
    ax.yaxis.set_minor_formatter(NullFormatter())
