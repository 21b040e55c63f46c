"""The Wasserstein autoencoder: deterministic codes, whose overall distribution matches the prior."""

import torch
from torch import Tensor

from aepipe.models.base import Autoencoder, Shape, Widths


class WAE(Autoencoder):
    """z = h; adds beta * MMD^2 between the codes of a batch and as many from N(0, I).

    Source: I. Tolstikhin et al., "Wasserstein auto-encoders", ICLR 2018: WAE-MMD, algorithm 2, with its kernel.

    Args:
        beta: weight of the discrepancy, >= 0; the article's lambda.
    """

    def __init__(self, image_shape: Shape, latent_dim: int, *, beta: float, **widths: Widths) -> None:
        super().__init__(image_shape, latent_dim, **widths)
        self.beta = beta

    def sample_prior(self, count: int) -> Tensor:
        """Codes (count, d) from N(0, I)."""
        return torch.randn(count, self.latent_dim)

    def losses(self, x: Tensor) -> dict[str, Tensor]:
        """The `reconstruction` and the weighted `mmd`, which depends on the whole batch."""
        z = self.codes(x, sample=True).float()
        mmd = squared_mmd(z, torch.randn_like(z))
        return {"reconstruction": self.image_loss(self.decode(z), x).mean(), "mmd": self.beta * mmd}


def squared_mmd(a: Tensor, b: Tensor) -> Tensor:
    """Squared maximum mean discrepancy of two samples: (n, d), (n, d) -> scalar, about 0 for equal distributions.

    The unbiased estimate, which compares no element with itself and can be negative:
    A. Gretton et al., "A kernel two-sample test", JMLR 2012, lemma 6. A single element has no pairs.
    """
    count = len(a)
    pairs = max(count * (count - 1), 1)
    within = (kernel(a, a).sum() + kernel(b, b).sum() - 2 * count) / pairs  # k(z, z) is 1
    return within - 2 * kernel(a, b).mean()


def kernel(a: Tensor, b: Tensor) -> Tensor:
    """The inverse multiquadratic C / (C + |a - b|^2) of all pairs, C = 2 d: (n, d), (m, d) -> (n, m), in (0, 1].

    C is the expected squared distance of two codes from N(0, I), as in the article.
    """
    scale = 2 * a.shape[1]
    distances = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")  # a matrix product might be bfloat16
    return scale / (scale + distances**2)
