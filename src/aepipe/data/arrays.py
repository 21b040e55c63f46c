"""Arrays of numbers on disk, in files that can't contain code."""

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
    """Maps a .npy file into memory, so that all jobs on a machine share one copy; DamagedFileError if not numbers."""
    with only_numbers(path):
        return np.load(path, mmap_mode="r", allow_pickle=False)


def save_arrays(path: str | Path, **arrays: np.ndarray) -> None:
    """Writes named arrays of numbers as an uncompressed .npz; equal arrays give equal bytes."""
    np.savez(path, allow_pickle=False, **arrays)


def load_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Reads all arrays of an .npz; DamagedFileError if they are not numbers."""
    with only_numbers(path), np.load(path, allow_pickle=False) as archive:
        return dict(archive)


@contextmanager
def only_numbers(path: str | Path) -> Iterator[None]:
    """Reports truncated files, other formats and pickled objects as DamagedFileError."""
    try:
        yield
    except (ValueError, EOFError, AttributeError, BadZipFile) as error:
        raise DamagedFileError(f"{path} is damaged or not a file of numeric arrays: {error}") from error
