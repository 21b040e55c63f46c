"""A user's folder of image files: classes, read from the names of folders, and pixels.

Layouts: `<folder>/<class>/*`, or `<folder>/train/<class>/*` and `<folder>/test/<class>/*`; both also without classes.
Listing is cheap, as Snakemake does it at every start: it reads only names, sizes and times of files.
"""

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from aepipe.data.facts import Survey
from aepipe.data.images import Form, pixels_of, size_and_colour
from aepipe.errors import DataError

EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".pnm")
TRAIN, TEST = "train", "test"
#: Number of files that a message names.
NAMED = 5
#: Pillow's errors for files that are damaged or not images.
UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)


@dataclass(frozen=True)
class File:
    """An image file: path below the folder, class (None without classes), size and time of the last change."""

    path: str
    label: str | None
    size: int
    time: int


@dataclass(frozen=True)
class Listing:
    """The files outside the test set and in it (None without a separate test set), each sorted by path."""

    train: list[File]
    test: list[File] | None

    @property
    def digest(self) -> str:
        """Digest of the paths, sizes and times of all files."""
        lines = (f"{file.path} {file.size} {file.time}\n" for file in (*self.train, *(self.test or [])))
        return hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()[:12]


@cache
def listing(folder: str) -> Listing:
    """The image files of a folder.

    Raises:
        DataError: the folder is missing, has no images, or has a layout other than those above.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise DataError(f"there is no folder {folder!r}; give the path of a folder with images")
    parts = {entry.name for entry in visible(root) if entry.is_dir()}
    if TEST not in parts or TRAIN not in parts:
        return Listing(files(root, ""), None)
    if others := sorted(parts - {TRAIN, TEST}):
        raise DataError(f"{folder} has other folders besides train and test: {first(others)}; move them elsewhere")
    return Listing(files(root, TRAIN), files(root, TEST))


def files(root: Path, part: str) -> list[File]:
    """The images of a part of a folder: those in its subfolders, one per class, or those directly in it."""
    folder = root / part
    classes = sorted(entry.name for entry in visible(folder) if entry.is_dir())
    direct = images_in(root, folder, None)
    if classes and direct:
        raise DataError(
            f"{folder} has both images ({first([Path(file.path).name for file in direct])}) and folders; put each "
            "image into the folder of its class, or all images directly into one folder, without classes"
        )
    groups = {name: images_in(root, folder / name, name) for name in classes} or {"": direct}
    for name, group in groups.items():
        if not group:
            raise DataError(f"{folder / name} has no images; allowed: files ending in {', '.join(EXTENSIONS)}")
    return sorted((file for group in groups.values() for file in group), key=lambda file: file.path)


def visible(folder: Path) -> list[os.DirEntry[str]]:
    """The entries of a folder, without hidden files and those that archives from other systems contain."""
    with os.scandir(folder) as entries:
        return [entry for entry in entries if not entry.name.startswith((".", "__"))]


def images_in(root: Path, folder: Path, label: str | None) -> list[File]:
    """The image files directly in a folder below `root`."""
    found = []
    for entry in visible(folder):
        if entry.name.lower().endswith(EXTENSIONS) and entry.is_file():
            status = entry.stat()
            found.append(File(entry.path.removeprefix(f"{root}/"), label, status.st_size, status.st_mtime_ns))
    return found


def survey(folder: str) -> Survey:
    """The survey of a folder, from file names and the header of the first image."""
    found = listing(folder)
    path = Path(folder).expanduser() / found.train[0].path
    try:
        with Image.open(path) as image:
            size, colour = size_and_colour(image)
    except UNREADABLE as error:
        raise DataError(f"{path} can't be read: {reason(error, path)}; replace or remove it") from error
    train, test = ([file.label for file in part] for part in (found.train, found.test or []))
    labelled = None not in (*train, *test)
    return Survey(
        train=len(found.train),
        test=None if found.test is None else len(found.test),
        size=size,
        colour=colour,
        train_labels=np.array(train) if labelled else None,
        test_labels=np.array(test) if labelled and found.test is not None else None,
    )


def read(folder: str, form: Form) -> tuple[np.ndarray, np.ndarray | None]:
    """The images outside the test set, and the test images or None: uint8 (n, H, W) or (n, H, W, 3).

    Raises:
        DataError: files can't be read, or differ in size or colour.
    """
    found = listing(folder)
    paths = [Path(folder).expanduser() / file.path for file in (*found.train, *(found.test or []))]
    arrays: list[np.ndarray] = []
    unreadable: list[str] = []
    sizes: dict[str, list[Path]] = {}
    colours: dict[str, list[Path]] = {}
    for number, path in enumerate(paths, 1):
        try:
            with Image.open(path) as image:
                arrays.append(pixels_of(image, form))
                size, colour = size_and_colour(image)
        except UNREADABLE as error:
            unreadable.append(f"{path}: {reason(error, path)}")
            continue
        sizes.setdefault(" x ".join(map(str, size)), []).append(path)
        colours.setdefault(colour, []).append(path)
        if number % 10_000 == 0:
            print(f"{number} of {len(paths)} images read")
    if unreadable:
        raise DataError(
            f"{len(unreadable)} of {len(paths)} images can't be read. Replace or remove them:\n{listed(unreadable)}"
        )
    if form.size is None and len(sizes) > 1:
        raise DataError(
            f"The images of {folder} differ in size (height x width). To resize all of them, add "
            f"`size: [height, width]` to the data set's `source`:\n{counted(sizes)}"
        )
    if form.colour is None and len(colours) > 1:
        raise DataError(
            f"Some images of {folder} are grey, others in colour. To convert all of them, add `colour: grey` or "
            f"`colour: rgb` to the data set's `source`:\n{counted(colours)}"
        )
    pixels = np.stack(arrays)
    return pixels[: len(found.train)], None if found.test is None else pixels[len(found.train) :]


def reason(error: Exception, path: Path) -> str:
    """The problem with a file, without its path, which some of Pillow's messages include."""
    if isinstance(error, UnidentifiedImageError):
        return "damaged or not an image" if path.stat().st_size else "empty"
    return str(error).partition("\n")[0] or type(error).__name__


def first(names: list[str]) -> str:
    """The first few names."""
    return ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")


def listed(lines: list[str]) -> str:
    """The first few lines, indented."""
    more = f"  ... and {len(lines) - NAMED} more\n" if len(lines) > NAMED else ""
    return "".join(f"  {line}\n" for line in lines[:NAMED]) + more


def counted(groups: dict[str, list[Path]]) -> str:
    """The number of files of each kind, the rarest first, with the first few of each."""
    rarest = sorted(groups.items(), key=lambda group: len(group[1]))
    return listed([f"{kind}: {len(paths)} ({first([str(path) for path in paths])})" for kind, paths in rarest])
