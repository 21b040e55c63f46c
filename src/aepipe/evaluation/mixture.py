"""New codes like those of the training images, for autoencoders with and without a prior of their own."""

import numpy as np
from sklearn.mixture import GaussianMixture

#: Codes that the mixture is fitted to, at most.
FITTED = 10_000
#: Added to the variances of codes that are scaled to variance 1, for units that depend on each other.
REGULARISATION = 1e-6


def draw_codes(codes: np.ndarray, count: int, *, components: int, seed: int) -> np.ndarray:
    """Draws codes from a mixture of Gaussians with full covariances that is fitted to codes.

    Ex-post density estimation, of P. Ghosh et al., "From variational to deterministic autoencoders", ICLR 2020,
    section 4. A unit that takes one value only keeps it. No sample is brought back into a bounded range of codes,
    or to the entries of a codebook.

    Args:
        codes: (n, d) of training images in random order; the first 10,000 are used.
        count: how many to draw, in random order.
        components: Gaussians of the mixture; where there are fewer different codes, as many as these.
        seed: of the fit and of the samples.

    Returns:
        (count, d), float32.
    """
    codes = codes[:FITTED].astype(np.float64)
    drawn = np.repeat(codes[:1], count, axis=0)
    live = np.ptp(codes, axis=0) > 0
    if live.any():
        mean, scale = codes[:, live].mean(axis=0), codes[:, live].std(axis=0)
        scaled = (codes[:, live] - mean) / scale
        different = len(np.unique(scaled, axis=0))
        mixture = GaussianMixture(min(components, different), reg_covar=REGULARISATION, random_state=seed).fit(scaled)
        samples, _ = mixture.sample(count)  # one component after the other
        drawn[:, live] = mean + scale * np.random.default_rng(seed).permutation(samples)
    return drawn.astype(np.float32)
