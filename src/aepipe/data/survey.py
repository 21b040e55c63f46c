"""What the headers of a user's files tell, without reading all images."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Survey:
    """A user's data set as its files have it.

    Attributes:
        train: number of images outside the test set; of all, where there is no test set.
        test: number of test images, or None where no test set is given.
        size: (H, W).
        colour: `grey` or `rgb`.
        train_labels: (train,) as the files have them, or None.
        test_labels: (test,), or None.
    """

    train: int
    test: int | None
    size: tuple[int, int]
    colour: str
    train_labels: np.ndarray | None = None
    test_labels: np.ndarray | None = None
