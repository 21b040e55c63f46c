"""Names from outside, of classes and autoencoders, made short."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from aepipe.errors import printable

MOST = 100  # characters


def shortened(names: Iterable[str], most: float, width: Callable[[str], float] = len) -> list[str]:
    """Each name, without its middle if it is wider than `most`; those that then look alike, with their positions."""
    short = [fitted(printable(name), most, width) for name in names]
    counts = Counter(short)
    return [name if counts[name] == 1 else f"{name} ({position})" for position, name in enumerate(short)]


def fitted(name: str, most: float, width: Callable[[str], float] = len) -> str:
    """The name, or as much of its beginning and its end as is at most so wide, with an ellipsis between them."""

    def cut(kept: int) -> str:
        end = kept // 3
        return f"{name[: kept - end].rstrip()}…{name[len(name) - end :].lstrip()}"

    if len(name) <= MOST and width(name) <= most:
        return name
    lengths = range(3, min(len(name), MOST))
    return cut(lengths[max(bisect_right(lengths, most, key=lambda kept: width(cut(kept))) - 1, 0)])


def first_of(names: Sequence[str], most: int = 10) -> str:
    """The names in a line; of many, the first ones and their number."""
    return ", ".join(names[:most]) + (f", … ({len(names):,} in all)" if len(names) > most else "")
