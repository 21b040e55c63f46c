"""The style of all figures: one order, one colour for each autoencoder, legible type, 200 dots per inch."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from textwrap import fill, wrap

import matplotlib
import numpy as np

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.textpath import text_to_path
from PIL import Image

from aepipe.errors import printable
from aepipe.reporting.figures import colours
from aepipe.reporting.figures.colours import ALARM, BAND, COLOURS, GREY, INK, PALE, Entry, baselines
from aepipe.reporting.names import first_of, shortened

__all__ = ["ALARM", "BAND", "COLOURS", "GREY", "INK", "PALE", "Entry", "baselines"]

CHARACTERS_AN_INCH = 12  # of text at the size below, at most
COLUMNS = 5  # of panels
NAME = 2.3  # inches of a name, at most
LINE = 0.23  # inches from one line to the next, about
FAILURES = 12  # listed below a figure, at most
plt.rcParams.update(
    {
        "font.family": ["DejaVu Sans"],  # matplotlib ships it; `has_glyph` adds others as they are needed
        "text.parse_math": False,  # titles and names may have dollar signs
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


def entries(titles: dict[str, str]) -> list[Entry]:
    """Models in their order, from name -> title, with titles that figures have room for."""
    return colours.entries(dict(zip(titles, short_names(titles.values()), strict=True)))


def short_names(names: Iterable[str], inches: float = NAME, size: float = 11) -> list[str]:
    """Names from outside, at most so wide in type of this size, and none like another."""
    return shortened(map(drawable, names), inches, lambda name: width(name, size))


def width(text: str, size: float = 11) -> float:
    """Inches of a text."""
    return float(
        text_to_path.get_text_width_height_descent(text, font_manager.FontProperties(size=size), False)[0] / 72
    )


def drawable(text: str) -> str:
    r"""The text in a line, with characters that no font has as `\u732b`."""
    drawn = (c if has_glyph(c) else c.encode("unicode_escape").decode() for c in printable(text))
    return "".join(drawn)


def class_labels(names: Sequence[str]) -> list[str]:
    """The names of classes, or `class 3` where no font has all characters of the name of class 3."""
    return [name if is_drawable(name) else f"class {label}" for label, name in enumerate(names)]


def notes_on_classes(names: Sequence[str]) -> list[str]:
    """A note below a figure on the classes that `class_labels` shows by their numbers, if there are any."""
    lacking = [
        f"{label} ({shortened([drawable(name)], 40)[0]})" for label, name in enumerate(names) if not is_drawable(name)
    ]
    if not lacking:
        return []
    return [
        "No installed font has the characters of these classes' names, so their numbers stand for them: "
        f"{first_of(lacking)}. Install one that has, such as Noto Sans CJK, or give other class_names."
    ]


def is_drawable(text: str) -> bool:
    """Whether the fonts have all characters of a text."""
    return all(map(has_glyph, printable(text)))


@cache
def has_glyph(character: str) -> bool:
    """Whether an installed font has a character; if none of those in use has, the first that has is added to them."""
    if any(font.get_char_index(ord(character)) for font in map(font_of, plt.rcParams["font.family"])):
        return True
    fonts = sorted(
        {entry.name for entry in font_manager.fontManager.ttflist}, key=lambda name: ("Sans" not in name, name)
    )
    for name in fonts:
        if "Last Resort" in name:  # has a box for every character
            continue
        with suppress(RuntimeError, ValueError):  # fonts of pictures, which can't be drawn
            if font_of(name).get_char_index(ord(character)):
                plt.rcParams["font.family"] = [*plt.rcParams["font.family"], name]
                return True
    return False


def font_of(name: str) -> FT2Font:
    """The font of a family."""
    return font_manager.get_font(font_manager.findfont(name))


def legend_columns(labels: Sequence[str], inches: float) -> int:
    """How many of a legend's labels fit side by side in a figure of this width."""
    longest = max(map(width, labels)) + 0.45
    return len(labels) if longest * len(labels) <= inches else max(1, int(inches / longest))


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
    if title := figure.get_suptitle():
        columns = int(figure.get_figwidth() * CHARACTERS_AN_INCH * 11 / 14)
        wrapped = "\n".join(fill(line, columns, break_on_hyphens=False) for line in title.split("\n"))
        figure._suptitle.set_text(wrapped)  # type: ignore[attr-defined]
        if figure.get_layout_engine() is not None:
            figure.set_figheight(figure.get_figheight() + LINE * (wrapped.count("\n") - title.count("\n")))
    texts = [*notes, *(f"failed: {failure['run']}: {failure['reason']}" for failure in failed[:FAILURES])]
    if len(failed) > FAILURES:
        texts.append(f"... and {len(failed) - FAILURES:,} more, which the tables list")
    columns = int(figure.get_figwidth() * CHARACTERS_AN_INCH)
    lines = [line for text in texts for line in wrap(drawable(text), columns, subsequent_indent="    ")]
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
