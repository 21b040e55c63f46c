"""The deep autoencoder without a constraint; the stacked ones are this network, trained greedily."""

from aepipe.models.base import Autoencoder


class Vanilla(Autoencoder):
    """Three encoder and three decoder layers and a plain code: z = encoder(x), x' = sigmoid(decoder(z))."""
