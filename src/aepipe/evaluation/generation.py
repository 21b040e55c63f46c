"""Images that a trained network generates: from its prior, from a mixture of codes, and between two images."""

import numpy as np
import torch
from sklearn.mixture import GaussianMixture

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.network import draw_samples, pictures
from aepipe.models.base import Autoencoder, Shape

#: Number of codes that the mixture is fitted to, at most.
FITTED = 10_000
#: Added to the variances of standardised codes, for units that depend on each other.
REGULARISATION = 1e-6


@torch.no_grad()
def samples_by_protocol(
    model: Autoencoder, codes: np.ndarray, count: int, shape: Shape, *, components: int, seed: int
) -> dict[str, np.ndarray]:
    """Protocol -> samples (count, *shape) in [0, 1].

    `paper`: decoded from the prior of the model, if it has one. `corrected`: decoded from a mixture that is fitted to
    its codes, in the same way for every model.

    Args:
        model: in evaluation mode.
        codes: (n, d), codes of the training images as the model emits them: samples of stochastic ones.
        count: number of samples.
        shape: (H, W) or (H, W, 3).
        components: of the mixture.
        seed: of all random numbers.
    """
    prior = draw_samples(model, count, shape, seed)["images"]
    mixture = draw_codes(codes, count, components=components, seed=seed)
    published = {"paper": prior} if len(prior) else {}
    return published | {"corrected": pictures(model, torch.from_numpy(mixture), shape)}


def draw_codes(codes: np.ndarray, count: int, *, components: int, seed: int) -> np.ndarray:
    """Draws codes from a mixture of Gaussians with full covariances, fitted to the codes of training images.

    Ex-post density estimation, of P. Ghosh et al., "From variational to deterministic autoencoders", ICLR 2020,
    section 4. Constant units stay constant. Samples are not projected to a bounded range of codes or to codebooks.

    Args:
        codes: (n, d), in random order; the first 10,000 are used.
        count: number of samples, in random order.
        components: of the mixture; at most the number of distinct codes.
        seed: of the fit and of the samples.

    Returns:
        (count, d), float32.
    """
    codes = codes[:FITTED].astype(np.float64)
    drawn = np.repeat(codes[:1], count, axis=0)
    live = np.ptp(codes, axis=0) > 0
    if live.any():
        mean, scale = codes[:, live].mean(axis=0), codes[:, live].std(axis=0)
        standardised = (codes[:, live] - mean) / scale
        components = min(components, len(np.unique(standardised, axis=0)))
        mixture = GaussianMixture(components, reg_covar=REGULARISATION, random_state=seed).fit(standardised)
        samples, _ = mixture.sample(count)  # sorted by component
        drawn[:, live] = mean + scale * np.random.default_rng(seed).permutation(samples)
    return drawn.astype(np.float32)


@torch.no_grad()
def paths_by_protocol(
    model: Autoencoder, images: np.ndarray, pairs: np.ndarray, steps: int, *, seed: int
) -> dict[str, np.ndarray]:
    """Protocol -> images (pairs * steps, *shape) in [0, 1] on the paths between pairs of images, one after the other.

    Paths are linear in the input of the bottleneck. `paper` samples stochastic codes, `corrected` uses their means.

    Args:
        model: in evaluation mode.
        images: uint8 (N, H, W) or (N, H, W, 3).
        pairs: (2, pairs), indices of the starts and the ends.
        steps: images per path, including both ends.
        seed: of sampled codes.
    """
    starts, ends = (model.encode(ImageBatches(images, indices)[:])[:, None] for indices in pairs)
    h = torch.lerp(starts, ends, torch.linspace(0, 1, steps)[:, None]).flatten(0, 1)  # (pairs * steps, e)
    paths = {"corrected": pictures(model, model.bottleneck(h, sample=False)[0], images[0].shape)}
    if not model.stochastic:
        return {"paper": paths["corrected"], **paths}
    torch.manual_seed(seed)
    return {"paper": pictures(model, model.bottleneck(h, sample=True)[0], images[0].shape), **paths}
