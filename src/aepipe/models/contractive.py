"""The contractive autoencoder: a small change of an image hardly changes its code."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aepipe.models.backbones import Maps, Rows
from aepipe.models.base import Autoencoder, Shape, Widths
from aepipe.models.maps import STRIDE

#: The transposed derivative of a layer: directions among its outputs -> directions among its inputs, for each image.
Slope = Callable[[Tensor], Tensor]
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
        return {"reconstruction": self.image_loss(self.decode(z), x).mean(), "contraction": self.beta * contraction}

    def encode_with_slopes(self, x: Tensor) -> tuple[Tensor, list[Slope]]:
        """Images (B, D) -> codes (B, d) like those of `encode`, and the slope of each layer, from image to code."""
        slopes: list[Slope] = []
        for layer in parts(self.encoder):
            if isinstance(layer, nn.Sequential):
                linear, normalisation, activation = layer
                a = linear(x)
                y = activation(normalisation(a))
                slopes.append(transposed(linear, x, slope(normalisation, a) * (y > 0)))  # type: ignore[arg-type]
            else:
                y = layer(x)
                slopes.append(transposed(layer, x, 1.0))
            x = y
        return x.float(), slopes


def parts(encoder: nn.Sequential) -> Iterator[nn.Module]:
    """The layers of an encoder in order: hidden ones, each three modules in a Sequential, and single modules."""
    for layer in encoder:
        if isinstance(layer, nn.Sequential) and not isinstance(layer[-1], nn.ReLU):
            yield from parts(layer)
        else:
            yield layer


def transposed(layer: nn.Module, x: Tensor, factor: Tensor | float) -> Slope:
    """The slope of a layer with inputs x, whose outputs are multiplied by a factor."""
    if isinstance(layer, Maps):
        return Rows()
    if isinstance(layer, Rows):
        return Maps((x.shape[2], x.shape[3]), x.shape[1])
    weight: Tensor = layer.weight  # type: ignore[assignment]
    if isinstance(layer, nn.Linear):
        return lambda directions: (directions * factor) @ weight
    even = [1 - size % 2 for size in x.shape[2:]]
    return lambda directions: F.conv_transpose2d(
        directions * factor, weight, stride=STRIDE, padding=1, output_padding=even
    )


def slope(normalisation: nn.BatchNorm1d | nn.BatchNorm2d, a: Tensor) -> Tensor:
    """The derivative of batch normalisation by its inputs: (B, n) -> (n,), or (B, n, H, W) -> (n, 1, 1)."""
    rest = [0, *range(2, a.dim())]
    running = normalisation.running_var
    variance = a.float().var(dim=rest, correction=0) if normalisation.training or running is None else running
    slopes = normalisation.weight * (variance + normalisation.eps).rsqrt()
    return slopes.unflatten(0, (-1, *[1] * (a.dim() - 2)))


def pulled_back(directions: Tensor, slopes: list[Slope]) -> Tensor:
    """Directions v (B, d) -> v^T J (B, D), with the Jacobian J of each image.

    For v with mean 0 and covariance M, the expected squared length is tr(J^T M J).
    """
    for slope in reversed(slopes):
        directions = slope(directions)
    return directions


def in_deviations(directions: Tensor, z: Tensor) -> Tensor:
    """Directions v (n, d) of covariance I -> L^-T v, of covariance S^-1; S = L L^T is the covariance of z (B, d)."""
    centred = z - z.mean(dim=0)
    covariance = (centred[:, :, None] * centred[:, None, :]).mean(dim=0)  # a matrix product might be bfloat16
    covariance = covariance + RIDGE * covariance.diagonal().mean() * torch.eye(z.shape[1], device=z.device)
    factor, _ = torch.linalg.cholesky_ex(covariance)  # unlike `cholesky`, does not wait for the GPU
    return torch.linalg.solve_triangular(factor.T, directions.T, upper=True).T
