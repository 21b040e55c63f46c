"""The autoencoder with a single layer on each side."""

from torch import Tensor
from torch.nn import functional as F

from aepipe.models.base import Autoencoder


class Shallow(Autoencoder):
    """Without hidden layers: z = relu(W x + b), x' = sigmoid(W' z + b').

    A unit whose W x + b is negative for all images is dead: its code is 0, and so is its gradient.
    """

    def encode(self, x: Tensor) -> Tensor:
        """Images (B, D) in [0, 1] -> h (B, d), values >= 0."""
        return F.relu(self.encoder(x))
