"""The variational autoencoder and, with beta other than 1, the beta-VAE."""

import torch
from torch import Tensor

from aepipe.models.base import Autoencoder, Shape, Widths
from aepipe.models.gaussian import gaussian_kl


class VAE(Autoencoder):
    """h = (mu, log sigma), z = mu + sigma * eps with eps ~ N(0, I); adds beta * KL(N(mu, sigma) || N(0, I)).

    Sources: D. Kingma and M. Welling, "Auto-encoding variational Bayes", ICLR 2014;
    I. Higgins et al., "beta-VAE", ICLR 2017.

    Args:
        beta: weight of the KL divergence; 1 gives the negative ELBO; >= 0.
    """

    stochastic = True

    def __init__(self, image_shape: Shape, latent_dim: int, *, beta: float, **widths: Widths) -> None:
        super().__init__(image_shape, latent_dim, **widths)
        self.beta = beta

    def encoder_outputs(self, latent_dim: int) -> int:
        """Mean and log standard deviation of each element: 2 d."""
        return 2 * latent_dim

    def bottleneck(self, h: Tensor, *, sample: bool) -> tuple[Tensor, dict[str, Tensor]]:
        """h (B, 2 d) -> z (B, d), the mean or a sample, and the weighted `kl`."""
        mu, log_sigma = self.gaussian_posterior(h)
        z = mu + log_sigma.exp() * torch.randn_like(mu) if sample else mu
        return z, {"kl": self.beta * gaussian_kl(mu, log_sigma).mean()}

    def gaussian_posterior(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """h (B, 2 d) -> mu and log sigma, (B, d) each."""
        mu, log_sigma = h.chunk(2, dim=1)
        return mu, log_sigma

    def sample_prior(self, count: int) -> Tensor:
        """Codes (count, d) from N(0, I)."""
        return torch.randn(count, self.latent_dim)
