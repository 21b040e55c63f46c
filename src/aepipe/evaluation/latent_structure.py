"""The structure of latent codes (not of their maps): neighbourhoods and clusters, compared with images and classes."""

from typing import Any

import numpy as np
from scipy.special import entr
from sklearn.cluster import KMeans
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, silhouette_score
from sklearn.neighbors import KNeighborsClassifier

from aepipe.evaluation.metrics import Metrics

#: A unit is active if the variance of its mean code is greater than this.
ACTIVE = 0.01


def latent_structure(
    codes: dict[str, np.ndarray],
    pixels: np.ndarray,
    labels: np.ndarray | None,
    *,
    images: int,
    neighbours: int,
    **settings: Any,
) -> Metrics:
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
        protocol -> output of `structure`; under `corrected` also `active_units` of stochastic and
        `codebook_perplexity` of discrete models.
    """
    count = min(images, len(pixels))
    pixels, labels = pixels[:count], None if labels is None else labels[:count]
    settings["neighbours"] = min(neighbours, (count - 1) // 2)
    paper = corrected = structure(codes["test"][:count], pixels, labels, **settings)
    if "test_sampled" in codes:
        paper = structure(codes["test_sampled"][:count], pixels, labels, **settings)
        corrected = {**corrected, "active_units": active_units(codes["test"])}
    if "codebooks" in codes:
        corrected = {**corrected, "codebook_perplexity": codebook_perplexity(codes["test"])}
    elif "codebook" in codes:
        _, entries = np.unique(codes["test"].reshape(-1, codes["codebook"].shape[1]), axis=0, return_inverse=True)
        corrected = {**corrected, "codebook_perplexity": codebook_perplexity(entries.reshape(-1, 1))}
    return {"paper": paper, "corrected": corrected}


def structure(
    codes: np.ndarray,
    pixels: np.ndarray,
    labels: np.ndarray | None,
    *,
    neighbours: int,
    apart: list[int] | None = None,
    joined: list[list[int]] | None = None,
    seed: int,
) -> dict[str, float]:
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
        `apart`: accuracy of the nearest neighbours for the classes in `apart`, if any.
        `joined`: see `share_within`; if there are groups.
        Without labels, only `trustworthiness`.
    """
    kept = float(trustworthiness(pixels, codes, n_neighbors=neighbours))
    if labels is None:
        return {"trustworthiness": kept}
    found = KNeighborsClassifier(neighbours).fit(codes, labels).predict(None)
    clusters = KMeans(len(np.unique(labels)), n_init=10, random_state=seed).fit_predict(codes)
    result = {
        "trustworthiness": kept,
        "knn_accuracy": (found == labels).mean(),
        "silhouette": silhouette_score(codes, labels),
        "nmi": normalized_mutual_info_score(labels, clusters),
        "ari": adjusted_rand_score(labels, clusters),
    }
    if apart:
        result["apart"] = (found == labels)[np.isin(labels, apart)].mean()
    if joined:
        result["joined"] = share_within(joined, labels, found)
    return {name: float(value) for name, value in result.items()}


def share_within(groups: list[list[int]], labels: np.ndarray, found: np.ndarray) -> float:
    """Of the misclassified images of some groups of classes, the share that is assigned to a class of the same group.

    0 without misclassified images; by chance, about (size - 1) / (classes - 1). `groups` are disjoint; `labels` and
    `found` (n,) are the true and the assigned classes.
    """
    within, mistaken = 0, 0
    for group in groups:
        wrong = np.isin(labels, group) & (found != labels)
        mistaken += wrong.sum()
        within += np.isin(found[wrong], group).sum()
    return float(within / mistaken) if mistaken else 0.0


def active_units(codes: np.ndarray) -> int:
    """Number of latent units whose mean code varies between images: (n, d) -> 0 ... d.

    Cov_x(E[z_i | x]) > 0.01: Y. Burda, R. Grosse and R. Salakhutdinov, "Importance weighted autoencoders", ICLR 2016,
    section 5.2.
    """
    return int((codes.var(axis=0, dtype=float) > ACTIVE).sum())


def codebook_perplexity(codes: np.ndarray) -> float:
    """Effective number of codebook entries in use, mean over the elements: (n, d) -> 1 ... K.

    exp(-sum p_k log p_k), where p_k is the share of images whose code has entry k, as in the implementation of A. van
    den Oord et al., "Neural discrete representation learning", NeurIPS 2017.
    """
    usages = [np.unique(element, return_counts=True)[1] / len(codes) for element in codes.T]
    return float(np.mean([np.exp(entr(usage).sum()) for usage in usages]))
