"""Examples picked in batches from arrays on disk, which jobs share by memory mapping."""

import warnings
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor


class Batches(Protocol):
    """Examples that can be picked by their positions."""

    def __len__(self) -> int:
        """Number of examples."""

    def __getitem__(self, positions: Tensor) -> Any:
        """The examples at `positions`, as the trained model's `losses` takes them."""


class ImageBatches:
    """Some images of a uint8 array, flat and scaled to [0, 1] as they are picked."""

    def __init__(self, images: np.ndarray, indices: np.ndarray) -> None:
        self.images = shared_tensor(images).flatten(1)
        self.indices = torch.from_numpy(indices)

    def __len__(self) -> int:
        """Number of images."""
        return len(self.indices)

    def __getitem__(self, positions: Tensor | slice) -> Tensor:
        """Positions (B,) -> pixels (B, D), float32 in [0, 1]."""
        return self.images.index_select(0, self.indices[positions]).float().div_(255)


class ArrayBatches:
    """All rows of a float32 array."""

    def __init__(self, rows: np.ndarray) -> None:
        self.rows = shared_tensor(rows)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.rows)

    def __getitem__(self, positions: Tensor) -> Tensor:
        """Positions (B,) -> rows (B, n)."""
        return self.rows[positions]


def shared_tensor(array: np.ndarray) -> Tensor:
    """A tensor on the array's own memory, which nobody writes to."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        return torch.from_numpy(array)
