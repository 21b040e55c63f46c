"""Baselines with a network: fitted in closed form, or with weights as they were drawn."""

import numpy as np
import torch
from torch.nn.modules.batchnorm import _BatchNorm

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.network import batches
from aepipe.evaluation.pixels import flat
from aepipe.models.base import Autoencoder


def fit(model: Autoencoder, images: np.ndarray, train: np.ndarray) -> None:
    """Fits a model with a method `fit`; of any other takes the statistics of batch normalisation.

    Args:
        model: changed in place.
        images: uint8 (N, H, W) or (N, H, W, 3).
        train: indices of the training images.
    """
    if own := getattr(model, "fit", None):
        own(flat(images, train))
    else:
        take_statistics(model, ImageBatches(images, train))


@torch.no_grad()
def take_statistics(model: Autoencoder, images: ImageBatches) -> None:
    """Sets means and variances of batch normalisation, over the batches of one pass; the weights stay as they are.

    Without it an untrained network would normalise with mean 0 and variance 1, as no trained one does.
    The model is left in evaluation mode.
    """
    for layer in model.modules():
        if isinstance(layer, _BatchNorm):
            layer.momentum = None  # the plain mean over all batches
    model.train()
    for x in batches(images):
        if len(x) > 1:  # batch normalisation can't use a batch of one
            model.decode(model.codes(x, sample=True))
    model.eval()
