"""Baselines with a network that is not trained: fitted in closed form, or with random weights."""

import numpy as np
import torch
from torch.nn.modules.batchnorm import _BatchNorm

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.image_sets import flat
from aepipe.evaluation.network import batches
from aepipe.models.base import Autoencoder


def fit(model: Autoencoder, images: np.ndarray, train: np.ndarray) -> None:
    """Calls the method `fit` of a model, or without one, computes its statistics of batch normalisation.

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
    """Sets the means and variances of batch normalisation to those of all images, as training would; keeps the weights.

    Leaves the model in evaluation mode.
    """
    for layer in model.modules():
        if isinstance(layer, _BatchNorm):
            layer.momentum = None  # the mean over all batches
    model.train()
    for x in batches(images):
        if len(x) > 1:  # batch normalisation can't use a batch of one
            model.decode(model.codes(x, sample=True))
    model.eval()
