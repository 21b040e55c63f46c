"""The colours of models and classes, and models with their colours; for any plotting library."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle

from aepipe.catalogue import BASELINE_TITLES

# fmt: off
#: Paul Tol's "muted" scheme for colour-blind readers, with orange for its pale grey. Beyond the article's ten models:
#: the colours farthest from these and from each other (glasbey's extend_palette). No figure relies on colour alone.
COLOURS = (
    "#999933", "#332288", "#88CCEE", "#44AA99", "#117733", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#EE7733",
    "#7982D7", "#657965", "#185D69", "#59DBBA", "#965500", "#AA8EC6", "#414D9E", "#EF8A82", "#8A6179", "#BA5945",
)
#: Classes on maps: M. A. Petroff, "Accessible color sequences for data visualization", 2021 (arXiv:2107.02270).
CLASS_COLOURS = (
    "#3F90DA", "#FFA90E", "#BD1F01", "#94A4A2", "#832DB6", "#A96B59", "#E76300", "#B9AC70", "#717581", "#92DADD",
)
# fmt: on
GREY = "#8A8A8A"
PALE = "#D5D5D5"
BAND = "#F4F4F4"
INK = "#222222"
ALARM = "#B00020"


@dataclass(frozen=True)
class Entry:
    """A model as figures show it."""

    name: str
    title: str
    colour: str


def entries(titles: dict[str, str]) -> list[Entry]:
    """Models in their order, from name -> title, with a colour for each."""
    return [Entry(*pair, colour) for pair, colour in zip(titles.items(), cycle(COLOURS), strict=False)]


def baselines(present: Iterable[str]) -> list[Entry]:
    """The baselines among some models, in their order, all in grey."""
    names = set(present)
    return [Entry(name, title, GREY) for name, title in BASELINE_TITLES.items() if name in names]
