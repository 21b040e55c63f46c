"""The contractive autoencoder: a small change of an image hardly changes its code."""

from typing import Any

import torch
from torch import Tensor, nn

from aepipe.autoencoders.base import Autoencoder, Shape, Widths, image_bce

#: What a layer multiplies small changes of its input with: weight (outputs, inputs), and a slope for each output,
#: (B, outputs) or (outputs,).
Slope = tuple[Tensor, Tensor]


class Contractive(Autoencoder):
    """z = encoder(x), each element of unit variance; adds beta * ||dz/dx||_F^2, the mean over the batch.

    Source: S. Rifai et al., "Contractive auto-encoders: explicit invariance during feature extraction", ICML 2011.
    The article's encoder is one layer of sigmoids, and its decoder has the same weights, so that codes can't become
    small and the decoder large instead. The decoder here begins with a batch normalisation, to which all sizes are
    alike: so the code is normalised, too, without a scale of its own.

    The network is deep, and its Jacobian the product of its layers: W3 S2 W2 S1 W1, with the slopes S of batch
    normalisation and ReLU. It is that of an image's code by the image itself: batch statistics count as constants of
    the image, as in evaluation, but not of the weights, whose scale they undo. Its norm is estimated with one random
    sign for each element of the code, which costs about as much as encoding once more, and no second derivatives:
    M. Hutchinson, "A stochastic estimator of the trace of the influence matrix for Laplacian smoothing splines",
    Communications in Statistics: Simulation and Computation 18, 1989.

    Args:
        beta: weight of the penalty, >= 0; the article's lambda.
    """

    def __init__(self, image_shape: Shape, latent_dim: int, *, beta: float, **widths: Widths) -> None:
        super().__init__(image_shape, latent_dim, **widths)
        self.beta = beta
        self.normalisation = nn.BatchNorm1d(latent_dim, affine=False)

    def encode(self, x: Tensor) -> Tensor:
        """Images (B, D) in [0, 1] -> h (B, d); over a batch, or all training images, of mean 0 and variance 1."""
        return self.normalisation(self.encoder(x))

    def losses(self, x: Tensor) -> dict[str, Tensor]:
        """The `reconstruction` and the weighted `contraction`."""
        z, slopes = self.encode_with_slopes(x)
        signs = torch.randint_like(z, 2) * 2 - 1
        contraction = pulled_back(signs, slopes).square().sum(dim=1).mean()
        return {"reconstruction": image_bce(self.decode(z), x).mean(), "contraction": self.beta * contraction}

    def encode_with_slopes(self, x: Tensor) -> tuple[Tensor, list[Slope]]:
        """Images (B, D) -> codes (B, d) as `encode` gives them, and each layer's slope, from the image inwards."""
        layers: list[Any] = list(self.encoder)
        *hidden, last = layers
        slopes = []
        for linear, normalisation, activation in hidden:
            a = linear(x)
            x = activation(normalisation(a))
            slopes.append((linear.weight, slope(normalisation, a) * (x > 0)))
        a = last(x)
        slopes.append((last.weight, slope(self.normalisation, a)))
        return self.normalisation(a).float(), slopes


def slope(normalisation: nn.BatchNorm1d, a: Tensor) -> Tensor:
    """What batch normalisation multiplies its inputs with: those of a batch (B, n) -> (n,)."""
    running = normalisation.running_var
    variance = a.float().var(dim=0, correction=0) if normalisation.training or running is None else running
    factor = (variance + normalisation.eps).rsqrt()
    return factor * normalisation.weight if normalisation.affine else factor


def pulled_back(directions: Tensor, slopes: list[Slope]) -> Tensor:
    """v^T J of each image, by its Jacobian J: directions v (B, d) of the code -> (B, D) of the image.

    Mean and covariance of v being 0 and I, the expected square of its length is ||J||_F^2.
    """
    for weight, factor in reversed(slopes):
        directions = (directions * factor) @ weight
    return directions
