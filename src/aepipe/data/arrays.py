"""Arrays of numbers in files that can't carry code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from aepipe.errors import DamagedFileError


def save_array(path: str | Path, array: np.ndarray) -> None:
    """Writes one array of numbers as .npy."""
    np.save(path, array, allow_pickle=False)


def load_array(path: str | Path) -> np.ndarray:
    """Reads a .npy file by mapping it into memory: jobs on one machine share a single copy of it.

    Raises:
        DamagedFileError: it is no array of numbers: truncated, something else, or pickled objects.
    """
    with only_numbers(path):
        return np.load(path, mmap_mode="r", allow_pickle=False)


def save_arrays(path: str | Path, **arrays: np.ndarray) -> None:
    """Writes named arrays of numbers as one uncompressed .npz, byte for byte the same for the same arrays."""
    np.savez(path, allow_pickle=False, **arrays)


def load_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Reads what `save_arrays` wrote.

    Raises:
        DamagedFileError: it holds anything else than arrays of numbers, such as pickled objects.
    """
    with only_numbers(path), np.load(path, allow_pickle=False) as archive:
        return dict(archive)


@contextmanager
def only_numbers(path: str | Path) -> Iterator[None]:
    """Names the file that the block can't read."""
    try:
        yield
    except (ValueError, EOFError, AttributeError, BadZipFile) as error:
        raise DamagedFileError(f"{path} holds no arrays of numbers, or is damaged: {error}") from error
