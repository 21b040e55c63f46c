"""A user's .npz: arrays of images and labels, under the names that are in use."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from aepipe.data.images import GREY, RGB, Form, bytes_of, shape_problem
from aepipe.data.survey import Survey
from aepipe.errors import DataError

#: Images, labels, test images, test labels, and of some archives validation images with their labels, which become
#: training images: ours, Keras's and MedMNIST's names.
NAMES = (
    ("images", "labels", "test_images", "test_labels"),
    ("x_train", "y_train", "x_test", "y_test"),
    ("train_images", "train_labels", "test_images", "test_labels", "val_images", "val_labels"),
)
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


@contextmanager
def opened(path: str) -> Iterator[Any]:
    """The archive, not yet read.

    Raises:
        DataError: there is no such file, or it is no .npz of numbers; names it.
    """
    if not Path(path).expanduser().is_file():
        raise DataError(f"there is no file {path!r} here; give the path of a .npz")
    try:
        with np.load(Path(path).expanduser(), allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise DataError(f"{path} is no .npz, which numpy.savez writes")
            yield archive
    except (ValueError, EOFError, OSError, AttributeError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is no .npz of numbers, or is damaged: {error}") from error


def names_in(path: str, there: list[str]) -> dict[str, list[str]]:
    """`images`, `labels`, `test_images` and `test_labels` -> the arrays that make each, those of the archive.

    Raises:
        DataError: names the arrays that are there, and those that could be.
    """
    for images, labels, test_images, test_labels, *validation in NAMES:
        if images in there:
            wanted = {
                "images": [images, *validation[:1]],
                "labels": [labels, *validation[1:]],
                "test_images": [test_images],
                "test_labels": [test_labels],
            }
            return {part: [name for name in names if name in there] for part, names in wanted.items()}
    allowed = "; or ".join(", ".join(names) for names in NAMES)
    raise DataError(f"{path} holds {', '.join(there) or 'nothing'}; allowed: {allowed} (labels and test set may lack)")


def header(archive: Any, name: str) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and kind of an array of an archive, without reading it."""
    with archive.zip.open(f"{name}.npy") as file:
        shape, _, dtype = HEADERS[np.lib.format.read_magic(file)](file)
    return shape, dtype


def survey(path: str) -> Survey:
    """What the headers of the images and the labels tell."""
    with opened(path) as archive:
        names = names_in(path, list(archive.files))
        shapes = []
        for name in (*names["images"], *names["test_images"]):
            shape, dtype = header(archive, name)
            if problem := shape_problem(shape, "f" if dtype.kind == "f" else dtype.str[1:]):
                raise DataError(f"{name} of {path} {problem}")
            shapes.append(shape)
        if len({shape[1:] for shape in shapes}) > 1:
            raise DataError(f"{path}: images differ in shape: {', '.join(map(str, shapes))}")
        count = len(names["images"])
        train, test = sum(shape[0] for shape in shapes[:count]), sum(shape[0] for shape in shapes[count:])
        return Survey(
            train=train,
            test=test if names["test_images"] else None,
            size=(shapes[0][1], shapes[0][2]),
            colour=RGB if shapes[0][3:] == (3,) else GREY,
            train_labels=labels_in(archive, names["labels"], path),
            test_labels=labels_in(archive, names["test_labels"], path),
        )


def labels_in(archive: Any, names: list[str], path: str) -> np.ndarray | None:
    """The labels that some arrays of an archive make, (n,), or None where there are none."""
    parts = []
    for name in names:
        labels = archive[name]
        if labels.ndim == 2 and labels.shape[1] == 1:  # as MedMNIST has them
            labels = labels[:, 0]
        if labels.ndim != 1 or labels.dtype.kind not in "iubU":
            raise DataError(
                f"{name} of {path} is {labels.dtype} of shape {labels.shape}; allowed: integers, one for each image; "
                "or `labels: false` to do without"
            )
        parts.append(labels)
    return np.concatenate(parts) if parts else None


def read(path: str, form: Form) -> tuple[np.ndarray, np.ndarray | None]:
    """The images of the training and of the test part, uint8 (n, H, W) or (n, H, W, 3)."""
    with opened(path) as archive:
        names = names_in(path, list(archive.files))
        train, test = (
            [bytes_of(archive[name], form, f"{name} of {path}") for name in names[part]]
            for part in ("images", "test_images")
        )
        return np.concatenate(train), np.concatenate(test) if test else None
