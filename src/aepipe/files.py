"""Files that are either whole or not there."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Gives a temporary path of the same name, beside `path`; renames it to `path` when the block succeeds.

    A job that fails or is killed leaves the old file, or none, and never half of one.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        temporary = Path(folder) / path.name
        yield temporary
        temporary.replace(path)


def save_array(path: str | Path, array: np.ndarray) -> None:
    """Writes one array of numbers as .npy."""
    with whole(path) as temporary:
        np.save(temporary, array, allow_pickle=False)


def load_array(path: str | Path) -> np.ndarray:
    """Reads a .npy file by mapping it into memory: jobs on one machine share a single copy of it."""
    return np.load(path, mmap_mode="r", allow_pickle=False)


def save_arrays(path: str | Path, **arrays: np.ndarray) -> None:
    """Writes named arrays of numbers as one uncompressed .npz, byte for byte the same for the same arrays."""
    with whole(path) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays)


def load_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Reads what `save_arrays` wrote; pickled objects are refused with a ValueError."""
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)
