"""The vector-quantised autoencoder, with a codebook of scalars for each latent element."""

import torch
from torch import Tensor, nn

from aepipe.models.base import Autoencoder, Shape, Widths


class VQ(Autoencoder):
    """Replaces each element of h by the nearest entry z' of its codebook.

    Adds sum((z' - sg[h])^2) + beta * sum((h - sg[z'])^2), the mean over the batch; sg stops the gradient.
    The gradient of the decoder passes straight through the quantisation, from z' to h.
    Source: A. van den Oord et al., "Neural discrete representation learning", NeurIPS 2017.

    Args:
        categories: entries of each codebook, >= 2.
        beta: weight of the commitment term, >= 0.
    """

    def __init__(self, image_shape: Shape, latent_dim: int, *, categories: int, beta: float, **widths: Widths) -> None:
        super().__init__(image_shape, latent_dim, **widths)
        self.beta = beta
        self.codebooks = nn.Parameter(torch.empty(latent_dim, categories))  # (d, K)
        nn.init.uniform_(self.codebooks, -1 / categories, 1 / categories)

    def bottleneck(self, h: Tensor, *, sample: bool) -> tuple[Tensor, dict[str, Tensor]]:
        """h (B, d) -> z (B, d), codebook entries, and the `codebook` and weighted `commitment` terms."""
        quantised = self.codebooks.gather(1, nearest(self.codebooks, h.T)).T
        penalties = {
            "codebook": squared_error(quantised, h.detach()),
            "commitment": self.beta * squared_error(h, quantised.detach()),
        }
        return StraightThrough.apply(h, quantised), penalties

    def sample_prior(self, count: int) -> Tensor:
        """Codes (count, d) of uniformly drawn codebook entries."""
        latent_dim, categories = self.codebooks.shape
        return self.codebooks.gather(1, torch.randint(categories, (latent_dim, count))).T


def nearest(codebooks: Tensor, values: Tensor) -> Tensor:
    """Index of the nearest entry in the codebook of each row: (d, K), (d, B) -> (d, B).

    Bisects the midpoints of the sorted entries, instead of computing B x d x K distances.
    """
    entries, order = codebooks.detach().sort(dim=1)
    midpoints = (entries[:, 1:] + entries[:, :-1]) / 2
    return order.gather(1, torch.searchsorted(midpoints, values.detach().contiguous()))


def squared_error(a: Tensor, b: Tensor) -> Tensor:
    """Squared error, summed over the elements and averaged over the batch: (B, d), (B, d) -> scalar."""
    return ((a - b) ** 2).sum(dim=1).mean()


class StraightThrough(torch.autograd.Function):
    """Forward: the quantised value. Backward: its gradient, passed on to h."""

    @staticmethod
    def forward(ctx: object, h: Tensor, quantised: Tensor) -> Tensor:
        """(B, d), (B, d) -> (B, d)."""
        return quantised.clone()

    @staticmethod
    def backward(ctx: object, gradient: Tensor) -> tuple[Tensor, None]:
        """(B, d) -> (B, d) for h; nothing for the quantised value."""
        return gradient, None
