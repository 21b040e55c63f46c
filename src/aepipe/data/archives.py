"""A user's .npz of images and labels, under the names in common use."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from aepipe.data.facts import Survey
from aepipe.data.images import Form, bytes_of, survey_arrays
from aepipe.errors import DataError

#: Names of images, labels, test images and test labels, and of validation images and their labels, which become
#: training images: our own names, those of Keras and those of MedMNIST.
NAMES = (
    ("images", "labels", "test_images", "test_labels"),
    ("x_train", "y_train", "x_test", "y_test"),
    ("train_images", "train_labels", "test_images", "test_labels", "val_images", "val_labels"),
)
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


@contextmanager
def opened(path: str) -> Iterator[tuple[Any, dict[str, list[str]]]]:
    """The open archive, and the names in it that make up each of `images`, `labels`, `test_images`, `test_labels`.

    Raises:
        DataError: the file is missing, damaged or not an .npz of numbers, or has no array of images.
    """
    if not Path(path).expanduser().is_file():
        raise DataError(f"there is no file {path!r}; give the path of an .npz file")
    try:
        with np.load(Path(path).expanduser(), allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise DataError(f"{path} is not an .npz file (see numpy.savez)")
            yield archive, names_in(path, archive.files)
    except (ValueError, EOFError, OSError, AttributeError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is damaged or not an .npz file of numbers: {error}") from error


def names_in(path: str, present: list[str]) -> dict[str, list[str]]:
    """See `opened`."""
    for images, labels, test_images, test_labels, *validation in NAMES:
        if images in present:
            wanted = {
                "images": [images, *validation[:1]],
                "labels": [labels, *validation[1:]],
                "test_images": [test_images],
                "test_labels": [test_labels],
            }
            return {part: [name for name in names if name in present] for part, names in wanted.items()}
    allowed = "; or ".join(", ".join(names) for names in NAMES)
    raise DataError(
        f"{path} contains {', '.join(present) or 'nothing'}; allowed: {allowed} (labels and test set are optional)"
    )


def survey(path: str) -> Survey:
    """The survey of an archive, from the headers of the images and from the labels."""
    with opened(path) as (archive, names):

        def header(name: str) -> tuple[tuple[int, ...], np.dtype]:
            with archive.zip.open(f"{name}.npy") as file:
                shape, _, dtype = HEADERS[np.lib.format.read_magic(file)](file)
            return shape, dtype

        train, test = (
            {f"{name} of {path}": header(name) for name in names[part]} for part in ("images", "test_images")
        )
        labels = [labels_in(archive, names[part], path) for part in ("labels", "test_labels")]
        return survey_arrays(train, test, *labels)


def labels_in(archive: Any, names: list[str], path: str) -> np.ndarray | None:
    """The labels (n,) of some arrays of an archive, or None without any."""
    parts = []
    for name in names:
        labels = archive[name]
        if labels.ndim == 2 and labels.shape[1] == 1:  # as in MedMNIST
            labels = labels[:, 0]
        if labels.ndim != 1 or labels.dtype.kind not in "iubU":
            raise DataError(
                f"{name} of {path} has type {labels.dtype} and shape {labels.shape}; allowed: one integer per image; "
                "or set `labels: false` to ignore labels"
            )
        parts.append(labels)
    return np.concatenate(parts) if parts else None


def read(path: str, form: Form) -> tuple[np.ndarray, np.ndarray | None]:
    """The images outside the test set, and the test images or None: uint8 (n, H, W) or (n, H, W, 3)."""
    with opened(path) as (archive, names):
        train, test = (
            [bytes_of(archive[name], form, f"{name} of {path}") for name in names[part]]
            for part in ("images", "test_images")
        )
        return np.concatenate(train), np.concatenate(test) if test else None
