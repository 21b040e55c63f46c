"""Images, real or generated, in the two spaces that they are compared in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from aepipe.evaluation.pixels import scaled


@dataclass(frozen=True)
class ImageSet:
    """Images and what the data set's classifier makes of them.

    Attributes:
        pixels: (n, D), in [0, 1].
        features: (n, F), the activations of the classifier's hidden layer.
        probabilities: (n, C), of the classes.
    """

    pixels: np.ndarray
    features: np.ndarray
    probabilities: np.ndarray

    @classmethod
    def seen(cls, images: np.ndarray, sight: Mapping[str, np.ndarray]) -> Self:
        """Generated images (n, H, W) in [0, 1], and `features` and `probabilities` of them."""
        return cls(images.reshape(len(images), -1), sight["features"], sight["probabilities"])

    @classmethod
    def real(cls, images: np.ndarray, sight: Mapping[str, np.ndarray], indices: np.ndarray) -> Self:
        """Those at `indices` of a data set's images, uint8 (N, H, W), and `features` and `probabilities` of all."""
        return cls.seen(scaled(images, indices), {name: values[indices] for name, values in sight.items()})

    @property
    def confidence(self) -> np.ndarray:
        """Probability of each image's most probable class: (n,), in [1 / C, 1]."""
        return self.probabilities.max(axis=1)
