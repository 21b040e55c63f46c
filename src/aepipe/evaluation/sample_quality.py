"""Quality and diversity of generated images, compared with real ones."""

import numpy as np
from scipy.special import entr
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances_chunked
from sklearn.metrics.pairwise import polynomial_kernel
from sklearn.neighbors import NearestNeighbors

from aepipe.evaluation.image_sets import ImageSet

#: Memory for distances, in MB.
WORKING_MEMORY = 16


def sampling_metrics(samples: ImageSet, references: ImageSet, components: PCA, *, neighbours: int) -> dict[str, float]:
    """Quality and diversity of samples, in features and in the principal components of the pixels.

    The Fréchet distance is larger for fewer samples: only compare numbers from equally many samples. The kernel
    distance is not.

    Args:
        samples: generated images.
        references: real images.
        components: of the references.
        neighbours: k of `neighbourhood_metrics`.

    Returns:
        `frechet`, `kid`, `precision`, `recall`, `density` and `coverage`, each with `_features` and with `_pca`;
        `confidence`: mean probability of the most probable class, in [1 / C, 1];
        `class_entropy`: of the mean class probabilities, in nats, from 0 (one class) to ln C (equal probabilities),
        the diversity term of the inception score (T. Salimans et al., "Improved techniques for training GANs", 2016).
        Without features, only those with `_pca`.
    """
    generated_in, real_in = samples.spaces(components), references.spaces(components)
    numbers: dict[str, float] = {}
    for space, real in real_in.items():
        generated = generated_in[space]
        found = {
            "frechet": frechet_distance(generated, real),
            "kid": kernel_distance(generated, real),
            **neighbourhood_metrics(generated, real, neighbours),
        }
        numbers |= {f"{metric}_{space}": value for metric, value in found.items()}
    if not references.extracted:
        return numbers
    return numbers | {
        "confidence": float(samples.confidence.mean(dtype=np.float64)),
        "class_entropy": float(entr(samples.probabilities.mean(axis=0, dtype=np.float64)).sum()),
    }


def frechet_distance(generated: np.ndarray, real: np.ndarray) -> float:
    """Squared Fréchet distance of Gaussians fitted to two sets of vectors, (m, d) and (n, d).

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)): M. Heusel et al., "GANs trained by a two time-scale update rule
    converge to a local Nash equilibrium", NeurIPS 2017, equation 6. The trace of the root is the sum of the singular
    values of C1^(1/2) C2^(1/2), which is stable also for covariances without full rank.
    """
    difference = generated.mean(axis=0, dtype=np.float64) - real.mean(axis=0, dtype=np.float64)
    roots = [covariance_root(vectors) for vectors in (generated, real)]
    spread = sum(float(np.sum(root**2)) for root in roots)  # |C^(1/2)|^2 = tr C
    overlap = np.linalg.svd(roots[0] @ roots[1], compute_uv=False).sum()
    return max(float(difference @ difference + spread - 2 * overlap), 0.0)


def kernel_distance(generated: np.ndarray, real: np.ndarray) -> float:
    """The unbiased estimate of the squared maximum mean discrepancy of two sets of vectors, (m, d) and (n, d).

    With the kernel (x y / d + 1)^3; 0 on average for equal distributions, so that it may be below 0. As the kernel
    inception distance, of M. Bińkowski et al., "Demystifying MMD GANs", ICLR 2018, section 4, but of all pairs instead
    of those of subsets.
    """
    generated, real = generated.astype(np.float64), real.astype(np.float64)
    within = sum(
        (kernel_sum(vectors, vectors) - kernel(vectors).sum()) / (len(vectors) * (len(vectors) - 1))
        for vectors in (generated, real)
    )
    return float(within - 2 * kernel_sum(generated, real) / (len(generated) * len(real)))


def kernel_sum(first: np.ndarray, second: np.ndarray) -> float:
    """Sum of the kernel over all pairs of vectors, (m, d) and (n, d), with limited memory."""
    rows = max(1, int(WORKING_MEMORY * 2**17 / len(second)))  # of 8 bytes
    parts = (first[start : start + rows] for start in range(0, len(first), rows))
    return sum(float(polynomial_kernel(part, second, degree=3, coef0=1).sum()) for part in parts)


def kernel(vectors: np.ndarray) -> np.ndarray:
    """The kernel of each vector with itself: (n, d) -> (n,)."""
    return ((vectors**2).mean(axis=1) + 1) ** 3


def covariance_root(vectors: np.ndarray) -> np.ndarray:
    """The symmetric root of the covariance matrix of vectors: (n, d), n >= 2 -> (d, d)."""
    values, axes = np.linalg.eigh(np.atleast_2d(np.cov(vectors, rowvar=False, dtype=np.float64)))
    return (axes * np.sqrt(values.clip(0))) @ axes.T


def neighbourhood_metrics(generated: np.ndarray, real: np.ndarray, neighbours: int) -> dict[str, float]:
    """How far two sets of vectors cover each other, with balls up to the k-th nearest neighbour of each vector.

    Sources: T. Kynkäänniemi et al., "Improved precision and recall metric for assessing generative models",
    NeurIPS 2019; M. Naeem et al., "Reliable fidelity and diversity metrics for generative models", ICML 2020.

    Args:
        generated: (m, d).
        real: (n, d).
        neighbours: k, >= 1; less than the size of the smaller set.

    Returns:
        `precision`: share of generated vectors inside the ball of a real one; `recall`: share of real vectors inside
        the ball of a generated one; `density`: mean number of real balls around a generated vector, divided by k, which
        is 1 for equal distributions, and more if samples crowd into dense regions; `coverage`: share of real balls with
        a generated vector inside. All but density are in [0, 1].
    """
    k = min(neighbours, len(generated) - 1, len(real) - 1)
    generated_radii, real_radii = ball_radii(generated, k), ball_radii(real, k)
    around = np.zeros(len(generated), np.int64)  # real balls around each generated vector
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
    """Distance of each vector to its k-th nearest neighbour: (n, d) -> (n,)."""
    distances, _ = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(vectors).kneighbors()
    return distances[:, -1]
