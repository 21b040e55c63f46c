"""What is known of a data set before its images are read. Snakemake imports this: nothing here may import torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Facts:
    """Numbers of images, their shape and their classes."""

    train: int  # images outside the test set
    test: int  # images in the test set
    shape: tuple[int, ...]  # (H, W), or (H, W, 3) in colour, without padding
    class_names: tuple[str, ...] = tuple(map(str, range(10)))  # empty for a data set without labels
    #: If known, name -> images of a class outside the test set and in it; without a separate test set, all and None.
    counts: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)

    @property
    def classes(self) -> range:
        """0 ... C - 1."""
        return range(len(self.class_names))

    def without_others(self, name: str, test_share: float) -> "Facts":
        """What is known of the images of one class alone, a data set without labels.

        Args:
            name: of the class; one of those with counts.
            test_share: of each class in the test set, where that is not a separate one.
        """
        outside, inside = self.counts[name]
        test = round(test_share * outside) if inside is None else inside
        return Facts(outside - test if inside is None else outside, test, self.shape, ())

    @property
    def only_tested(self) -> list[str]:
        """The names of classes that have images in the test set alone, as those of anomalies."""
        return [name for name, (outside, _) in self.counts.items() if outside == 0]


@dataclass(frozen=True)
class Survey:
    """What file names and headers say about a user's data set."""

    train: int  # images outside the test set; all images if there is no separate test set
    test: int | None  # images in the test set, if there is a separate one
    size: tuple[int, int]  # (H, W)
    colour: str  # `grey` or `rgb`
    train_labels: np.ndarray | None = None  # (train,) as in the files
    test_labels: np.ndarray | None = None  # (test,)
    names: Sequence[str] = ()  # of labels 0, 1, ..., if the files have names for them
    notes: tuple[str, ...] = ()  # how parts of the data set have been understood, where that is not plain


PUBLISHED = {
    "digits": Facts(1437, 360, (8, 8)),
    "mnist": Facts(60_000, 10_000, (28, 28)),
    "fmnist": Facts(60_000, 10_000, (28, 28)),
    "kmnist": Facts(60_000, 10_000, (28, 28)),
    "animals": Facts(8_000, 2_000, (28, 28)),
}
