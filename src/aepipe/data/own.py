"""A user's data set: a folder of images, an .npz or IDX files, as `datasets.<name>.source` describes it.

What the configuration needs is read from headers and labels alone, at every start of Snakemake.
"""

import json
import math
import os
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

import numpy as np

from aepipe.data import archives, folders, idx
from aepipe.data.facts import Facts, Survey
from aepipe.data.images import Form, Images, check_varied, joined
from aepipe.data.paths import expanded, reason
from aepipe.errors import DataError, printable

Source = Mapping[str, Any]  # one of KINDS, and `size`, `colour`, `labels`
Found = TypeVar("Found")
KINDS = {"folder": folders, "npz": archives, "idx": idx}
#: The share of images in the test set if none is given, and the fewest images of a class that allow for this split.
TEST_SHARE, OF_A_CLASS = 0.2, 5
#: The fewest images outside the test set, and in it, that all evaluations can work with.
FEWEST = 10
#: The most classes, and the most characters of their names, that figures and tables can show.
MOST_CLASSES, LONGEST_NAME = 1000, 100
#: The most numbers in all images for them to be read at every start, which takes a few milliseconds.
FEW_PIXELS = 2_000_000
NO_LABELS = "set `labels: false` to ignore labels"


def kind_of(source: Source) -> str:
    """`folder`, `npz` or `idx`; DataError without any, or with several."""
    found = [kind for kind in KINDS if kind in source]
    if len(found) != 1:
        raise DataError(f"give one of {', '.join(KINDS)}, not {' and '.join(found) or 'none'}")
    return found[0]


def form_of(source: Source) -> Form:
    """The form that the images are converted to."""
    size = source.get("size")
    return Form(None if size is None else (size[0], size[1]), source.get("colour"))


def looked_at(source: Source, look: Callable[..., Found], *settings: Any) -> Found:
    """What a function finds in the source's files; DataError if the system doesn't let it."""
    try:
        return look(source[kind_of(source)], *settings)
    except OSError as error:
        place = error.filename or origin_of(source)
        raise DataError(f"{printable(place)} can't be read: {reason(error)}") from error


def origin_of(source: Source) -> str:
    """The paths of the source."""
    place = source[kind_of(source)]
    return printable(place if isinstance(place, str) else ", ".join(map(str, place.values())))


def survey_of(source: Source) -> Survey:
    """The survey of the files, with labels only if they are wanted; DataError if they don't fit the images."""
    wanted = source.get("labels") is not False
    found: Survey = looked_at(source, KINDS[kind_of(source)].survey, wanted)
    if found.train_labels is None and found.test_labels is None:
        return found
    if found.test is None and found.test_labels is not None:
        raise DataError("there are test labels, but no test images; give both or neither")
    parts = [("", found.train, found.train_labels), ("test ", found.test, found.test_labels)]
    for part, count, labels in parts:
        if count is not None and labels is None:
            raise DataError(f"there are no {part}labels, but other labels; give both, or {NO_LABELS}")
        if labels is not None and len(labels) != count:
            raise DataError(f"there are {count} {part}images, but {len(labels)} {part}labels")
    return found


def facts(source: Source) -> Facts:
    """What is known of the data set before its images are read.

    Raises:
        DataError: files are missing or invalid, there are too few images or classes, or more than can be handled. Of
            few images, also what is wrong with their pixels.
    """
    return facts_of(json.dumps(source, sort_keys=True))


@cache
def facts_of(text: str) -> Facts:
    """See `facts`; of a source as JSON, so that each process reads its files only once."""
    source = json.loads(text)
    found = survey_of(source)
    test = math.ceil(TEST_SHARE * found.train) if found.test is None else found.test
    train = found.train - test if found.test is None else found.train
    counts = count_classes(found)
    for count, what in ((train, "images outside the test set"), (test, "test images")):
        if count < FEWEST:
            raise DataError(f"there are only {count} {what}; at least {FEWEST} are required")
    if counts and len(counts) >= test:
        raise DataError(
            f"there are {len(counts)} classes, but only {test} test images; add test images, or {NO_LABELS}"
        )
    shape = form_of(source).shape_of(found.size, found.colour)
    needed, memory = (train + test) * math.prod(shape), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > memory:
        raise DataError(
            f"{train + test:,} images of shape {shape} need {needed:,} bytes, but this machine has {memory:,} bytes of "
            "memory; give fewer images, or a smaller `size: [height, width]`"
        )
    form = form_of(source) if "folder" in source else Form()  # arrays are of one shape already
    pixels = (train + test) * max(math.prod(each.shape_of(found.size, found.colour)) for each in (Form(), form))
    if pixels <= FEW_PIXELS and ("folder" not in source or folders.suspicious(source["folder"])):
        pixels_of(source, form)
    return Facts(train, test, shape, tuple(counts), counts)


def count_classes(found: Survey) -> dict[str, tuple[int, int | None]]:
    """Name of each class -> its images, in the order and form of `Facts.counts`; empty without labels.

    Raises:
        DataError: there is only one class, or one with too few images for training or for the test set; or there are
            too many classes, or names that can't be shown.
    """
    if found.train_labels is None:
        return {}
    labels = joined([part for part in (found.train_labels, found.test_labels) if part is not None])
    for some in (labels[: 10 * MOST_CLASSES], labels):  # all of them would take seconds if each were a class
        if len(classes := np.unique(some)) > MOST_CLASSES:
            raise DataError(f"there are more than {MOST_CLASSES} classes, which are allowed; {NO_LABELS}")
    train, test = (
        Counter(dict(zip(*(part.tolist() for part in np.unique(half, return_counts=True)), strict=True)))
        for half in (labels[: found.train], labels[found.train :])
    )
    counts = {
        str(value): (train[value], None if found.test_labels is None else test[value]) for value in classes.tolist()
    }
    for name in counts:
        check_name(name)
    if len(counts) == 1:
        raise DataError(f"there is only one class, {name!r}, of {found.train} images; {NO_LABELS}")
    for name, (outside, inside) in counts.items():
        if inside is None and outside < OF_A_CLASS:
            raise DataError(
                f"class {name!r} has only {outside} images; at least {OF_A_CLASS} are required, one of them for the "
                f"test set; {NO_LABELS}"
            )
        if inside is not None and (outside < 2 or inside < 1):
            raise DataError(
                f"class {name!r} has {outside} images outside the test set and {inside} in it; at least 2 and 1 are "
                f"required; {NO_LABELS}"
            )
    return counts


def check_name(name: str) -> None:
    """DataError if figures and tables can't show the name of a class."""
    if len(name) > LONGEST_NAME:
        raise DataError(f"class {name[:20]!r}... has a name of {len(name)} characters; allowed: up to {LONGEST_NAME}")
    if not name.strip() or any("\ud800" <= char <= "\udfff" for char in name):
        raise DataError(f"class {name!r} has no name that can be written as text; rename it, or {NO_LABELS}")


def pixels_of(source: Source, form: Form) -> tuple[np.ndarray, np.ndarray | None]:
    """The images outside the test set, and the test images or None: uint8 (n, H, W) or (n, H, W, 3).

    Raises:
        DataError: files are unreadable or inconsistent, or the images are all the same.
    """
    train, test = looked_at(source, KINDS[kind_of(source)].read, form)
    check_varied(train, f"images of {origin_of(source)}")
    if test is not None:
        check_varied(test, f"test images of {origin_of(source)}")
    return train, test


def read(source: Source) -> Images:
    """The data set, with labels 0 ... C - 1. Without a separate test set, a fixed, stratified fifth becomes that.

    Raises:
        DataError: files are unreadable or inconsistent, or the images are all the same.
    """
    from sklearn.model_selection import train_test_split  # takes a second to import

    found = survey_of(source)
    train, test = pixels_of(source, form_of(source))
    given = [part for part in (found.train_labels, found.test_labels) if part is not None]
    images = train if test is None else np.concatenate([train, test])
    names: tuple[str, ...] = ()
    labels = np.zeros(len(images), np.uint8)
    if given:
        values, positions = np.unique(joined(given), return_inverse=True)
        names = tuple(str(value) for value in values)
        labels = positions.astype(np.min_scalar_type(len(values) - 1))
    if test is None:
        parts = train_test_split(
            np.arange(len(images)), test_size=TEST_SHARE, stratify=labels if given else None, random_state=0
        )
        order, test_count = np.concatenate(parts), len(parts[1])
        images, labels = images[order], labels[order]
    else:
        test_count = len(test)
    return Images(images, labels, test_count, f"{kind_of(source)} {origin_of(source)}", names, bool(given))


def files(source: Source) -> list[str]:
    """The files of the data set; none for a folder, which `digest` stands for."""
    kind = kind_of(source)
    if kind == "folder":
        return []
    paths = [source[kind]] if kind == "npz" else source[kind].values()
    return [str(expanded(path)) for path in paths]


def digest(source: Source) -> str:
    """Digest of the paths, sizes and times of all files of a folder; empty for other kinds of data sets."""
    return folders.listing(source["folder"]).digest if kind_of(source) == "folder" else ""
