"""A user's data set: a folder of images, an .npz or IDX files, as `datasets.<name>.source` describes it.

What the configuration needs is read from headers and labels alone, at every start of Snakemake.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from aepipe.data import archives, folders, idx
from aepipe.data.facts import Facts, Survey
from aepipe.data.images import Form, Images
from aepipe.errors import DataError

Source = Mapping[str, Any]  # one of KINDS, and `size`, `colour`, `labels`
KINDS = {"folder": folders, "npz": archives, "idx": idx}
#: The share of images in the test set if none is given, and the fewest images of a class that allow for this split.
TEST_SHARE, OF_A_CLASS = 0.2, 5
#: The fewest images outside the test set, and in it, that all evaluations can work with.
FEWEST = 10


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


def survey_of(source: Source) -> Survey:
    """The survey of the files, with labels only if they are wanted; DataError if they don't fit the images."""
    kind = kind_of(source)
    try:
        found: Survey = KINDS[kind].survey(source[kind])
    except (OSError, ValueError) as error:
        raise DataError(f"{source[kind]!r} can't be read: {error}") from error
    if source.get("labels") is False or (found.train_labels is None and found.test_labels is None):
        return Survey(found.train, found.test, found.size, found.colour)
    if found.test is None and found.test_labels is not None:
        raise DataError("there are test labels, but no test images; give both or neither")
    parts = [("", found.train, found.train_labels), ("test ", found.test, found.test_labels)]
    for part, count, labels in parts:
        if count is not None and labels is None:
            raise DataError(
                f"there are no {part}labels, but other labels; give both, or set `labels: false` to ignore labels"
            )
        if labels is not None and len(labels) != count:
            raise DataError(f"there are {count} {part}images, but {len(labels)} {part}labels")
    return found


def facts(source: Source) -> Facts:
    """What is known of the data set before its images are read.

    Raises:
        DataError: files are missing or invalid, or there are too few images or classes.
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
            f"there are {len(counts)} classes, but only {test} test images; add test images, or set `labels: false` "
            "to ignore labels"
        )
    shape = form_of(source).shape_of(found.size, found.colour)
    return Facts(train, test, shape, tuple(counts), counts)


def count_classes(found: Survey) -> dict[str, tuple[int, int | None]]:
    """Name of each class -> its images, in the order and form of `Facts.counts`; empty without labels.

    Raises:
        DataError: there is only one class, or one with too few images for training or for the test set.
    """
    if found.train_labels is None:
        return {}
    train = Counter(found.train_labels.tolist())
    test = None if found.test_labels is None else Counter(found.test_labels.tolist())
    classes = sorted(train.keys() | (test or {}).keys())
    counts = {str(value): (train[value], None if test is None else test[value]) for value in classes}
    advice = "set `labels: false` to ignore labels"
    if len(counts) == 1:
        raise DataError(f"there is only one class, {str(classes[0])!r}, of {found.train} images; {advice}")
    for name, (outside, inside) in counts.items():
        if inside is None and outside < OF_A_CLASS:
            raise DataError(
                f"class {name!r} has only {outside} images; at least {OF_A_CLASS} are required, one of them for the "
                f"test set; {advice}"
            )
        if inside is not None and (outside < 2 or inside < 1):
            raise DataError(
                f"class {name!r} has {outside} images outside the test set and {inside} in it; at least 2 and 1 are "
                f"required; {advice}"
            )
    return counts


def read(source: Source) -> Images:
    """The data set, with labels 0 ... C - 1. Without a separate test set, a fixed, stratified fifth becomes that.

    Raises:
        DataError: files are unreadable or inconsistent.
    """
    from sklearn.model_selection import train_test_split  # takes a second to import

    kind, found = kind_of(source), survey_of(source)
    train, test = KINDS[kind].read(source[kind], form_of(source))
    given = [part for part in (found.train_labels, found.test_labels) if part is not None]
    images = train if test is None else np.concatenate([train, test])
    names: tuple[str, ...] = ()
    labels = np.zeros(len(images), np.uint8)
    if given:
        values, positions = np.unique(np.concatenate(given), return_inverse=True)
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
    place = source[kind]
    origin = f"{kind} {place if isinstance(place, str) else ', '.join(map(str, place.values()))}"
    return Images(images, labels, test_count, origin, names, bool(given))


def files(source: Source) -> list[str]:
    """The files of the data set; none for a folder, which `digest` stands for."""
    kind = kind_of(source)
    if kind == "folder":
        return []
    paths = [source[kind]] if kind == "npz" else source[kind].values()
    return [str(Path(path).expanduser()) for path in paths]


def digest(source: Source) -> str:
    """Digest of the paths, sizes and times of all files of a folder; empty for other kinds of data sets."""
    return folders.listing(source["folder"]).digest if kind_of(source) == "folder" else ""
