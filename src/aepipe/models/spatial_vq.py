"""The vector-quantised autoencoder as published: a grid of vectors, each replaced by an entry of one codebook."""

import torch
from torch import Tensor
from torch.nn import functional as F

from aepipe.models import maps
from aepipe.models.base import Autoencoder, Shape, Widths
from aepipe.models.vq import StraightThrough, squared_error

#: Share of the mean usage below which an entry of the codebook is dead, and drawn anew.
DEAD = 0.1


class SpatialVQ(Autoencoder):
    """Replaces each vector of h, one per position of the last maps, by the nearest entry z' of the codebook.

    Adds beta * sum((h - sg[z'])^2), the mean over the batch; sg stops the gradient, and the gradient of the decoder
    passes straight through the quantisation, from z' to h. In training, each entry is the moving average of the
    vectors that it has replaced: A. van den Oord et al., "Neural discrete representation learning", NeurIPS 2017,
    section 3.2 and appendix A.1. An entry that hardly replaces any becomes a random vector of the batch, as in
    P. Dhariwal et al., "Jukebox: a generative model for music", 2020, section 3.1; at first, that is all of them.

    A code (B, d) is the grid (B, height, width, n), flat: d = height * width * n, and n follows from d.

    Args:
        categories: K, entries of the codebook, >= 2.
        beta: weight of the commitment term, >= 0.
        decay: of the moving averages, per batch; in [0, 1).
    """

    grid_codes = True

    def __init__(
        self,
        image_shape: Shape,
        latent_dim: int,
        *,
        categories: int,
        beta: float,
        decay: float = 0.99,
        **widths: Widths,
    ) -> None:
        super().__init__(image_shape, latent_dim, **widths)
        self.beta, self.decay = beta, decay
        self.codebook: Tensor  # (K, n)
        self.usage: Tensor  # (K,), moving average of the vectors in a batch that an entry replaces
        self.sums: Tensor  # (K, n), moving average of their sum
        self.positions = maps.positions(image_shape, widths["channels"])
        size = latent_dim // self.positions
        self.register_buffer("codebook", torch.randn(categories, size))
        self.register_buffer("usage", torch.zeros(categories))
        self.register_buffer("sums", torch.zeros(categories, size))

    def bottleneck(self, h: Tensor, *, sample: bool) -> tuple[Tensor, dict[str, Tensor]]:
        """h (B, d) -> z (B, d), codebook entries, and the weighted `commitment`. Moves the codebook in training."""
        vectors = h.detach().unflatten(1, (-1, self.codebook.shape[1])).flatten(0, 1)  # (B * positions, n)
        indices = nearest(self.codebook, vectors)
        quantised = F.embedding(indices, self.codebook).reshape(h.shape)
        if self.training:
            self.move(vectors, indices)
        return StraightThrough.apply(h, quantised), {"commitment": self.beta * squared_error(h, quantised)}

    @torch.no_grad()
    def move(self, vectors: Tensor, indices: Tensor) -> None:
        """Updates the codebook by vectors (m, n) and the indices (m,) of their entries, and revives dead entries."""
        ones = torch.ones_like(vectors[:, 0])
        counts = torch.zeros_like(self.usage).index_add_(0, indices, ones)
        self.usage.lerp_(counts, 1 - self.decay)
        self.sums.lerp_(torch.zeros_like(self.sums).index_add_(0, indices, vectors), 1 - self.decay)
        fair = self.usage.mean()
        dead = self.usage < DEAD * fair
        drawn = vectors[torch.randint(len(vectors), self.usage.shape, device=vectors.device)]  # for all, dead or not
        self.usage.copy_(torch.where(dead, fair, self.usage))
        self.sums.copy_(torch.where(dead[:, None], fair * drawn, self.sums))
        self.codebook.copy_(self.sums / self.usage[:, None])

    def sample_prior(self, count: int) -> Tensor:
        """Codes (count, d) of uniformly drawn codebook entries."""
        entries = torch.randint(len(self.codebook), (count, self.positions))
        return self.codebook[entries].flatten(1)


def nearest(codebook: Tensor, vectors: Tensor) -> Tensor:
    """Index of the nearest entry: (K, n), (m, n) -> (m,). Leaves |v|^2, the same for all entries, out of distances."""
    return torch.addmm(codebook.square().sum(dim=1), vectors, codebook.T, alpha=-2).argmin(dim=1)
