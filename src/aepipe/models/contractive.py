"""The contractive autoencoder: a small change of an image hardly changes its code."""

from typing import Any

import torch
from torch import Tensor, nn

from aepipe.models.base import Autoencoder, Shape, Widths, image_bce

#: What a layer multiplies small changes of its input with: a weight (outputs, inputs), and a slope for each output,
#: (B, outputs), or 1.
Slope = tuple[Tensor, Tensor | float]
#: Of the codes' mean variance, added to each variance: of codes that span fewer dimensions no inverse can be had.
RIDGE = 1e-5


class Contractive(Autoencoder):
    """z = encoder(x); adds beta * ||dz/dx||_F^2, the mean over the batch, in units of the codes' own spread.

    Source: S. Rifai et al., "Contractive auto-encoders: explicit invariance during feature extraction", ICML 2011.
    The article's encoder is one layer of sigmoids, and its decoder has the same weights, lest codes become small and
    the decoder large. The decoder here begins with a linear layer and batch normalisation, which undo any size, and any
    other linear map of the codes. So changes are measured as Mahalanobis does: tr(J^T S^-1 J), S the covariance of the
    batch's codes, is the same for all codes that differ by an invertible linear map. Of no more than 2 d images no such
    covariance can be told, and a batch of so few has no penalty.

    The network is deep, and its Jacobian the product of its layers: W3 D2 W2 D1 W1, with the slopes D of batch
    normalisation and ReLU. It is that of an image's code by the image itself: batch statistics count as constants of
    the image, as in evaluation, but not of the weights, whose size they undo. Its norm is estimated with one random
    sign for each element of the code, which costs about as much as encoding once more, and no second derivatives:
    M. Hutchinson, "A stochastic estimator of the trace of the influence matrix for Laplacian smoothing splines",
    Communications in Statistics: Simulation and Computation 18, 1989.

    Args:
        beta: weight of the penalty, >= 0; the article's lambda.
    """

    def __init__(self, image_shape: Shape, latent_dim: int, *, beta: float, **widths: Widths) -> None:
        super().__init__(image_shape, latent_dim, **widths)
        self.beta = beta

    def losses(self, x: Tensor) -> dict[str, Tensor]:
        """The `reconstruction` and the weighted `contraction`."""
        z, slopes = self.encode_with_slopes(x)
        contraction = z.new_zeros(())
        if len(x) > 2 * self.latent_dim:
            signs = torch.randint_like(z, 2) * 2 - 1
            moved = pulled_back(in_deviations(signs, z), slopes).float()
            contraction = moved.square().sum(dim=1).mean()
        return {"reconstruction": image_bce(self.decode(z), x).mean(), "contraction": self.beta * contraction}

    def encode_with_slopes(self, x: Tensor) -> tuple[Tensor, list[Slope]]:
        """Images (B, D) -> codes (B, d) as `encode` gives them, and each layer's slope, from the image inwards."""
        layers: list[Any] = list(self.encoder)
        *hidden, last = layers
        slopes: list[Slope] = []
        for linear, normalisation, activation in hidden:
            a = linear(x)
            x = activation(normalisation(a))
            slopes.append((linear.weight, slope(normalisation, a) * (x > 0)))
        slopes.append((last.weight, 1.0))
        return last(x).float(), slopes


def slope(normalisation: nn.BatchNorm1d, a: Tensor) -> Tensor:
    """What batch normalisation multiplies its inputs with: those of a batch (B, n) -> (n,)."""
    running = normalisation.running_var
    variance = a.float().var(dim=0, correction=0) if normalisation.training or running is None else running
    return normalisation.weight * (variance + normalisation.eps).rsqrt()


def pulled_back(directions: Tensor, slopes: list[Slope]) -> Tensor:
    """v^T J of each image, by its Jacobian J: directions v (B, d) of the code -> (B, D) of the image.

    Mean and covariance of v being 0 and M, the expected square of its length is tr(J^T M J).
    """
    for weight, factor in reversed(slopes):
        directions = (directions * factor) @ weight
    return directions


def in_deviations(directions: Tensor, z: Tensor) -> Tensor:
    """Directions v (n, d) of covariance I -> L^-T v, of covariance S^-1; S = L L^T is that of codes z (B, d)."""
    centred = z - z.mean(dim=0)
    covariance = (centred[:, :, None] * centred[:, None, :]).mean(dim=0)  # no matrix product, which may be bfloat16
    covariance = covariance + RIDGE * covariance.diagonal().mean() * torch.eye(z.shape[1], device=z.device)
    factor, _ = torch.linalg.cholesky_ex(covariance)  # without a look at the outcome, for which a GPU would wait
    return torch.linalg.solve_triangular(factor.T, directions.T, upper=True).T
