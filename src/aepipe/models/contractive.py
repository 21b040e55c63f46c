"""The contractive autoencoder: a small change of an image hardly changes its code."""

from typing import Any

import torch
from torch import Tensor, nn

from aepipe.models.base import Autoencoder, Shape, Widths, image_bce

#: The derivative of a layer: weight (outputs, inputs), and slope of each output, (B, outputs) or 1.
Slope = tuple[Tensor, Tensor | float]
#: Share of the mean variance that is added to each variance, as codes may span fewer than d dimensions.
RIDGE = 1e-5


class Contractive(Autoencoder):
    """z = encoder(x); adds beta * ||dz/dx||_F^2, the mean over the batch, in units of the codes' own spread.

    Source: S. Rifai et al., "Contractive auto-encoders: explicit invariance during feature extraction", ICML 2011.
    The article has one layer of sigmoids, and ties the weights of the decoder, so that it can't scale up small codes.
    The decoder here begins with a linear layer and batch normalisation, which can undo any linear map of the codes.
    Changes are therefore measured by Mahalanobis distance: tr(J^T S^-1 J), with the covariance S of the codes in the
    batch, is invariant to invertible linear maps. Batches of at most 2 d images, too few for S, have no penalty.

    The Jacobian is the product of the layers, W3 D2 W2 D1 W1, with the slopes D of batch normalisation and ReLU. Batch
    statistics are constants with respect to the image, as in evaluation, but not to the weights. The norm is estimated
    with one random sign per element of the code, at about the cost of encoding once more, without second derivatives:
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
        """Images (B, D) -> codes (B, d) like those of `encode`, and the slope of each layer, from image to code."""
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
    """The derivative of batch normalisation by its inputs: (B, n) -> (n,)."""
    running = normalisation.running_var
    variance = a.float().var(dim=0, correction=0) if normalisation.training or running is None else running
    return normalisation.weight * (variance + normalisation.eps).rsqrt()


def pulled_back(directions: Tensor, slopes: list[Slope]) -> Tensor:
    """Directions v (B, d) -> v^T J (B, D), with the Jacobian J of each image.

    For v with mean 0 and covariance M, the expected squared length is tr(J^T M J).
    """
    for weight, factor in reversed(slopes):
        directions = (directions * factor) @ weight
    return directions


def in_deviations(directions: Tensor, z: Tensor) -> Tensor:
    """Directions v (n, d) of covariance I -> L^-T v, of covariance S^-1; S = L L^T is the covariance of z (B, d)."""
    centred = z - z.mean(dim=0)
    covariance = (centred[:, :, None] * centred[:, None, :]).mean(dim=0)  # a matrix product might be bfloat16
    covariance = covariance + RIDGE * covariance.diagonal().mean() * torch.eye(z.shape[1], device=z.device)
    factor, _ = torch.linalg.cholesky_ex(covariance)  # unlike `cholesky`, does not wait for the GPU
    return torch.linalg.solve_triangular(factor.T, directions.T, upper=True).T
