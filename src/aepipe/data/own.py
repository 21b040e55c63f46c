"""A user's own data set: a folder of images, an .npz or IDX files, as `datasets.<name>.source` describes it.

What the configuration has to know is read from headers and labels alone, at every start of Snakemake.
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
from aepipe.data.facts import Facts
from aepipe.data.images import Form, Images
from aepipe.data.survey import Survey
from aepipe.errors import DataError

Source = Mapping[str, Any]  # one of KINDS, and `size`, `colour`, `labels`
KINDS = {"folder": folders, "npz": archives, "idx": idx}
#: The share of all images that is the test set where none is given, and the fewest images of a class that it needs.
TEST_SHARE, OF_A_CLASS = 0.2, 5
#: The fewest test images, and images outside the test set, that all evaluations can be made with.
FEWEST = 10


def kind_of(source: Source) -> str:
    """`folder`, `npz` or `idx`.

    Raises:
        DataError: none of them, or more than one.
    """
    found = [kind for kind in KINDS if kind in source]
    if len(found) != 1:
        raise DataError(f"give one of {', '.join(KINDS)}, not {' and '.join(found) or 'none'}")
    return found[0]


def form_of(source: Source) -> Form:
    """What the images are to be made into."""
    size = source.get("size")
    return Form(None if size is None else (size[0], size[1]), source.get("colour"))


def survey_of(source: Source) -> Survey:
    """What the files tell, with those labels alone that are wanted and fit."""
    kind = kind_of(source)
    try:
        found: Survey = KINDS[kind].survey(source[kind])
    except (OSError, ValueError) as error:
        raise DataError(f"{source[kind]!r} can't be read: {error}") from error
    labels = {"": found.train_labels, "test ": found.test_labels}
    if source.get("labels") is False or all(part is None for part in labels.values()):
        return Survey(found.train, found.test, found.size, found.colour)
    if found.test is None and labels["test "] is not None:
        raise DataError("there are test labels, but no test images; give both, or neither")
    for part, count in {"": found.train, "test ": found.test}.items():
        given = labels[part]
        if count is not None and given is None:
            raise DataError(f"there are no {part}labels, but others; give both, or `labels: false` to do without")
        if count is not None and given is not None and len(given) != count:
            raise DataError(f"there are {count} {part}images, but {len(given)} {part}labels")
    return found


def facts(source: Source) -> Facts:
    """What is known of the data set before its images are read.

    Raises:
        DataError: the files are not there or not what they should be, or there are too few images or classes.
    """
    return facts_of(json.dumps(source, sort_keys=True))


@cache
def facts_of(text: str) -> Facts:
    """See `facts`; of a source as JSON, whose files are looked at once in a run of Snakemake."""
    source = json.loads(text)
    found = survey_of(source)
    test = math.ceil(TEST_SHARE * found.train) if found.test is None else found.test
    train = found.train - test if found.test is None else found.train
    classes, counts = classes_of(found)
    if counts:
        refuse_rare(classes, counts, found)
    for count, what in ((train, "images outside the test set"), (test, "test images")):
        if count < FEWEST:
            raise DataError(f"there are only {count} {what}; {FEWEST} are needed at least")
    if counts and len(classes) >= test:
        raise DataError(
            f"there are {len(classes)} classes, but only {test} test images; give more of these, or `labels: false` "
            "to do without classes"
        )
    form = form_of(source)
    return Facts(train, test, form.shape_of(found.size, found.colour), tuple(classes), counts)


def classes_of(found: Survey) -> tuple[list[str], dict[str, tuple[int, int | None]]]:
    """Names of the classes in their order; and each one's images outside the test set and in it, where it is given."""
    if found.train_labels is None:
        return [], {}
    train = Counter(found.train_labels.tolist())
    test = None if found.test_labels is None else Counter(found.test_labels.tolist())
    classes = sorted(train.keys() | (test or {}).keys())
    counts = {str(value): (train[value], None if test is None else test[value]) for value in classes}
    return list(counts), counts


def refuse_rare(classes: list[str], counts: dict[str, tuple[int, int | None]], found: Survey) -> None:
    """DataError where there is one class, or where one has too few images to train on or to be tested with."""
    way_out = "`labels: false` treats the data set as one without labels"
    if len(classes) == 1:
        raise DataError(f"there is only one class, {classes[0]!r}, of {found.train} images; {way_out}")
    for name, (train, test) in counts.items():
        if test is None and train < OF_A_CLASS:
            raise DataError(
                f"the class {name!r} has {train} images; {OF_A_CLASS} are needed at least, of which one is tested "
                f"with; {way_out}"
            )
        if test is not None and (train < 2 or test < 1):
            raise DataError(
                f"the class {name!r} has {train} images outside the test set and {test} in it; 2 and 1 are needed at "
                f"least; {way_out}"
            )


def read(source: Source) -> Images:
    """The data set, its labels as 0 ... C - 1; without a test set of its own, a fixed fifth, stratified, is that.

    Raises:
        DataError: files can't be read, or don't fit each other; says which, and what to do.
    """
    from sklearn.model_selection import train_test_split  # takes a second: only where images are read

    kind, found = kind_of(source), survey_of(source)
    train, test = KINDS[kind].read(source[kind], form_of(source))
    given = [part for part in (found.train_labels, found.test_labels) if part is not None]
    count = len(train) + (0 if test is None else len(test))
    names: tuple[str, ...] = ()
    labels = np.zeros(count, np.uint8)
    if given:
        values, positions = np.unique(np.concatenate(given), return_inverse=True)
        names = tuple(str(value) for value in values)
        labels = positions.astype(np.min_scalar_type(len(values) - 1))
    if test is None:
        stratify = labels if given else None
        order = np.concatenate(
            train_test_split(np.arange(count), test_size=TEST_SHARE, stratify=stratify, random_state=0)
        )
        images, labels, test_count = train[order], labels[order], math.ceil(TEST_SHARE * count)
    else:
        images, test_count = np.concatenate([train, test]), len(test)
    return Images(images, labels, test_count, described(source), names, bool(given))


def described(source: Source) -> str:
    """Where the images come from, in a line."""
    kind = kind_of(source)
    place = source[kind]
    return f"{kind} {place if isinstance(place, str) else ', '.join(map(str, place.values()))}"


def files(source: Source) -> list[str]:
    """The files that the data set is made from; none for a folder, which `digest` stands for."""
    kind = kind_of(source)
    if kind == "folder":
        return []
    paths = [source[kind]] if kind == "npz" else source[kind].values()
    return [str(Path(path).expanduser()) for path in paths]


def digest(source: Source) -> str:
    """Stands for all files of a folder, by their paths, sizes and times; empty for other kinds of data sets."""
    return folders.listing(source["folder"]).digest if kind_of(source) == "folder" else ""
