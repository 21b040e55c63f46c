"""The sparse autoencoder: each latent unit is active for a fraction p of the images."""

import math

import torch
from torch import Tensor

from aepipe.models.base import Autoencoder, Shape, Widths


class Sparse(Autoencoder):
    """z = sigmoid(h); adds beta * sum_i KL(p || mean of z_i over the batch), of Bernoulli distributions.

    Source: A. Ng, "Sparse autoencoder", CS294A lecture notes (2011).

    Args:
        sparsity: p, the target mean activation, in (0, 1).
        beta: weight of the penalty, >= 0.
    """

    def __init__(self, image_shape: Shape, latent_dim: int, *, sparsity: float, beta: float, **widths: Widths) -> None:
        super().__init__(image_shape, latent_dim, **widths)
        self.sparsity = sparsity
        self.beta = beta

    def bottleneck(self, h: Tensor, *, sample: bool) -> tuple[Tensor, dict[str, Tensor]]:
        """h (B, d) -> z (B, d) in (0, 1), and the weighted `sparsity` penalty."""
        z = torch.sigmoid(h)
        return z, {"sparsity": self.beta * bernoulli_kl(self.sparsity, z.mean(dim=0)).sum()}


def bernoulli_kl(p: float, q: Tensor) -> Tensor:
    """KL(p || q) = p log(p / q) + (1 - p) log((1 - p) / (1 - q)) in nats, elementwise; p and q in (0, 1).

    q is clipped a rounding error away from 0 and 1, as a saturated sigmoid would make the divergence infinite.
    """
    tiny = torch.finfo(q.dtype).eps
    q = q.clamp(tiny, 1 - tiny)
    return p * (math.log(p) - q.log()) + (1 - p) * (math.log(1 - p) - (1 - q).log())
