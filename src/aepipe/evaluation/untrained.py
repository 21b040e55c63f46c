"""A network as its weights were drawn, with batch normalisation that knows the images."""

import torch
from torch.nn.modules.batchnorm import _BatchNorm

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.network import batches
from aepipe.models.base import Autoencoder


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
