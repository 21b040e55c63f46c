"""Whether two models' codes lie alike: the same images are near each other."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

from aepipe.evaluation.protocols import PROTOCOLS, Metrics, chosen


def latent_similarity(codes: dict[str, dict[str, np.ndarray]], *, images: int, neighbours: int) -> dict[str, Metrics]:
    """The overlap of each model's neighbourhoods with each other model's.

    Args:
        codes: model -> (n, d) of the `test` images, and `test_sampled` for stochastic models.
        images: how many of the first test images are compared with each other.
        neighbours: how many nearest ones of each image, or all others where they are fewer.

    Returns:
        model -> protocol -> `overlap_<other model>`, see `overlap`.
    """
    found: dict[str, Metrics] = {model: {protocol: {} for protocol in PROTOCOLS} for model in codes}
    for protocol in PROTOCOLS:
        near = {
            model: neighbourhoods(chosen(arrays, "test", protocol)[:images], neighbours)
            for model, arrays in codes.items()
        }
        for model in codes:
            others = {f"overlap_{other}": overlap(near[model], near[other]) for other in codes if other != model}
            found[model][protocol] = others
    return found


def neighbourhoods(codes: np.ndarray, neighbours: int) -> np.ndarray:
    """Which images are among the nearest ones of each, itself left out: (n, d) -> bool (n, n)."""
    neighbours = min(neighbours, len(codes) - 1)
    return NearestNeighbors(n_neighbors=neighbours).fit(codes).kneighbors_graph().toarray().astype(bool)


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Share of the nearest neighbours that two models have in common, mean over the images: (n, n), (n, n) -> [0, 1].

    By chance it is k / (n - 1). The mutual nearest-neighbour measure of M. Huh et al., "The Platonic representation
    hypothesis", ICML 2024, section 2.1 and appendix A; compared with others by M. Klabunde et al., "Similarity of
    neural network models", ACM Computing Surveys 57, 2025.
    """
    return float((a & b).sum() / a.sum())
