"""Interpolation between two images: whether the images on the path are like real ones."""

import numpy as np
from scipy.special import entr
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from aepipe.evaluation.image_sets import ImageSet


def draw_pairs(test: np.ndarray, labels: np.ndarray | None, pairs: int, seed: int) -> np.ndarray:
    """Indices of pairs of test images of different classes: (2, pairs), the starts and the ends.

    Args:
        test: indices of the test images, of at least two classes.
        labels: (N,) of all images; if None, pairs are of any two different images.
        pairs: number of pairs.
        seed: determines the pairs.
    """
    random = np.random.default_rng(seed)
    starts = random.choice(test, pairs)
    classes = np.arange(test.max() + 1) if labels is None else labels  # without labels, each image is its own class
    ends = [random.choice(test[classes[test] != classes[start]]) for start in starts]
    return np.stack([starts, ends])


def path_metrics(paths: ImageSet, references: ImageSet, components: PCA, steps: int) -> dict[str, float]:
    """Means over paths between two images.

    Args:
        paths: the images of all paths, `steps` each, one path after the other.
        references: real images.
        components: of the references.
        steps: images per path, including both ends; odd and >= 3, so that one is the midpoint.

    Returns:
        `midpoint_distance`: L2 distance of the pixels of the midpoint, each in [0, 1], to the nearest reference;
        `midpoint_distance_pca` and `midpoint_distance_features`: the same in principal components and in the features;
        `end_distance` and so on: the same of the path's ends, which are reconstructions of real images;
        `midpoint_confidence`: probability of its most probable class, in [1 / C, 1]; `path_confidence`: the same for
        all images between the ends; `evenness` of the path in the features, in [0, 1]. Without features, distances
        alone.
    """
    every = np.arange(len(paths.pixels)).reshape(-1, steps)
    middle = paths.at(every[:, steps // 2])
    numbers = {
        **distances("midpoint_distance", middle, references, components),
        **distances("end_distance", paths.at(every[:, [0, -1]].ravel()), references, components),
    }
    if not references.extracted:
        return numbers
    confidence = paths.confidence.reshape(-1, steps)
    return {
        **numbers,
        "midpoint_confidence": mean(middle.confidence),
        "path_confidence": mean(confidence[:, 1:-1]),
        "evenness": mean(evenness(paths.features.reshape(len(confidence), steps, -1))),
    }


def real_metrics(images: ImageSet, references: ImageSet, components: PCA) -> dict[str, float]:
    """The same numbers for real images in place of midpoints and paths, except for the ends and the evenness."""
    numbers = distances("midpoint_distance", images, references, components)
    if not references.extracted:
        return numbers
    confidence = mean(images.confidence)
    return {**numbers, "midpoint_confidence": confidence, "path_confidence": confidence}


def cross_fades(starts: np.ndarray, ends: np.ndarray, steps: int) -> np.ndarray:
    """The straight paths between images (n, ...) and (n, ...), pixel by pixel: (n * steps, ...), path after path."""
    weights = np.linspace(0, 1, steps, dtype=np.float32).reshape(1, -1, *[1] * (starts.ndim - 1))
    paths = (1 - weights) * starts[:, None] + weights * ends[:, None]
    return paths.reshape(-1, *starts.shape[1:])


def distances(name: str, images: ImageSet, references: ImageSet, components: PCA) -> dict[str, float]:
    """Mean L2 distance to the nearest reference: `name` of the pixels, with `_features` and `_pca` in the spaces."""
    own, others = images.spaces(components), references.spaces(components)
    spaces = {f"{name}_{space}": nearest(own[space], others[space]) for space in others}
    return {name: nearest(images.pixels, references.pixels), **spaces}


def evenness(paths: np.ndarray) -> np.ndarray:
    """How evenly the length of a path is distributed over its steps: (n, steps, F) -> (n,), in [0, 1].

    The entropy of the steps' shares of the length, divided by that of equal shares, ln(steps - 1): 1 for equal steps, 0
    for a single jump and for a path of length 0. The length is the sum of small steps in the features of a network, as
    in the perceptual path length of T. Karras et al., "A style-based generator architecture for generative adversarial
    networks", CVPR 2019; the index is that of E. Pielou, "The measurement of diversity in different types of biological
    collections", J. Theoretical Biology 13, 1966.
    """
    lengths = np.linalg.norm(np.diff(paths.astype(np.float64), axis=1), axis=2)
    total = lengths.sum(axis=1, keepdims=True)
    shares = np.divide(lengths, total, out=np.zeros_like(lengths), where=total > 0)
    return entr(shares).sum(axis=1) / np.log(lengths.shape[1])


def nearest(vectors: np.ndarray, references: np.ndarray) -> float:
    """Mean L2 distance of vectors (n, d) to the nearest reference (m, d)."""
    distances, _ = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(references).kneighbors(vectors)
    return mean(distances)


def mean(values: np.ndarray) -> float:
    """The mean of all values, summed in float64."""
    return float(values.mean(dtype=np.float64))
