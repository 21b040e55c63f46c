"""Whether the codes of two models are alike: the same images are neighbours."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

from aepipe.config.paths import autoencoder_of, protocols_of
from aepipe.evaluation.metrics import PROTOCOLS, Metrics, chosen


def latent_similarity(codes: dict[str, dict[str, np.ndarray]], *, images: int, neighbours: int) -> dict[str, Metrics]:
    """The overlap of neighbourhoods between each two models.

    Of an autoencoder with two networks, one takes part under the protocol `paper`, and the other under `corrected`.

    Args:
        codes: model -> (n, d) of the `test` images, and `test_sampled` for stochastic models.
        images: number of test images to compare, the first ones, which are a sample of them.
        neighbours: size of a neighbourhood; at most all other images.

    Returns:
        model -> protocol -> `overlap_<other model>`, see `overlap`.
    """
    found: dict[str, Metrics] = {model: {protocol: {} for protocol in PROTOCOLS} for model in codes}
    for protocol in PROTOCOLS:
        taking_part = [model for model in codes if protocol in protocols_of(model, codes)]
        tests = {model: chosen(codes[model], "test", protocol)[:images] for model in taking_part}
        near = {model: neighbourhoods(test, neighbours) for model, test in tests.items()}
        for model, own in near.items():
            found[model][protocol] = {
                f"overlap_{autoencoder_of(other)}": overlap(own, near[other]) for other in near if other != model
            }
    return found


def neighbourhoods(codes: np.ndarray, neighbours: int) -> np.ndarray:
    """Which images are among the nearest neighbours of each image, except itself: (n, d) -> bool (n, n)."""
    neighbours = min(neighbours, len(codes) - 1)
    return NearestNeighbors(n_neighbors=neighbours).fit(codes).kneighbors_graph().toarray().astype(bool)


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Share of nearest neighbours that two models have in common, mean over the images: (n, n), (n, n) -> [0, 1].

    By chance, it is k / (n - 1). The mutual nearest-neighbour measure of M. Huh et al., "The Platonic representation
    hypothesis", ICML 2024, section 2.1 and appendix A; compared with others by M. Klabunde et al., "Similarity of
    neural network models", ACM Computing Surveys 57, 2025.
    """
    return float((a & b).sum() / a.sum())
