"""Images as numbers in [0, 1], and sets of images in the two spaces in which they are compared."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from aepipe.models.components import solver

if TYPE_CHECKING:
    from sklearn.decomposition import PCA


def scaled(images: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Selected images of uint8 (N, H, W) or (N, H, W, 3) -> float32 (n, ...) in [0, 1]."""
    return images[indices] / np.float32(255)


def flat(images: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Selected images of uint8 (N, H, W) or (N, H, W, 3) -> float32 (n, D) in [0, 1]."""
    return scaled(images, indices).reshape(len(indices), math.prod(images.shape[1:]))


@dataclass(frozen=True)
class ImageSet:
    """Images, and their features from the feature extractor, which data sets without labels don't have."""

    pixels: np.ndarray  # (n, D), in [0, 1]
    extracted: Mapping[str, np.ndarray]  # `features` (n, F) and `probabilities` of the classes (n, C); or nothing

    @classmethod
    def seen(cls, images: np.ndarray, extracted: Mapping[str, np.ndarray]) -> Self:
        """Images (n, ...) in [0, 1], and what is extracted from them."""
        return cls(images.reshape(len(images), -1), extracted)

    @classmethod
    def real(cls, images: np.ndarray, extracted: Mapping[str, np.ndarray], indices: np.ndarray) -> Self:
        """Selected images of a data set, uint8 (N, ...), and of what is extracted from all of them."""
        return cls.seen(scaled(images, indices), {name: values[indices] for name, values in extracted.items()})

    def at(self, positions: np.ndarray) -> Self:
        """Some of them."""
        return type(self)(self.pixels[positions], {name: own[positions] for name, own in self.extracted.items()})

    def spaces(self, components: "PCA") -> dict[str, np.ndarray]:
        """The images in the two spaces: `features` (n, F), if any, and `pca` (n, K), principal components."""
        return ({"features": self.features} if self.extracted else {}) | {"pca": components.transform(self.pixels)}

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
        """Probability of the most probable class of each image: (n,), in [1 / C, 1]."""
        return self.probabilities.max(axis=1)


def fit_components(references: ImageSet, components: int) -> "PCA":
    """The principal components of the pixels of real images, so many at most."""
    from sklearn.decomposition import PCA  # which jobs that only read images don't need

    shape = references.pixels.shape
    count = min(components, *shape)
    return PCA(count, **solver(shape, count)).fit(references.pixels.astype(np.float64))
