"""A user's data set, as `datasets.<name>.source` describes it: files in one of the KINDS, or a data set of torchvision.

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

from aepipe.data import archives, folders, idx, masks, parquet, torchvision_sets
from aepipe.data.facts import Facts, Survey
from aepipe.data.images import Form, Images, check_varied, joined, notes_on_brightness
from aepipe.data.paths import expanded, first, reason
from aepipe.errors import DataError, printable

Source = Mapping[str, Any]  # one of KINDS, and `size`, `colour`, `labels`; `test` of Parquet, and all of torchvision
Found = TypeVar("Found")
#: Kind of files -> what reads them. A data set of torchvision becomes an archive.
KINDS = {"folder": folders, "npz": archives, "idx": idx, "parquet": parquet, "torchvision": archives}
#: Kinds whose images are arrays, of one shape already.
ARRAYS = ("npz", "idx", "torchvision")
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
    """One of KINDS; DataError without any, with several, or with a key of another kind."""
    found = [kind for kind in KINDS if kind in source]
    if len(found) != 1:
        raise DataError(f"give one of {', '.join(KINDS)}, not {' and '.join(found) or 'none'}")
    if "test" in source and found[0] not in ("parquet", "torchvision"):
        raise DataError(f"`test` belongs to `parquet`, not to `{found[0]}`; remove it (docs/add-a-data-set.md)")
    return found[0]


def is_labelled(source: Source) -> bool:
    """Whether labels are wanted."""
    return source.get("labels") is not False


def place_of(source: Source) -> Any:
    """What the functions of one of KINDS take: path or paths of the files."""
    kind = kind_of(source)
    if kind == "torchvision":
        return torchvision_sets.converted(source)
    if kind == "parquet":
        train, test = source[kind], source.get("test")
        parts = [(part,) if isinstance(part, str) else tuple(part or ()) for part in (train, test)]
        return parquet.Files(parts[0], None if test is None else parts[1])
    return source[kind]


def form_of(source: Source) -> Form:
    """The form that the images are converted to."""
    size = source.get("size")
    return Form(None if size is None else (size[0], size[1]), source.get("colour"))


def looked_at(source: Source, look: Callable[..., Found], *settings: Any) -> Found:
    """What a function finds in the source's files; DataError if the system doesn't let it."""
    try:
        return look(place_of(source), *settings)
    except OSError as error:
        place = error.filename or origin_of(source)
        raise DataError(f"{printable(place)} can't be read: {reason(error)}") from error


def origin_of(source: Source) -> str:
    """The paths of the source."""
    if kind_of(source) == "torchvision":
        return torchvision_sets.title(source)
    place = place_of(source)
    return printable(", ".join(map(str, place.values())) if isinstance(place, Mapping) else place)


def survey_of(source: Source) -> Survey:
    """The survey of the files, with labels only if they are wanted; DataError if they don't fit the images."""
    found: Survey = looked_at(source, KINDS[kind_of(source)].survey, is_labelled(source))
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
    is_array = kind_of(source) in ARRAYS
    form = Form() if is_array else form_of(source)
    pixels = (train + test) * max(math.prod(each.shape_of(found.size, found.colour)) for each in (Form(), form))
    if pixels <= FEW_PIXELS and (
        is_array or (kind_of(source) == "folder" and looked_at(source, folders.suspicious, is_labelled(source)))
    ):
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
    names = class_names(classes, found)
    counts = {
        name: (train[value], None if found.test_labels is None else test[value])
        for name, value in zip(names, classes.tolist(), strict=True)
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
        if inside is not None and (outside == 1 or inside < 1):  # of anomalies, there may be test images alone
            raise DataError(few_of_a_class(name, counts))
    return counts


def few_of_a_class(name: str, counts: Mapping[str, tuple[int, int | None]]) -> str:
    """The message about a class with too few images outside the test set, or in it, among the counts of all."""
    outside, inside = counts[name]
    alike = [other for other in counts if other != name and other.strip().casefold() == name.strip().casefold()]
    cures = [f"if {first(alike)} is the same class, rename it"] if alike else []
    if outside == 0:
        cures.append("if these are anomalies, add `anomaly: {normal: <class>}` to the data set")
    return (
        f"class {name!r} has {outside} images outside the test set and {inside} in it; at least 2 and 1 are required; "
        f"{'; '.join([*cures, NO_LABELS])}"
    )


def class_names(labels: np.ndarray, found: Survey) -> list[str]:
    """The names of different labels (C,): those in the files, or the labels.

    Raises:
        DataError: the files have names, but not for all labels, or not all different.
    """
    if not found.names:
        return [str(value) for value in labels.tolist()]
    if labels.dtype.kind not in "iub":
        raise DataError(f"there are names for the classes, but labels are text; use integers, or {NO_LABELS}")
    if unknown := [value for value in labels.tolist() if not 0 <= value < len(found.names)]:
        raise DataError(
            f"there are {len(found.names)} names of classes, but labels such as {first(unknown)}; allowed: 0 to "
            f"{len(found.names) - 1}; correct the labels, or {NO_LABELS}"
        )
    names = [found.names[int(value)] for value in labels.tolist()]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise DataError(f"several classes are called {first(twice)}; give each a name of its own, or {NO_LABELS}")
    return names


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
    settings = (form, is_labelled(source)) if kind_of(source) == "folder" else (form,)
    train, test = looked_at(source, KINDS[kind_of(source)].read, *settings)
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
    names: list[str] = []
    labels = np.zeros(len(images), np.uint8)
    if given:
        values, positions = np.unique(joined(given), return_inverse=True)
        names = class_names(values, found)
        labels = positions.astype(np.min_scalar_type(len(values) - 1))
    files_of = file_names(source) or [*map(str, range(len(train))), *map(str, range(len(images) - len(train)))]
    if test is None:
        parts = train_test_split(
            np.arange(len(images)), test_size=TEST_SHARE, stratify=labels if given else None, random_state=0
        )
        order, test_count = np.concatenate(parts), len(parts[1])
        images, labels, files_of = images[order], labels[order], [files_of[place] for place in order]
    else:
        test_count = len(test)
    kind = kind_of(source)
    origin = origin_of(source) if kind == "torchvision" else f"{kind} {origin_of(source)}"
    notes = (*found.notes, *notes_on_brightness(images))
    return Images(images, labels, test_count, origin, tuple(names), bool(given), files_of, notes)


def file_names(source: Source) -> list[str]:
    """The file of each image as the source calls it, with the test images last; empty for arrays, which have rows."""
    kind = kind_of(source)
    if kind == "folder":
        return looked_at(source, folders.file_names, is_labelled(source))
    return looked_at(source, parquet.file_names) if kind == "parquet" else []


def anomaly_masks(source: Source, normal: str | None = None) -> np.ndarray | None:
    """Where the test images show an anomaly, as a folder's `ground_truth` says: bool (N, H, W), in their order.

    H and W are those of the images without padding. Images without a mask are False everywhere. None for a data set
    without masks. `normal` is the class of normal images, if that is known.

    Raises:
        DataError: see `aepipe.data.masks.read`.
    """
    if isinstance(source, str) or kind_of(source) != "folder":
        return None
    shape, resize = facts(source).shape, form_of(source).size is not None
    return looked_at(source, masks.read, shape, resize, is_labelled(source), normal)


def files(source: Source) -> list[str]:
    """The files of the data set; none for a folder, which `digest` stands for."""
    kind, place = kind_of(source), place_of(source)
    if kind == "folder":
        return []
    if kind == "parquet":
        return list(map(str, parquet.paths(place)))
    return [str(expanded(path)) for path in (place.values() if kind == "idx" else [place])]


def digest(source: Source) -> str:
    """Digest of the paths, sizes and times of all files of a folder; empty for other kinds of data sets."""
    if kind_of(source) != "folder":
        return ""
    return folders.listing(source["folder"], is_labelled(source)).digest
