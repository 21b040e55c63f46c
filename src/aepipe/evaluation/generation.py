"""Images that a trained network makes up: from its prior, from a mixture of codes, and between two images."""

import numpy as np
import torch

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.mixture import draw_codes
from aepipe.evaluation.network import draw_samples, pictures
from aepipe.models.base import Autoencoder, Shape


@torch.no_grad()
def samples_by_protocol(
    model: Autoencoder, codes: np.ndarray, count: int, shape: Shape, *, components: int, seed: int
) -> dict[str, np.ndarray]:
    """Protocol -> samples (count, *shape) in [0, 1].

    `paper`: decoded from the model's own prior, where it has one. `corrected`: decoded from a mixture that is fitted to
    its codes, in the same way for every model.

    Args:
        model: the autoencoder, in evaluation mode.
        codes: (n, d), mean codes of the training images.
        count: how many.
        shape: (H, W) or (H, W, 3).
        components: of the mixture.
        seed: of all that is drawn.
    """
    prior = draw_samples(model, count, shape, seed)["images"]
    mixture = draw_codes(codes, count, components=components, seed=seed)
    published = {"paper": prior} if len(prior) else {}
    return published | {"corrected": pictures(model, torch.from_numpy(mixture), shape)}


def paths_by_protocol(
    model: Autoencoder, images: np.ndarray, pairs: np.ndarray, steps: int, *, seed: int
) -> dict[str, np.ndarray]:
    """Protocol -> images on the way between those of a pair, linear before the bottleneck: (pairs * steps, ...).

    `paper` draws stochastic codes from what was interpolated, `corrected` takes their means; other models have one
    path.

    Args:
        model: the autoencoder, in evaluation mode.
        images: uint8 (N, H, W) or (N, H, W, 3).
        pairs: (2, pairs), indices of the starts and the ends.
        steps: images of a path, both ends counted.
        seed: of sampled codes.
    """
    starts, ends = (ImageBatches(images, indices) for indices in pairs)
    corrected = paths(model, starts, ends, steps, images[0].shape, sample=False)
    torch.manual_seed(seed)
    published = paths(model, starts, ends, steps, images[0].shape, sample=True) if model.stochastic else corrected
    return {"paper": published, "corrected": corrected}


@torch.no_grad()
def paths(
    model: Autoencoder,
    starts: ImageBatches,
    ends: ImageBatches,
    steps: int,
    shape: Shape,
    *,
    sample: bool,
) -> np.ndarray:
    """Images (n * steps, *shape) in [0, 1] on the way from each start to its end, one path after the other."""
    weights = torch.linspace(0, 1, steps)[:, None]
    h = torch.lerp(model.encode(starts[:])[:, None], model.encode(ends[:])[:, None], weights)  # (n, steps, e)
    codes, _ = model.bottleneck(h.flatten(0, 1), sample=sample)
    return pictures(model, codes, shape)
