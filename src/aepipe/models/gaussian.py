"""The divergence of Gaussian codes from their prior: a loss of variational autoencoders, and their rate."""

from torch import Tensor


def gaussian_kl(mu: Tensor, log_sigma: Tensor) -> Tensor:
    """KL(N(mu, sigma) || N(0, I)) of each row in nats: (B, d), (B, d) -> (B,), values >= 0.

    1/2 sum(sigma^2 + mu^2 - 1 - log sigma^2), Kingma and Welling (2014), appendix B.
    """
    return 0.5 * ((2 * log_sigma).exp() + mu**2 - 1 - 2 * log_sigma).sum(dim=1)
