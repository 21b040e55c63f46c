"""The structure of latent codes (not of their maps): neighbourhoods and clusters, compared with images and classes."""

from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, silhouette_score
from sklearn.neighbors import KNeighborsClassifier

from aepipe.evaluation.metrics import Metrics
from aepipe.evaluation.use_of_codes import use_of_codes


def latent_structure(
    codes: dict[str, np.ndarray],
    pixels: np.ndarray,
    labels: np.ndarray | None,
    *,
    images: int,
    neighbours: int,
    **settings: Any,
) -> tuple[Metrics, dict[str, dict[str, np.ndarray]]]:
    """The structure of the codes of a sample of the test images, the first ones, and the use of units by all of them.

    Args:
        codes: (n, d) of the `test` images, `test_sampled` of stochastic models, and of discrete ones `codebooks` (d, K)
            of scalars, or one `codebook` (K, n) of vectors.
        pixels: (n, D) of the test images.
        labels: (n,) their classes, or None.
        images: number of test images to use, at most; distances are between all pairs.
        neighbours: k of trustworthiness and of the nearest neighbours; limited to less than half of the images.
        settings: `apart`, `joined` and `seed`, see `structure`.

    Returns:
        protocol -> numbers of `structure`; under `corrected` also `active_units` of stochastic and, of discrete models,
        `codebook_perplexity`, `codebook_used` and `codebook_entries`. And protocol -> image scores of `structure`.
    """
    count = min(images, len(pixels))
    pixels, labels = pixels[:count], None if labels is None else labels[:count]
    settings["neighbours"] = min(neighbours, (count - 1) // 2)
    paper = corrected = structure(codes["test"][:count], pixels, labels, **settings)
    if "test_sampled" in codes:
        paper = structure(codes["test_sampled"][:count], pixels, labels, **settings)
    (of_paper, paper_scores), (of_corrected, corrected_scores) = paper, corrected
    return {"paper": of_paper, "corrected": of_corrected | use_of_codes(codes)}, {
        "paper": paper_scores,
        "corrected": corrected_scores,
    }


def structure(
    codes: np.ndarray,
    pixels: np.ndarray,
    labels: np.ndarray | None,
    *,
    neighbours: int,
    apart: list[int] | None = None,
    joined: list[list[int]] | None = None,
    seed: int,
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """The structure of codes (n, d), compared with pixels (n, D) and labels (n,), or None.

    `apart` are classes that should be separate, `joined` groups of classes that should overlap; `seed` is of k-means.

    Returns:
        `trustworthiness`, in [0, 1]: whether neighbours by code are neighbours by pixels; J. Venna and S. Kaski,
        "Neighborhood preservation in nonlinear projection methods", ICANN 2001.
        `knn_accuracy`, in [0, 1]: of classification by the nearest neighbours, without the image itself.
        `silhouette`, in [-1, 1]: how much nearer an image is to its own class than to the next one, mean over images;
        P. Rousseeuw, "Silhouettes", Journal of Computational and Applied Mathematics 20, 1987.
        `nmi`, in [0, 1], and `ari`, at most 1 and 0 by chance: agreement of k-means clusters, one per class, with the
        classes; N. Vinh, J. Epps and J. Bailey, "Information theoretic measures for clusterings comparison", JMLR 11,
        2010, and L. Hubert and P. Arabie, "Comparing partitions", Journal of Classification 2, 1985.
        With groups, `own_group_excess`, and with classes apart, too, `mixing_gap`.
        Without labels, only `trustworthiness`.
        And image scores: whether the nearest neighbours give the class of each image, `knn_accuracy` (n,).
    """
    kept = float(trustworthiness(pixels, codes, n_neighbors=neighbours))
    if labels is None:
        return {"trustworthiness": kept}, {}
    nearest = KNeighborsClassifier(neighbours).fit(codes, labels)
    right = nearest.predict(None) == labels
    clusters = KMeans(len(np.unique(labels)), n_init=10, random_state=seed).fit_predict(codes)
    result = {
        "trustworthiness": kept,
        "knn_accuracy": right.mean(),
        "silhouette": silhouette_score(codes, labels),
        "nmi": normalized_mutual_info_score(labels, clusters),
        "ari": adjusted_rand_score(labels, clusters),
    }
    if joined:
        shares = mixing(labels[nearest.kneighbors(return_distance=False)], labels)
        result["own_group_excess"] = own_group_excess(shares, joined)
        if apart:
            result["mixing_gap"] = mixing_gap(shares, joined, apart)
    return {name: float(value) for name, value in result.items()}, {"knn_accuracy": right}


def mixing(neighbours: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Share of the neighbours of each class's images that are of each class: (C, C), rows sum to 1 or are NaN.

    Args:
        neighbours: (n, k), classes of the nearest neighbours of each image.
        labels: (n,) classes of the images, 0 ... C - 1. The row of one without an image is NaN.
    """
    classes = np.arange(labels.max() + 1)
    counts = np.array([[(neighbours[labels == own] == other).sum() for other in classes] for own in classes], float)
    total = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0)


def own_group_excess(shares: np.ndarray, groups: list[list[int]]) -> float:
    """How many more neighbours images have in the other classes of their group than in as many classes outside of it.

    The mean over the classes of all groups, in [-1, 1]; 0 where a group's classes are no nearer to each other.

    Args:
        shares: (C, C) of `mixing`.
        groups: disjoint groups of classes, each smaller than C.
    """
    excesses = []
    for group in groups:
        outside = np.setdiff1d(np.arange(len(shares)), group)
        for own in group:
            inside = [other for other in group if other != own]
            excesses.append(shares[own, inside].sum() - len(inside) * shares[own, outside].mean())
    return float(np.mean(excesses))


def mixing_gap(shares: np.ndarray, groups: list[list[int]], apart: list[int]) -> float:
    """By how much more of their neighbours the images of grouped classes have in other classes than those apart do.

    The difference of means over classes, in [-1, 1].

    Args:
        shares: (C, C) of `mixing`.
        groups: groups of classes said to be joined.
        apart: classes said to be apart.
    """
    mixed = 1 - np.diag(shares)
    return float(mixed[[own for group in groups for own in group]].mean() - mixed[apart].mean())
