"""Images, real or generated, in the two spaces that they are compared in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from aepipe.evaluation.pixels import scaled


@dataclass(frozen=True)
class ImageSet:
    """Images, and what the data set's classifier makes of them, where labels have allowed to train one.

    Attributes:
        pixels: (n, D), in [0, 1].
        extracted: `features` (n, F), the activations of the classifier's hidden layer, and `probabilities` (n, C) of
            the classes; or nothing.
    """

    pixels: np.ndarray
    extracted: Mapping[str, np.ndarray]

    @classmethod
    def seen(cls, images: np.ndarray, extracted: Mapping[str, np.ndarray]) -> Self:
        """Generated images (n, ...) in [0, 1], and what the classifier makes of them."""
        return cls(images.reshape(len(images), -1), extracted)

    @classmethod
    def real(cls, images: np.ndarray, extracted: Mapping[str, np.ndarray], indices: np.ndarray) -> Self:
        """Those at `indices` of a data set's images, uint8 (N, ...), and what the classifier makes of all."""
        return cls.seen(scaled(images, indices), {name: values[indices] for name, values in extracted.items()})

    @property
    def features(self) -> np.ndarray:
        """(n, F)."""
        return self.extracted["features"]

    @property
    def probabilities(self) -> np.ndarray:
        """(n, C)."""
        return self.extracted["probabilities"]

    @property
    def confidence(self) -> np.ndarray:
        """Probability of each image's most probable class: (n,), in [1 / C, 1]."""
        return self.probabilities.max(axis=1)
