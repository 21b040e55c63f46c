"""A user's folder of image files: their classes, read from the names of folders, and their pixels.

Layouts: `<folder>/<class>/*`, `<folder>/train/<class>/*` and `<folder>/test/<class>/*`, or either without classes.
Listing is cheap, as each start of Snakemake does it: it looks at names, sizes and times of files alone.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from aepipe.data.images import Form, pixels_of, size_and_colour
from aepipe.data.survey import Survey
from aepipe.errors import DataError

EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".pnm")
TRAIN, TEST = "train", "test"
#: How many files a message names.
NAMED = 5
#: What Pillow may raise for a file that is no image, or not a whole one.
UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)


@dataclass(frozen=True)
class File:
    """An image file: its path below the folder, its class (None without), and what tells that it has changed."""

    path: str
    label: str | None
    size: int
    time: int


@dataclass(frozen=True)
class Listing:
    """The files of the training part and of the test part (None where there is none), each sorted by path."""

    train: list[File]
    test: list[File] | None

    @property
    def digest(self) -> str:
        """Stands for paths, sizes and times of all files."""
        lines = (f"{file.path} {file.size} {file.time}\n" for file in (*self.train, *(self.test or [])))
        return hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()[:12]


@cache
def listing(folder: str) -> Listing:
    """The image files of a folder.

    Raises:
        DataError: there is no such folder, or no images in it, or files where they can't be told apart.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise DataError(f"there is no folder {folder!r} here; give the path of a folder with images")
    parts = {entry.name for entry in visible(root) if entry.is_dir()}
    if TEST in parts and TRAIN in parts:
        if others := sorted(parts - {TRAIN, TEST}):
            raise DataError(f"{folder} has train and test, and {first(others)} beside them; move these elsewhere")
        return Listing(files(root, TRAIN), files(root, TEST))
    return Listing(files(root, ""), None)


def files(root: Path, part: str) -> list[File]:
    """The images of a part of a folder: of its classes, or, where it has no folders, directly in it."""
    folder = root / part
    entries = list(visible(folder))
    classes = sorted(entry.name for entry in entries if entry.is_dir())
    direct = list(images_in(folder, part, None, entries))
    if classes and direct:
        raise DataError(
            f"{folder} has images beside its folders ({first([Path(file.path).name for file in direct])}); put each "
            "image into the folder of its class, or all directly into one folder, without classes"
        )
    found = direct
    for name in classes:
        own = list(images_in(folder / name, f"{part}/{name}".lstrip("/"), name, visible(folder / name)))
        if not own:
            raise DataError(f"{folder / name} has no images; allowed are files that end in {', '.join(EXTENSIONS)}")
        found += own
    if not found:
        raise DataError(f"{folder} has no images; allowed are files that end in {', '.join(EXTENSIONS)}")
    return sorted(found, key=lambda file: file.path)


def visible(folder: Path) -> Iterator[os.DirEntry[str]]:
    """What is in a folder, without hidden files and what archives of other systems leave."""
    with os.scandir(folder) as entries:
        yield from (entry for entry in entries if not entry.name.startswith((".", "__")))


def images_in(
    folder: Path, part: str, label: str | None, entries: Iterator[os.DirEntry[str]] | list[os.DirEntry[str]]
) -> Iterator[File]:
    """The image files among the entries of a folder."""
    for entry in entries:
        if entry.name.lower().endswith(EXTENSIONS) and entry.is_file():
            status = entry.stat()
            yield File(f"{part}/{entry.name}".lstrip("/"), label, status.st_size, status.st_mtime_ns)


def survey(folder: str) -> Survey:
    """What names of files and the header of the first image tell."""
    found = listing(folder)
    path = Path(folder).expanduser() / found.train[0].path
    try:
        with Image.open(path) as image:
            size, colour = size_and_colour(image)
    except UNREADABLE as error:
        problem = reason(error, path)
        raise DataError(f"{path} can't be read: {problem}; put a whole image there, or take it away") from error
    labels = labels_of(found.train), None if found.test is None else labels_of(found.test)
    known = all(label is not None for part in labels for label in part or [])
    return Survey(
        train=len(found.train),
        test=None if found.test is None else len(found.test),
        size=size,
        colour=colour,
        train_labels=np.array(labels[0]) if known else None,
        test_labels=np.array(labels[1]) if known and labels[1] is not None else None,
    )


def labels_of(files: list[File]) -> list[str | None]:
    """The class of each file."""
    return [file.label for file in files]


def read(folder: str, form: Form) -> tuple[np.ndarray, np.ndarray | None]:
    """The images of the training and of the test part, uint8 (n, H, W) or (n, H, W, 3).

    Raises:
        DataError: files can't be read, or differ in size or in colour; says how many, names the first, and what to do.
    """
    found = listing(folder)
    paths = [Path(folder).expanduser() / file.path for file in (*found.train, *(found.test or []))]
    arrays: list[np.ndarray] = []
    broken: list[str] = []
    sizes: dict[str, list[Path]] = {}
    colours: dict[str, list[Path]] = {}
    for number, path in enumerate(paths, 1):
        try:
            with Image.open(path) as image:
                arrays.append(pixels_of(image, form))
                size, colour = size_and_colour(image)
        except UNREADABLE as error:
            broken.append(f"{path}: {reason(error, path)}")
            continue
        sizes.setdefault(" x ".join(map(str, size)), []).append(path)
        colours.setdefault(colour, []).append(path)
        if number % 10_000 == 0:
            print(f"{number} of {len(paths)} images read")
    if broken:
        raise DataError(
            f"{len(broken)} of {len(paths)} images can't be read. Put whole images in their place, or take them away:\n"
            + listed(broken)
        )
    if form.size is None and len(sizes) > 1:
        raise DataError(
            f"The images of {folder} differ in size (height x width). Add `size: [height, width]` to the data set's "
            f"`source`, and all are resized to it:\n{counted(sizes)}"
        )
    if form.colour is None and len(colours) > 1:
        raise DataError(
            f"Some images of {folder} are grey, others in colour. Add `colour: grey` or `colour: rgb` to the data "
            f"set's `source`, and all are converted:\n{counted(colours)}"
        )
    pixels = np.stack(arrays)
    return pixels[: len(found.train)], None if found.test is None else pixels[len(found.train) :]


def reason(error: Exception, path: Path) -> str:
    """What is wrong with a file, without its path, which Pillow puts into some messages."""
    if isinstance(error, UnidentifiedImageError):
        return "no image, or damaged" if path.stat().st_size else "an empty file"
    return str(error).partition("\n")[0] or type(error).__name__


def first(names: list[str]) -> str:
    """The first few of some names."""
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")


def listed(lines: list[str]) -> str:
    """The first few of some lines, a line each."""
    more = f"  ... and {len(lines) - NAMED} more\n" if len(lines) > NAMED else ""
    return "".join(f"  {line}\n" for line in lines[:NAMED]) + more


def counted(groups: dict[str, list[Path]]) -> str:
    """How many files there are of each kind, the rarest first, and the first few of each."""
    rarest = sorted(groups.items(), key=lambda group: len(group[1]))
    return listed([f"{kind}: {len(paths)} ({first([str(path) for path in paths])})" for kind, paths in rarest])
