"""Arrays of numbers in files that can't carry code."""

from pathlib import Path

import numpy as np


def save_array(path: str | Path, array: np.ndarray) -> None:
    """Writes one array of numbers as .npy."""
    np.save(path, array, allow_pickle=False)


def load_array(path: str | Path) -> np.ndarray:
    """Reads a .npy file by mapping it into memory: jobs on one machine share a single copy of it."""
    return np.load(path, mmap_mode="r", allow_pickle=False)


def save_arrays(path: str | Path, **arrays: np.ndarray) -> None:
    """Writes named arrays of numbers as one uncompressed .npz, byte for byte the same for the same arrays."""
    np.savez(path, allow_pickle=False, **arrays)


def load_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Reads what `save_arrays` wrote; pickled objects are refused with a ValueError."""
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)
