"""The style of all figures: one order, one colour for each autoencoder, legible type, 200 dots per inch."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from textwrap import wrap

import matplotlib
import numpy as np

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from aepipe.reporting.figures.colours import ALARM, BAND, COLOURS, GREY, INK, PALE, Entry, baselines, entries

__all__ = ["ALARM", "BAND", "COLOURS", "GREY", "INK", "PALE", "Entry", "baselines", "entries"]

CHARACTERS_AN_INCH = 12  # of text at the size below, at most
COLUMNS = 5  # of panels

plt.rcParams.update(
    {
        "font.size": 11,
        "axes.titlesize": 12,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": GREY,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "legend.frameon": False,
        "figure.titlesize": 14,
        "savefig.dpi": 200,
    }
)


def legend_columns(labels: Sequence[str], width: float) -> int:
    """How many of a legend's labels fit side by side in a figure of this width, in inches."""
    longest = max(map(len, labels)) / CHARACTERS_AN_INCH + 0.45
    return len(labels) if longest * len(labels) <= width else max(1, int(width / longest))


def panels(entries: list[Entry], size: float, *, share: bool) -> tuple[Figure, np.ndarray]:
    """A figure with a titled panel for each entry, in rows of five; `size` is a panel's side in inches."""
    columns = min(COLUMNS, len(entries))
    rows = -(-len(entries) // columns)
    sides = (size * columns, size * rows + 0.5)
    figure, axes = plt.subplots(
        rows, columns, figsize=sides, squeeze=False, sharex=share, sharey=share, layout="constrained"
    )
    for ax, entry in zip(axes.flat, entries, strict=False):
        ax.set_title(entry.title)
    hide_unused(axes, len(entries))
    return figure, axes


def hide_unused(axes: np.ndarray, used: int) -> None:
    """Hides the panels (rows, columns) after the first `used`, and labels the horizontal axes of those above them."""
    for index in range(used, axes.size):
        axes.flat[index].set_axis_off()
        axes.flat[index - axes.shape[1]].tick_params(labelbottom=True)


def mark_failed(ax: Axes) -> None:
    """Writes `failed` in a model's panel or row."""
    ax.text(0.5, 0.5, "failed", transform=ax.transAxes, ha="center", va="center", color=ALARM)


def save(figure: Figure, path: str | Path, failed: list[dict[str, str]], notes: Iterable[str] = ()) -> None:
    """Writes a figure as PNG with 256 colours, with identical bytes for identical numbers, and closes it.

    Args:
        figure: to be written.
        path: of the PNG.
        failed: `run` and `reason` of each run that is not shown, listed below the figure.
        notes: other lines below the figure.
    """
    width = int(figure.get_figwidth() * CHARACTERS_AN_INCH)
    texts = [*notes, *(f"failed: {failure['run']}: {failure['reason']}" for failure in failed)]
    lines = [line for text in texts for line in wrap(text, width, subsequent_indent="    ")]
    if lines:
        # The layout is fixed first, so that nothing moves, including legends that follow the lower edge.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        for legend in figure.legends:
            legend.set_bbox_to_anchor((0, 0, 1, 1), figure.transFigure)
        below = figure.get_tightbbox().y0 / figure.get_figheight() - 0.01
        figure.text(0.01, below, "\n".join(lines), ha="left", va="top", color=ALARM if failed else GREY)
    drawn = BytesIO()
    figure.savefig(drawn, bbox_inches="tight", pad_inches=0.15, pil_kwargs={"compress_level": 1})
    plt.close(figure)
    picture = Image.open(drawn)
    in_few_colours(picture).save(path, "PNG", optimize=True, dpi=picture.info["dpi"])


def in_few_colours(picture: Image.Image) -> Image.Image:
    """The picture with a palette of 256 colours: no visible difference, a third of the bytes.

    The palette covers all colours, including the rare ones of a colour bar, and is refined by k-means on a picture that
    has each colour once, since there are a thousand times as many pixels.
    """
    pixels = np.asarray(picture.convert("RGBA")).view("<u4")[..., 0] & 0xFFFFFF
    places = np.zeros(2**24, np.uint8)  # by colour: whether it is there, then where in the palette
    places[pixels] = 1
    colours = np.flatnonzero(places).astype("<u4")
    once = Image.fromarray(colours.view(np.uint8).reshape(1, -1, 4)[..., :3].copy())
    few = once.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
    places[colours] = np.asarray(few)[0]
    result = Image.fromarray(places[pixels])
    result.putpalette(few.getpalette() or [])
    return result
