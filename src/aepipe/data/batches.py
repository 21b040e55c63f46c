"""Batches of examples from arrays on disk, which jobs share by memory mapping, or on a GPU."""

import copy
import warnings
from typing import Any, Protocol, Self

import numpy as np
import torch
from torch import Tensor


class Batches(Protocol):
    """Examples that are picked by position."""

    @property
    def device(self) -> torch.device:
        """Device of the examples, and of the positions that pick them."""

    def to(self, device: torch.device) -> Self:
        """The same examples on a device."""

    def __len__(self) -> int:
        """Number of examples."""

    def __getitem__(self, positions: Tensor) -> Any:
        """The examples at `positions`, in the form that the `losses` of the trained model take."""


class ArrayBatches:
    """Rows of an array, all of them or those at `indices` (n,), flattened."""

    def __init__(self, array: np.ndarray, indices: np.ndarray | None = None) -> None:
        self.rows = shared_tensor(array).flatten(1)
        self.indices = torch.arange(len(array)) if indices is None else torch.from_numpy(indices)

    @property
    def device(self) -> torch.device:
        """See Batches."""
        return self.rows.device

    def to(self, device: torch.device) -> Self:
        """See Batches. Copies only the selected rows to another device."""
        if device == self.device:
            return self
        moved = copy.copy(self)
        moved.rows = self.rows.index_select(0, self.indices).to(device)
        moved.indices = torch.arange(len(self), device=device)
        return moved

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.indices)

    def __getitem__(self, positions: Tensor | slice) -> Tensor:
        """Positions (B,) -> rows (B, n)."""
        return self.rows.index_select(0, self.indices[positions])


class ImageBatches(ArrayBatches):
    """Images of a uint8 array, scaled to [0, 1] when they are picked."""

    def __getitem__(self, positions: Tensor | slice) -> Tensor:
        """Positions (B,) -> pixels (B, D), float32 in [0, 1]."""
        return super().__getitem__(positions) / 255


def shared_tensor(array: np.ndarray) -> Tensor:
    """A tensor that shares the memory of a read-only array."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        return torch.from_numpy(array)
