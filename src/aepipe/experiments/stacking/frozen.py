"""Scores of a frozen network: its reconstructions, and a linear probe on its codes."""

import numpy as np
import torch

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.network import latent_codes, positions_of
from aepipe.evaluation.probe import probe_scores
from aepipe.models.base import Autoencoder, image_bce


@torch.no_grad()
def frozen_scores(
    network: Autoencoder,
    images: np.ndarray,
    labels: np.ndarray,
    split: dict[str, np.ndarray],
    *,
    seed: int,
    **settings: int,
) -> dict[str, float]:
    """Mean `bce` of the test images in nats, and the `probe_accuracy` of `evaluation.probe`: both of mean codes.

    Args:
        network: unchanged, but left in evaluation mode.
        images: uint8 (N, H, W) or (N, H, W, 3).
        labels: (N,) of all images.
        split: indices of the parts.
        seed: of the probe's cross-validation.
        settings: of the probe.
    """
    network.eval()
    parts = {part: ImageBatches(images, split[part]) for part in ("labelled", "test")}
    codes = latent_codes(network, parts, seed)
    z, places = torch.from_numpy(codes["test"]), positions_of(parts["test"])
    errors = torch.cat([image_bce(network.mean_logits(z[some]), parts["test"][some]) for some in places])
    return {
        "bce": errors.double().mean().item(),
        "probe_accuracy": float(probe_scores(codes, labels, split, seed=seed, **settings)["accuracy"].mean()),
    }
