"""A user's folder of image files: its layout, and the classes that the names of folders give.

Layouts: `<folder>/<class>/*`, or `<folder>/train/<class>/*` and `<folder>/test/<class>/*`, with `val` beside them or in
place of `test`; all of them also without classes. Beside `test`, `ground_truth` may have masks of anomalies.
Listing is cheap, as Snakemake does it at every start: it reads only names, sizes and times of files.
"""

import hashlib
import os
import re
import stat
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePath
from typing import NamedTuple

import numpy as np

from aepipe.data import pictures
from aepipe.data.facts import Survey
from aepipe.data.images import Form
from aepipe.data.paths import expanded, first, reason, unusable
from aepipe.data.pictures import EXTENSIONS, unreadable
from aepipe.errors import DataError, printable

#: The most files to be opened at a start, which takes 0.1 ms each.
FEW_FILES = 1000
TRAIN, VALIDATION, TEST = "train", "val", "test"
#: Part of a data set -> what folders of it are called, in lower case: also `train_set`, `test-images` and the like.
PARTS = {
    part: re.compile(rf"({names})([_ -]?(set|data|dataset|images|imgs|public))?")
    for part, names in {
        TRAIN: "train|training",
        VALIDATION: "val|valid|validation|dev|eval",
        TEST: "test|testing",
    }.items()
}
GROUND_TRUTH = "ground_truth"
#: Names, in lower case, of a folder of images, and of those of what belongs to each image.
IMAGES = {"images", "image", "imgs", "img"}
BELONGING = {"masks", "mask", "labels", "label", "annotations", "segmentations"}
LAYOUTS = (
    "allowed layouts: <class>/*, or train/<class>/* and test/<class>/*, to which val/<class>/* may be added; "
    "for images without classes, leave <class> out; masks of anomalies: ground_truth/<class>/<name>_mask.png"
)
#: What is passed over: hidden files, what other systems put into folders and archives, and notes about the images.
HIDDEN = (".", "__MACOSX", "__pycache__")
NOTES = (
    *(".txt", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".md", ".rst", ".html", ".pdf", ".log"),
    *(".db", ".ini", ".py", "readme", "license", "licence"),
)


class File(NamedTuple):
    """An image file: path below the folder, class (None without classes), size and time of the last change."""

    path: str
    label: str | None
    size: int
    time: int
    problem: str | None  # why it can't be read, as far as it is known without opening it


@dataclass(frozen=True)
class Listing:
    """The files outside the test set and in it (None without a separate test set), each part sorted by path."""

    train: list[File]
    test: list[File] | None
    masks: list[File | None] | None = None  # the mask of each test image, where there are masks
    notes: tuple[str, ...] = ()  # how the layout has been understood, where that is not plain

    @property
    def files(self) -> list[File]:
        """All images."""
        return [*self.train, *(self.test or [])]

    @cached_property
    def digest(self) -> str:
        """Digest of the paths, sizes and times of all files."""
        found = [*self.files, *(mask for mask in self.masks or [] if mask)]
        lines = (f"{file.path} {file.size} {file.time}\n" for file in found)
        return hashlib.sha256("".join(lines).encode()).hexdigest()[:12]


@cache
def listing(folder: str, labelled: bool = True) -> Listing:
    """The image files of a folder, at any depth below that of their class.

    Args:
        folder: the path, as the configuration gives it.
        labelled: whether folders are classes; otherwise all images below train, test or the folder are taken.

    Raises:
        DataError: the folder is missing, has no images, has a layout other than those above, or files that aren't
            images or can't be read.
    """
    root = expanded(folder)
    if not root.is_dir():
        what = f"{folder!r} is not a folder" if root.exists() else f"there is no folder {folder!r}"
        advice = " (unpack archives of images first)" if root.exists() else ""
        raise DataError(f"{what}; give the path of a folder with images{advice}")
    inner, direct = scanned(root)
    parts = parts_in(root, inner, direct)
    if not parts:
        train = files(root, "", labelled)
        found = Listing(train, None, notes=notes_on_tables(root, train) if labelled else ())
    else:
        held_back = parts.get(TEST, parts.get(VALIDATION))
        images = {part: files(root, part, labelled) for part in parts.values()}
        if len({part[0].label is None for part in images.values()}) > 1:
            bare = [name for name, part in images.items() if part[0].label is None]
            raise DataError(
                f"{printable(root)} has classes in {first([name for name in images if name not in bare])}, but not in "
                f"{first(bare)}; sort these images into classes, move the folder elsewhere, or set `labels: false`; "
                f"{LAYOUTS}"
            )
        train = [file for name, part in images.items() if name != held_back for file in part]
        found = Listing(
            train,
            None if held_back is None else images[held_back],
            masks_for(root, inner, held_back, images[held_back]) if held_back else None,
            notes_on(parts),
        )
    checked = [*found.files, *(mask for mask in found.masks or [] if mask)]
    if problems := [f"{printable(root / file.path)}: {file.problem}" for file in checked if file.problem]:
        raise DataError(unreadable(problems, len(checked)))
    return found


def parts_in(root: Path, inner: list[str], direct: list[os.DirEntry[str]]) -> dict[str, str]:
    """Part of the data set -> its folder, training images first; empty if folders are classes.

    Raises:
        DataError: it can't be told, or something is beside the parts.
    """
    order = [TRAIN, VALIDATION, TEST]
    roles = {name: part for name in inner if (part := part_of(name))}
    roles = dict(sorted(roles.items(), key=lambda item: order.index(item[1])))
    others = [name for name in inner if name not in roles and name.lower() != GROUND_TRUTH]
    given = set(roles.values())
    if not roles or (others and (TRAIN not in given or given == {TRAIN})):
        return {}
    place = printable(root)
    if TRAIN not in given:
        raise DataError(f"{place} has the folders {first(inner)}, but no train; {LAYOUTS}")
    if len(roles) > len(given):
        twice = [name for name, role in roles.items() if list(roles.values()).count(role) > 1]
        raise DataError(f"{place} has {first(twice)}, which mean the same; move one into the other; {LAYOUTS}")
    if others:
        raise DataError(
            f"{place} has other folders besides {first(list(roles))}: {first(others)}; move them elsewhere; {LAYOUTS}"
        )
    if direct:
        raise DataError(
            f"{place} has images besides {first(list(roles))}: {first(names(direct))}; move them into one of these; "
            f"{LAYOUTS}"
        )
    return {role: name for name, role in roles.items()}


def part_of(name: str) -> str:
    """The part of a data set that a folder is by its name; empty if it is none."""
    return next((part for part, names in PARTS.items() if names.fullmatch(name.lower())), "")


def notes_on(parts: dict[str, str]) -> tuple[str, ...]:
    """How parts with validation images, or without test images, are used."""
    if parts.keys() == {TRAIN}:
        return (f"there is no test folder beside {parts[TRAIN]}: a fixed fifth of its images is the test set",)
    if VALIDATION not in parts:
        return ()
    name = parts[VALIDATION]
    if TEST in parts:
        return (f"the images of {name} join those of {parts[TRAIN]}; validation images are drawn from both",)
    return (f"the images of {name} are the test set, as there is no test folder",)


def scanned(folder: Path) -> tuple[list[str], list[os.DirEntry[str]]]:
    """The names of the folders in a folder, sorted, and its image files; DataError if there are other files."""
    inner, images, others = [], [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name.lower()
            if entry.name.startswith(HIDDEN):
                continue
            if entry.is_dir():
                inner.append(entry.name)
            elif name.endswith(EXTENSIONS):
                images.append(entry)
            elif not name.endswith(NOTES):
                others.append(entry.name)
    if others:
        raise DataError(
            f"{printable(folder)} has files that are not known as images: {first(sorted(others))}; convert or remove "
            f"them; allowed: files ending in {', '.join(EXTENSIONS)}"
        )
    return sorted(inner), images


def files(root: Path, part: str, labelled: bool) -> list[File]:
    """The images of a part of a folder: those below its subfolders, one per class, or those directly in it."""
    folder = root / part
    classes, direct = scanned(folder)
    masked = [name for name in classes if part and name.lower() == GROUND_TRUTH]
    classes = [name for name in classes if name not in masked]
    if not labelled or not classes:
        found = below(root, folder, None, without=masked)
    elif direct:
        raise DataError(
            f"{printable(folder)} has both images ({first(names(direct))}) and folders; put each image into the folder "
            f"of its class, or set `labels: false` to take all images without classes; {LAYOUTS}"
        )
    else:
        check_belonging(folder, classes)
        found = []
        for name in classes:
            check_class(folder, name, classes, alone=not part and len(classes) == 1)
            images = below(root, folder / name, name)
            if not images:
                raise DataError(
                    f"{printable(folder / name)} has no images; remove the folder, or put images into it; {ENDINGS}"
                )
            found += images
    if not found:
        raise DataError(f"{printable(folder)} has no images; {ENDINGS}; {LAYOUTS}")
    return sorted(found, key=lambda file: file.path)


ENDINGS = f"allowed: files ending in {', '.join(EXTENSIONS)}"


def check_class(folder: Path, name: str, classes: list[str], alone: bool) -> None:
    """Refuses a folder of one class that is rather one of several classes or parts.

    Raises:
        DataError: it has folders called like parts of a data set, or like the classes beside it, or it is alone in the
            data set and has nothing but folders.
    """
    inner, direct = scanned(folder / name)
    place = printable(folder / name)
    if parts := [other for other in inner if part_of(other)]:
        raise DataError(
            f"{place} has the folders {first(parts)}; if it is a data set of its own, give its path, otherwise put the "
            f"folders of classes into those of parts; {LAYOUTS}"
        )
    if alike := [other for other in inner if other in classes and other != name]:
        raise DataError(
            f"{place} has folders called like the classes beside it: {first(alike)}; move them elsewhere; {LAYOUTS}"
        )
    if alone and len(inner) > 1 and not direct:
        raise DataError(
            f"{printable(folder)} has a single folder, {printable(name)}, with the folders {first(inner)}; if these "
            f"are the classes, give the path {place}, otherwise set `labels: false`; {LAYOUTS}"
        )


def check_belonging(folder: Path, classes: list[str]) -> None:
    """DataError if folders are not classes, but images and their masks or labels."""
    lower = {name.lower() for name in classes}
    if lower <= IMAGES | BELONGING and lower & IMAGES and lower & BELONGING:
        own = next(name for name in classes if name.lower() in IMAGES)
        raise DataError(
            f"{printable(folder)} has the folders {first(classes)}, which don't look like classes; give the path of "
            f"{own}, or rename the folders if they are classes; masks of anomalies belong into {GROUND_TRUTH}; "
            f"{LAYOUTS}"
        )


def below(
    root: Path,
    folder: Path,
    label: str | None,
    above: frozenset[tuple[int, int]] = frozenset(),
    without: Collection[str] = (),
) -> list[File]:
    """The images of a class in a folder and at any depth below it; DataError for a link to a folder above.

    Folders in it that are named in `without` are left out.
    """
    status = folder.stat()
    here = (status.st_dev, status.st_ino)
    if here in above:
        raise DataError(f"{printable(folder)} is in itself, through a link; remove the link")
    inner, direct = scanned(folder)
    found = [file_of(root, entry, label) for entry in direct]
    inner = [name for name in inner if name not in without]
    return found + [file for name in inner for file in below(root, folder / name, label, above | {here})]


def notes_on_tables(root: Path, train: list[File]) -> tuple[str, ...]:
    """That tables beside images without classes are not read."""
    tables = sorted(path.name for path in root.iterdir() if path.suffix.lower() in (".csv", ".tsv"))
    if train[0].label is not None or not tables:
        return ()
    return (f"{first(tables)} is not read: for labels, put the images of each class into a folder",)


def names(entries: list[os.DirEntry[str]]) -> list[str]:
    """Their names, sorted."""
    return sorted(entry.name for entry in entries)


def file_of(root: Path, entry: os.DirEntry[str], label: str | None) -> File:
    """An image file below `root`, without opening it."""
    path = entry.path.removeprefix(f"{root}/")
    try:
        path.encode()  # names on disk may be any bytes, but figures, tables and records are UTF-8
        status = entry.stat()
    except UnicodeEncodeError:
        return File(path, label, 0, 0, "its path is not valid UTF-8; rename it")
    except OSError as error:
        return File(path, label, 0, 0, "a broken link" if entry.is_symlink() else reason(error))
    problem = unusable(status.st_mode, status.st_size)
    if not (status.st_mode & stat.S_IROTH or os.access(entry.path, os.R_OK)):
        problem = "permission denied"
    return File(path, label, status.st_size, status.st_mtime_ns, problem)


def masks_for(root: Path, inner: list[str], test: str, images: list[File]) -> list[File | None] | None:
    """The mask of each test image: ground_truth/<class>/<name>_mask.png, or <name>.png; None without `ground_truth`.

    Raises:
        DataError: a mask belongs to no test image.
    """
    places = [*map(PurePath, inner), *(PurePath(test, name) for name in scanned(root / test)[0])]
    folder = next((place for place in places if place.name.lower() == GROUND_TRUTH), None)
    if folder is None:
        return None
    masks = {str(PurePath(file.path).with_suffix("")): file for file in below(root, root / folder, None)}
    found: list[File | None] = []
    for image in images:
        name = PurePath(folder, PurePath(image.path).relative_to(test)).with_suffix("")
        found.append(masks.get(f"{name}_mask", masks.get(str(name))))
    if lost := sorted({mask.path for mask in masks.values()} - {mask.path for mask in found if mask}):
        raise DataError(
            f"{len(lost)} of {len(masks)} masks of {printable(root)} belong to no test image: {first(lost)}; remove or "
            f"rename them; the mask of {test}/<class>/<name>.png is {folder}/<class>/<name>_mask.png"
        )
    return found


def survey(folder: str, labelled: bool) -> Survey:
    """The survey of a folder, from file names, with classes as labels if they are wanted, and a few images."""
    found = listing(folder, labelled)
    path = expanded(folder) / found.train[0].path
    return Survey(
        train=len(found.train),
        test=None if found.test is None else len(found.test),
        size=pictures.size_of(path, str(path)),
        colour=colour_of(folder, labelled),
        train_labels=labels_of(found.train) if labelled else None,
        test_labels=labels_of(found.test) if labelled and found.test else None,
        notes=found.notes,
    )


def colour_of(folder: str, labelled: bool) -> str:
    """`grey` or `rgb`, by a few of the images."""
    return pictures.colour_of([expanded(folder) / file.path for file in listing(folder, labelled).files])


def suspicious(folder: str, labelled: bool) -> bool:
    """Whether the images may be all equal, as there are not many files, all of the same size."""
    found = listing(folder, labelled).files
    return len(found) <= FEW_FILES and len({file.size for file in found}) == 1


def labels_of(files: list[File]) -> np.ndarray | None:
    """The classes (n,) of files, None without classes."""
    return None if files[0].label is None else np.array([file.label for file in files])


def file_names(folder: str, labelled: bool) -> list[str]:
    """The path of each image below the folder, with the test images last."""
    return [file.path for file in listing(folder, labelled).files]


def read(folder: str, form: Form, labelled: bool = True) -> tuple[np.ndarray, np.ndarray | None]:
    """The images outside the test set, and the test images or None: uint8 (n, H, W) or (n, H, W, 3).

    Raises:
        DataError: files can't be read, or differ in size, colour or kind of numbers.
    """
    found = listing(folder, labelled)
    paths = [expanded(folder) / file.path for file in found.files]
    pixels = pictures.read(paths, list(map(str, paths)), form, colour_of(folder, labelled), folder)
    return pixels[: len(found.train)], None if found.test is None else pixels[len(found.train) :]
