"""The colours of models and classes, and models with their colours; for any plotting library."""

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

from aepipe.catalogue import BASELINE_TITLES

# fmt: off
#: Paul Tol's "muted" scheme for colour-blind readers, with orange for its pale grey. Beyond the article's ten models:
#: the colours farthest from these and from each other (glasbey's extend_palette). No figure relies on colour alone.
COLOURS = (
    "#999933", "#332288", "#88CCEE", "#44AA99", "#117733", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#EE7733",
    "#7982D7", "#657965", "#185D69", "#59DBBA", "#965500", "#AA8EC6", "#414D9E", "#EF8A82", "#8A6179", "#BA5945",
)
#: The models of the first colours, whether or not they take part.
NAMED = (
    "shallow", "vanilla", "stacked", "stacked_pixels", "sparse", "denoising", "vae", "beta_vae_strict",
    "beta_vae_loose", "vq", "contractive", "wae", "conv_vae", "vq_spatial",
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
    """Models in their order, from name -> title, each in its colour."""
    colours = colours_of(titles)
    return [Entry(name, title, colours[name]) for name, title in titles.items()]


def colours_of(names: Iterable[str]) -> dict[str, str]:
    """Model -> colour: that of its name, whichever models stand beside it.

    The names that come with the project have colours of their own. Others have one of the rest by a checksum of the
    name; where two of them would have the same, the later one in the alphabet has the next that is free.
    """
    names = set(names)
    found = {name: COLOURS[place] for place, name in enumerate(NAMED) if name in names}
    rest = COLOURS[len(NAMED) :]
    for name in sorted(names - set(found)):
        start = crc32(name.encode("utf-8", "replace")) % len(rest)
        order = [*rest[start:], *rest[:start], *(colour for colour in COLOURS if colour not in rest)]
        taken = set(found.values())
        found[name] = next((colour for colour in order if colour not in taken), order[0])
    return found


def baselines(present: Iterable[str]) -> list[Entry]:
    """The baselines among some models, in their order, all in grey."""
    names = set(present)
    return [Entry(name, title, GREY) for name, title in BASELINE_TITLES.items() if name in names]
