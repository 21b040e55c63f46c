"""How much generated images are like real ones, and how diverse: numbers for two sets of images."""

import numpy as np
from scipy.special import entr
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors

from aepipe.evaluation.image_sets import ImageSet
from aepipe.models.components import solver

#: Memory for the distances that are held at a time, MB.
WORKING_MEMORY = 16


def sampling_metrics(
    samples: ImageSet, references: ImageSet, *, neighbours: int, pca_components: int
) -> dict[str, float]:
    """Quality and diversity of samples, seen by the classifier and in the principal components of the pixels.

    The Fréchet distance is larger for fewer samples: only numbers of as many samples can be compared.

    Args:
        samples: generated images.
        references: real ones.
        neighbours: k of `neighbourhood_metrics`.
        pca_components: of the pixels of the references; as many as there are where these are fewer.

    Returns:
        `frechet`, `precision`, `recall`, `density` and `coverage`, all with `_features` and with `_pca`;
        `confidence`: the mean probability of the most probable class, in [1 / C, 1];
        `class_entropy`: of the mean class probabilities, in nats, from 0, all of one class, to ln C, all alike:
        the diversity term of the inception score (T. Salimans et al., "Improved techniques for training GANs", 2016).
        Without a classifier's extracted of them, those with `_pca` alone.
    """
    components = min(pca_components, *references.pixels.shape)
    pca = PCA(components, **solver(references.pixels.shape, components)).fit(references.pixels.astype(np.float64))
    spaces = {"pca": (pca.transform(samples.pixels), pca.transform(references.pixels))}
    if references.extracted:
        spaces = {"features": (samples.features, references.features), **spaces}
    numbers = {
        f"{metric}_{space}": value
        for space, (generated, real) in spaces.items()
        for metric, value in {
            "frechet": frechet_distance(generated, real),
            **neighbourhood_metrics(generated, real, neighbours),
        }.items()
    }
    if not references.extracted:
        return numbers
    return numbers | {
        "confidence": float(samples.confidence.mean(dtype=np.float64)),
        "class_entropy": float(entr(samples.probabilities.mean(axis=0, dtype=np.float64)).sum()),
    }


def frechet_distance(generated: np.ndarray, real: np.ndarray) -> float:
    """Squared Fréchet distance of the Gaussians with mean and covariance of two sets of vectors, (m, d) and (n, d).

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)): M. Heusel et al., "GANs trained by a two time-scale update rule
    converge to a local Nash equilibrium", NeurIPS 2017, equation 6. The trace of the root is the sum of the singular
    values of C1^(1/2) C2^(1/2), which is stable also for covariances without full rank.
    """
    difference = generated.mean(axis=0, dtype=np.float64) - real.mean(axis=0, dtype=np.float64)
    roots = [covariance_root(vectors) for vectors in (generated, real)]
    spread = sum(float(np.sum(root**2)) for root in roots)  # |C^(1/2)|^2 = tr C
    overlap = np.linalg.svd(roots[0] @ roots[1], compute_uv=False).sum()
    return max(float(difference @ difference + spread - 2 * overlap), 0.0)


def covariance_root(vectors: np.ndarray) -> np.ndarray:
    """The symmetric root of the covariance matrix of vectors: (n, d), n >= 2 -> (d, d)."""
    values, axes = np.linalg.eigh(np.atleast_2d(np.cov(vectors, rowvar=False, dtype=np.float64)))
    return (axes * np.sqrt(values.clip(0))) @ axes.T


def neighbourhood_metrics(generated: np.ndarray, real: np.ndarray, neighbours: int) -> dict[str, float]:
    """How far two sets of vectors cover each other, with a ball around each vector up to its k-th nearest neighbour.

    Sources: T. Kynkäänniemi et al., "Improved precision and recall metric for assessing generative models",
    NeurIPS 2019; M. Naeem et al., "Reliable fidelity and diversity metrics for generative models", ICML 2020.

    Args:
        generated: (m, d).
        real: (n, d).
        neighbours: k, >= 1; one less than the smaller set has vectors where that is fewer.

    Returns:
        `precision`: share of generated vectors inside a real one's ball; `recall`: share of real vectors inside a
        generated one's ball; `density`: real balls that a generated vector is inside of, mean over k, which is 1 for
        two sets of one distribution, more where samples crowd where real ones are dense; `coverage`: share of real
        balls with a generated vector inside. All but density are in [0, 1].
    """
    k = min(neighbours, len(generated) - 1, len(real) - 1)
    generated_radii, real_radii = ball_radii(generated, k), ball_radii(real, k)
    around = np.zeros(len(generated), np.int64)  # real balls that each generated vector is inside of
    recalled, covered = [], []
    start = 0
    for distances in pairwise_distances_chunked(real, generated, working_memory=WORKING_MEMORY):
        inside = distances <= real_radii[start : start + len(distances), None]
        around += inside.sum(axis=0)
        covered.append(inside.any(axis=1))
        recalled.append((distances <= generated_radii).any(axis=1))
        start += len(distances)
    return {
        "precision": float((around > 0).mean()),
        "recall": float(np.concatenate(recalled).mean()),
        "density": float(around.mean() / k),
        "coverage": float(np.concatenate(covered).mean()),
    }


def ball_radii(vectors: np.ndarray, k: int) -> np.ndarray:
    """Distance of each vector to the k-th nearest of the others: (n, d) -> (n,)."""
    distances, _ = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(vectors).kneighbors()
    return distances[:, -1]
