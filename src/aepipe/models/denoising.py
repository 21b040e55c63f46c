"""The denoising autoencoder: reconstructs an image from a noisy version."""

import torch
from torch import Tensor

from aepipe.models.base import Autoencoder, Shape, Widths


class Denoising(Autoencoder):
    """In training, the encoder sees clip(x + noise * eps, 0, 1), eps ~ N(0, I); the target is x.

    Source: P. Vincent et al., "Extracting and composing robust features with denoising autoencoders", ICML 2008.

    Args:
        noise: standard deviation of the noise, in units of the pixel range; >= 0.
    """

    def __init__(self, image_shape: Shape, latent_dim: int, *, noise: float, **widths: Widths) -> None:
        super().__init__(image_shape, latent_dim, **widths)
        self.noise = noise

    def corrupt(self, x: Tensor) -> Tensor:
        """(B, D) -> (B, D) in [0, 1]: noisy in training mode, unchanged in evaluation mode."""
        if not self.training:
            return x
        return (x + self.noise * torch.randn_like(x)).clamp(0, 1)
