"""How all figures look: one order, one colour for each autoencoder, legible type, 200 dots an inch."""

from dataclasses import dataclass
from itertools import cycle

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from aepipe.files import whole

# Paul Tol's "muted" scheme, which the colour-blind can tell apart, with orange for its pale grey.
COLOURS = (
    "#999933",
    "#332288",
    "#88CCEE",
    "#44AA99",
    "#117733",
    "#DDCC77",
    "#CC6677",
    "#882255",
    "#AA4499",
    "#EE7733",
)
# Ten classes of images: matplotlib's tab10 reads best on thousands of small dots.
CLASS_COLOURS = plt.get_cmap("tab10").colors  # type: ignore[attr-defined]
GREY = "#8A8A8A"
PALE = "#D5D5D5"
INK = "#222222"

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


@dataclass(frozen=True)
class Entry:
    """A model as figures show it."""

    name: str
    label: str
    colour: str


def entries(labels: dict[str, str]) -> list[Entry]:
    """Name -> label, in the order to show them, with a colour for each."""
    return [Entry(*pair, colour) for pair, colour in zip(labels.items(), cycle(COLOURS), strict=False)]


def save(figure: Figure, path: str) -> None:
    """Writes a figure as PNG, the same bytes for the same numbers."""
    with whole(path) as temporary:
        figure.savefig(temporary, metadata={"Software": None}, bbox_inches="tight", pad_inches=0.15)
    plt.close(figure)
