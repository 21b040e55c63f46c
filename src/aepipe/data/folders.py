"""A user's folder of image files: classes, read from the names of folders, and pixels.

Layouts: `<folder>/<class>/*`, or `<folder>/train/<class>/*` and `<folder>/test/<class>/*`; both also without classes.
Listing is cheap, as Snakemake does it at every start: it reads only names, sizes and times of files.
"""

import hashlib
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from aepipe.data.facts import Survey
from aepipe.data.images import Form, kind_of_numbers, pixels_of, size_and_colour
from aepipe.data.paths import NAMED, expanded, first, reason, unusable
from aepipe.errors import DataError, printable

EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".pnm")
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
TRAIN, TEST = "train", "test"
#: The most files to be opened at a start, which takes 0.1 ms each.
FEW_FILES = 1000
#: Names of folders that are parts of a data set rather than classes, if there are no others beside them.
PARTS = {TRAIN, TEST, "training", "testing", "val", "valid", "validation"}
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
    """The files outside the test set and in it (None without a separate test set), each sorted by path."""

    train: list[File]
    test: list[File] | None

    @property
    def files(self) -> list[File]:
        """All files."""
        return [*self.train, *(self.test or [])]

    @cached_property
    def digest(self) -> str:
        """Digest of the paths, sizes and times of all files."""
        lines = (f"{file.path} {file.size} {file.time}\n" for file in self.files)
        return hashlib.sha256("".join(lines).encode()).hexdigest()[:12]


@cache
def listing(folder: str) -> Listing:
    """The image files of a folder.

    Raises:
        DataError: the folder is missing, has no images, has a layout other than those above, or files that aren't
            images or can't be read.
    """
    root = expanded(folder)
    if not root.is_dir():
        what = f"{folder!r} is not a folder" if root.exists() else f"there is no folder {folder!r}"
        raise DataError(f"{what}; give the path of a folder with images")
    inner, direct = scanned(root)
    if {TRAIN, TEST} <= set(inner):
        if others := sorted({*inner} - {TRAIN, TEST}):
            raise DataError(
                f"{printable(folder)} has other folders besides train and test: {first(others)}; move them elsewhere"
            )
        if direct:
            raise DataError(
                f"{printable(folder)} has images besides train and test: {first(names(direct))}; move them into one of "
                "them"
            )
        found = Listing(files(root, TRAIN, *scanned(root / TRAIN)), files(root, TEST, *scanned(root / TEST)))
    elif inner and {name.lower() for name in inner} <= PARTS:
        raise DataError(
            f"{printable(folder)} has the folders {first(inner)}; allowed: train and test, both and in lower case, or "
            "one folder per class"
        )
    else:
        found = Listing(files(root, "", inner, direct), None)
    if problems := [f"{printable(root / file.path)}: {file.problem}" for file in found.files if file.problem]:
        raise DataError(unreadable(problems, len(found.files)))
    return found


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


def files(root: Path, part: str, classes: list[str], direct: list[os.DirEntry[str]]) -> list[File]:
    """The images of a part of a folder: those in its subfolders, one per class, or those directly in it."""
    folder = root / part
    if classes and direct:
        raise DataError(
            f"{printable(folder)} has both images ({first(names(direct))}) and folders; put each image into the folder "
            "of its class, or all images directly into one folder, without classes"
        )
    found = [] if classes else [file_of(root, entry, None) for entry in direct]
    for name in classes:
        inner, images = scanned(folder / name)
        if inner:
            raise DataError(
                f"{printable(folder / name)} has folders: {first(inner)}; put all images of a class directly into "
                "its own"
            )
        if not images:
            raise DataError(no_images(folder / name))
        found += [file_of(root, entry, name) for entry in images]
    if not found:
        raise DataError(no_images(folder))
    return sorted(found, key=lambda file: file.path)


def no_images(folder: Path) -> str:
    """The message about a folder without images."""
    return f"{printable(folder)} has no images; allowed: files ending in {', '.join(EXTENSIONS)}"


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


def survey(folder: str, labelled: bool) -> Survey:
    """The survey of a folder, from file names, with classes as labels if they are wanted, and the first image."""
    found = listing(folder)
    path = expanded(folder) / found.train[0].path
    try:
        with opened(path) as image:
            size, colour = size_and_colour(image)
    except Exception as error:  # see `opened`
        raise DataError(f"{printable(path)} can't be read: {why(error)}; replace or remove it") from error
    return Survey(
        train=len(found.train),
        test=None if found.test is None else len(found.test),
        size=size,
        colour=colour,
        train_labels=labels_of(found.train) if labelled else None,
        test_labels=labels_of(found.test) if labelled and found.test else None,
    )


def suspicious(folder: str) -> bool:
    """Whether the images may be all equal, as there are not many files, all of the same size."""
    found = listing(folder).files
    return len(found) <= FEW_FILES and len({file.size for file in found}) == 1


def labels_of(files: list[File]) -> np.ndarray | None:
    """The classes (n,) of files, None without classes."""
    return None if files[0].label is None else np.array([file.label for file in files])


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """An image file, of which only the header has been read.

    Raises:
        Exception: the file is damaged, too large or not an image. Pillow raises almost anything for damaged files.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged metadata, of images that can be read
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(path, formats=FORMATS) as image:
            yield image


def read(folder: str, form: Form) -> tuple[np.ndarray, np.ndarray | None]:
    """The images outside the test set, and the test images or None: uint8 (n, H, W) or (n, H, W, 3).

    Raises:
        DataError: files can't be read, or differ in size, colour or kind of numbers.
    """
    found = listing(folder)
    paths = [expanded(folder) / file.path for file in found.files]
    arrays: list[np.ndarray] = []
    problems: list[str] = []
    sizes: dict[str, list[Path]] = {}
    colours: dict[str, list[Path]] = {}
    numbers: dict[str, list[Path]] = {}
    bits = bits_used(paths)
    for number, path in enumerate(paths, 1):
        try:
            with opened(path) as image:
                arrays.append(pixels_of(image, form, bits))
                size, colour = size_and_colour(image)
                numbers.setdefault(kind_of_numbers(image), []).append(path)
        except Exception as error:  # see `opened`
            problems.append(f"{printable(path)}: {why(error)}")
            continue
        sizes.setdefault(" x ".join(map(str, size)), []).append(path)
        colours.setdefault(colour, []).append(path)
        if number % 10_000 == 0:
            print(f"{number} of {len(paths)} images read")
    if problems:
        raise DataError(unreadable(problems, len(paths)))
    if form.size is None and len(sizes) > 1:
        raise DataError(
            f"The images of {printable(folder)} differ in size (height x width): {counted(sizes)}. To resize all of "
            "them, add `size: [height, width]` to the data set's `source`"
        )
    if form.colour is None and len(colours) > 1:
        raise DataError(
            f"Some images of {printable(folder)} are grey, others in colour: {counted(colours)}. To convert all of "
            "them, add `colour: grey` or `colour: rgb` to the data set's `source`"
        )
    if len(numbers) > 1:
        raise DataError(
            f"The images of {printable(folder)} are not stored alike: {counted(numbers)}. Convert some of them"
        )
    pixels = np.stack(arrays)
    return pixels[: len(found.train)], None if found.test is None else pixels[len(found.train) :]


def bits_used(paths: list[Path]) -> int:
    """The bits that the brightest pixel takes, if the images are of 16 bits, of which cameras may use 12; else 16.

    Damaged files are passed over here.
    """
    brightest = 0
    for path in paths:
        with suppress(Exception), opened(path) as image:
            if kind_of_numbers(image) != "16 bits":
                return 16
            brightest = max(brightest, int(np.asarray(image).max()))
    bits = max(brightest.bit_length(), 1)
    print(f"The images use {bits} of 16 bits.")
    return bits


def why(error: Exception) -> str:
    """The problem with an image file, without its path, which some of Pillow's messages include."""
    return "damaged or not an image" if isinstance(error, UnidentifiedImageError) else reason(error)


def unreadable(problems: list[str], total: int) -> str:
    """The message about files that can't be read, with the first of them."""
    return f"{len(problems)} of {total} images can't be read; replace or remove them: {first(problems)}"


def counted(groups: dict[str, list[Path]]) -> str:
    """The number of files of each kind, the rarest first, with the first few of each."""
    rarest = sorted(groups.items(), key=lambda group: len(group[1]))
    return "; ".join(f"{kind}: {len(paths)} ({first(paths)})" for kind, paths in rarest[:NAMED]) + (
        "; ..." if len(rarest) > NAMED else ""
    )
