"""The autoencoder with a single layer on each side."""

from torch import Tensor
from torch.nn import functional as F

from aepipe.models.base import Autoencoder


class Shallow(Autoencoder):
    """z = relu(W x + b), x' = sigmoid(W' z + b'), without hidden layers.

    A unit with W x + b < 0 for all images is dead: its code and its gradient are 0.
    """

    def encode(self, x: Tensor) -> Tensor:
        """Images (B, D) in [0, 1] -> h (B, d), values >= 0."""
        return F.relu(self.encoder(x))
