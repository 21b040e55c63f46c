"""Interpolation between two images: whether the images on the path are like real ones."""

import numpy as np
from scipy.special import entr
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


def path_metrics(paths: ImageSet, references: ImageSet, steps: int) -> dict[str, float]:
    """Means over paths between two images.

    Args:
        paths: the images of all paths, `steps` each, one path after the other.
        references: real images.
        steps: images per path, including both ends; odd and >= 3, so that one is the midpoint.

    Returns:
        `midpoint_distance`: L2 distance of the pixels of the midpoint, each in [0, 1], to the nearest reference;
        `midpoint_distance_features`: the same in the features; `midpoint_confidence`: probability of its most probable
        class, in [1 / C, 1]; `path_confidence`: the same for all images between the ends; `evenness` of the path in
        the features, in [0, 1]. Without features, only the first.
    """
    middle = slice(steps // 2, None, steps)
    extracted = {name: values[middle] for name, values in paths.extracted.items()}
    numbers = real_metrics(ImageSet(paths.pixels[middle], extracted), references)
    if not references.extracted:
        return numbers
    confidence = paths.confidence.reshape(-1, steps)
    return {
        **numbers,
        "path_confidence": mean(confidence[:, 1:-1]),
        "evenness": mean(evenness(paths.features.reshape(len(confidence), steps, -1))),
    }


def real_metrics(images: ImageSet, references: ImageSet) -> dict[str, float]:
    """The same numbers for real images instead of paths, except for the evenness."""
    distance = {"midpoint_distance": nearest(images.pixels, references.pixels)}
    if not references.extracted:
        return distance
    confidence = mean(images.confidence)
    return {
        **distance,
        "midpoint_distance_features": nearest(images.features, references.features),
        "midpoint_confidence": confidence,
        "path_confidence": confidence,
    }


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
