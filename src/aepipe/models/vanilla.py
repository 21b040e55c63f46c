"""The unconstrained deep autoencoder; the stacked ones are this network, trained layer by layer."""

from aepipe.models.base import Autoencoder


class Vanilla(Autoencoder):
    """z = encoder(x), x' = sigmoid(decoder(z))."""
