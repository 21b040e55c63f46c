"""What is known of a data set before its images are read. Snakemake imports this: nothing here may import torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Facts:
    """Numbers of images, their shape and their classes.

    Attributes:
        train: number of images outside the test set.
        test: number of test images.
        shape: (H, W), or (H, W, 3) in colour, without padding.
        class_names: a name for each class; empty for a data set without labels.
        counts: if known, name -> number of images of a class outside the test set and in it; without a separate test
            set, of all its images and None.
    """

    train: int
    test: int
    shape: tuple[int, ...]
    class_names: tuple[str, ...] = tuple(map(str, range(10)))
    counts: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)

    @property
    def classes(self) -> range:
        """0 ... C - 1."""
        return range(len(self.class_names))


@dataclass(frozen=True)
class Survey:
    """What file names and headers say about a user's data set.

    Attributes:
        train: number of images outside the test set; of all images if there is no separate test set.
        test: number of test images, or None if there is no separate test set.
        size: (H, W).
        colour: `grey` or `rgb`.
        train_labels: (train,) as in the files, or None.
        test_labels: (test,), or None.
    """

    train: int
    test: int | None
    size: tuple[int, int]
    colour: str
    train_labels: np.ndarray | None = None
    test_labels: np.ndarray | None = None


PUBLISHED = {
    "digits": Facts(1437, 360, (8, 8)),
    "mnist": Facts(60_000, 10_000, (28, 28)),
    "fmnist": Facts(60_000, 10_000, (28, 28)),
    "kmnist": Facts(60_000, 10_000, (28, 28)),
}
