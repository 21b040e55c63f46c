"""What is known of a data set before its images are read.

Imported by the Snakefile, so nothing here imports torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Facts:
    """Numbers of images, their shape and their classes.

    Attributes:
        train: number of images outside the test set.
        test: number of test images.
        shape: (H, W), or (H, W, 3) in colour, without padding.
        class_names: a name for each class; empty for a data set without labels.
        counts: where they are known, name -> images of a class outside the test set and in it; without a test set of
            its own, all images and None.
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


PUBLISHED = {
    "digits": Facts(1437, 360, (8, 8)),
    "mnist": Facts(60_000, 10_000, (28, 28)),
    "fmnist": Facts(60_000, 10_000, (28, 28)),
    "kmnist": Facts(60_000, 10_000, (28, 28)),
}
