"""The base class of all autoencoders: encoder, bottleneck, decoder and loss."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from aepipe.errors import ContractError
from aepipe.models import continuous_bernoulli, maps
from aepipe.models.backbones import AtEachPosition, Shape, Widths, convolutional_decoder, convolutional_encoder, layers

__all__ = ["Autoencoder", "Shape", "Widths", "image_bce", "image_squared_error"]


class Autoencoder(nn.Module):
    """An autoencoder: x -> encode -> h -> bottleneck -> z -> decode -> logits of x'.

    By itself, it has no constraint but its latent dimension; subclasses override one or two methods. Their contract,
    which `aepipe.models.contract` checks and docs/add-an-autoencoder.md explains:

    - Images are flat: x has shape (B, D) and values in [0, 1], where D is the product of `image_shape`;
      `x.unflatten(1, image_shape)` has shape (B, H, W) or (B, H, W, 3).
    - `latent_dim` is set, and z has shape (B, d). In evaluation mode, the code of an image depends only on that image,
      and is always the same unless it is a sample; it can be computed without gradients, and for a single image.
    - Random numbers are drawn with torch on the device of the input, so that a seed determines them. Everything that
      training changes is a parameter or a buffer, so that resumed training ends with the same bits.
    - Keyword-only arguments of the constructor, except for widths and channels, are the `settings` of an entry in
      config.yaml.

    Args:
        image_shape: (H, W), or (H, W, 3) in colour.
        latent_dim: d, the number of elements of a latent code.
        encoder_widths: hidden widths from image to code; may be empty.
        decoder_widths: hidden widths from code to image; may be empty.
        channels: of the maps from image to code, one per convolution (`backbone: conv`); None without convolutions.

    Raises:
        ContractError: codes are a grid, but there are no convolutions, or `latent_dim` doesn't fit them.
    """

    #: Whether the bottleneck draws random codes; then both mean and sampled codes are evaluated.
    stochastic = False
    #: Whether a code is a grid of vectors, one per position of the last maps; the fully connected layers are then the
    #: same at each position. Takes convolutions, and a `latent_dim` that is a multiple of the number of positions.
    grid_codes = False
    #: What training compares images by, one of IMAGE_LOSSES: `training.loss` in config.yaml.
    loss_name = "bce"

    def __init__(
        self,
        image_shape: Shape,
        latent_dim: int,
        *,
        encoder_widths: Widths,
        decoder_widths: Widths,
        channels: Widths | None = None,
    ) -> None:
        super().__init__()
        self.image_shape, self.latent_dim = image_shape, latent_dim
        h_dim = self.encoder_outputs(latent_dim)
        if not channels:
            if self.grid_codes:
                raise ContractError(f"{type(self).__name__} has a grid of codes, which takes backbone: conv.")
            pixels = math.prod(image_shape)
            self.encoder = layers([pixels, *encoder_widths, h_dim])
            self.decoder = layers([latent_dim, *decoder_widths, pixels])
            return
        if self.grid_codes and (problem := maps.grid_problem(latent_dim, image_shape, channels)):
            raise ContractError(f"{type(self).__name__}: {problem}.")
        positions = maps.positions(image_shape, channels)
        shared = positions if self.grid_codes else 1  # positions at which the connected layers are the same
        ends = channels[-1] * positions // shared
        inwards: nn.Module = layers([ends, *encoder_widths, h_dim // shared])
        outwards: nn.Module = layers([latent_dim // shared, *decoder_widths, ends])
        if self.grid_codes:
            inwards, outwards = AtEachPosition(shared, inwards), AtEachPosition(shared, outwards)
        self.encoder = convolutional_encoder(image_shape, channels, inwards)
        self.decoder = convolutional_decoder(image_shape, channels, outwards)

    def encoder_outputs(self, latent_dim: int) -> int:
        """e, the number of encoder outputs for a code of `latent_dim` elements."""
        return latent_dim

    def corrupt(self, x: Tensor) -> Tensor:
        """Images (B, D) -> input of the encoder (B, D). Called for losses, never for evaluation."""
        return x

    def encode(self, x: Tensor) -> Tensor:
        """Images (B, D) in [0, 1] -> h (B, e), input of the bottleneck. Interpolation is linear in h."""
        return self.encoder(x)

    def bottleneck(self, h: Tensor, *, sample: bool) -> tuple[Tensor, dict[str, Tensor]]:
        """h (B, e) -> the latent code z (B, d), and its loss terms: weighted scalars, means over the batch.

        A stochastic bottleneck returns a random code if `sample` is true, and its mean otherwise.
        """
        return h, {}

    def decode(self, z: Tensor) -> Tensor:
        """Latent codes (B, d) -> logits (B, D); their sigmoid is the reconstruction, but see `mean_logits`."""
        return self.decoder(z)

    def mean_logits(self, z: Tensor) -> Tensor:
        """Latent codes (B, d) -> logits (B, D) of the reconstruction, for evaluation: of the means of pixels.

        Those of `decode`, except after training with `continuous_bernoulli`, whose means are nearer to 1/2.
        """
        logits = self.decode(z).float()
        return continuous_bernoulli.logits_of_mean(logits) if self.loss_name == "continuous_bernoulli" else logits

    def gaussian_posterior(self, h: Tensor) -> tuple[Tensor, Tensor] | None:
        """h (B, e) -> mean and log standard deviation, (B, d) each, of q(z|x), or None where that is no Gaussian.

        Independent Gaussians; the prior is then N(0, I). Rate and bounds on the likelihood follow from it.
        """
        return None

    def sample_prior(self, count: int) -> Tensor | None:
        """Codes (count, d) drawn from the prior, or None without a prior. Called on the CPU, after training."""
        return None

    def codes(self, x: Tensor, *, sample: bool) -> Tensor:
        """Images (B, D) -> latent codes (B, d)."""
        z, _ = self.bottleneck(self.encode(x), sample=sample)
        return z

    def losses(self, x: Tensor) -> dict[str, Tensor]:
        """The terms whose sum is minimised, scalars: `reconstruction` and those of the bottleneck.

        Called in training mode with gradients, and in evaluation mode without gradients for the validation losses.
        """
        h = self.encode(self.corrupt(x)).float()  # layers may return bfloat16
        z, penalties = self.bottleneck(h, sample=True)
        return {"reconstruction": self.image_loss(self.decode(z), x).mean(), **penalties}

    def image_loss(self, logits: Tensor, x: Tensor) -> Tensor:
        """The reconstruction loss of each image, summed over its pixels: (B, D), (B, D) -> (B,)."""
        return IMAGE_LOSSES[self.loss_name](logits, x)


def image_bce(logits: Tensor, x: Tensor) -> Tensor:
    """Binary cross-entropy of each image in nats, summed over its pixels: (B, D), (B, D) -> (B,).

    Computed from logits l in float32, as sum(softplus(l) - x l), which neither overflows nor takes log(0).
    """
    return ImageBCE.apply(logits.float(), x)


class ImageBCE(torch.autograd.Function):
    """The cross-entropy from one sigmoid p, which also gives the gradient, p - x.

    softplus(l) = max(l, 0) - log(max(p, 1 - p)). One logarithm serves up to 32 pixels, that of the product of
    their factors, each >= 1/2. Torch's function takes one log1p per pixel: a quarter of a training step on a CPU.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, x: Tensor) -> Tensor:
        """(B, D), (B, D) -> (B,)."""
        p = torch.sigmoid(logits)
        ctx.save_for_backward(p, x)
        work = 1 - p  # reused below, to save memory traffic
        factors = torch.maximum(p, work, out=work).unflatten(1, (math.gcd(x.shape[1], 32), -1))
        logarithms = factors.prod(dim=1).log_().sum(dim=1)
        return torch.clamp_min(logits, 0, out=work).addcmul_(x, logits, value=-1).sum(dim=1) - logarithms

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """(B,) -> (B, D) for the logits; nothing for x."""
        p, x = ctx.saved_tensors
        return (p - x).mul_(gradient[:, None]), None


def image_squared_error(logits: Tensor, x: Tensor) -> Tensor:
    """Squared error of each image, summed over its pixels: (B, D), (B, D) -> (B,).

    Up to a constant, the negative log-likelihood of a normal distribution with variance 1/2 around the reconstruction.
    """
    return (torch.sigmoid(logits.float()) - x).square().sum(dim=1)


def image_continuous_bernoulli(logits: Tensor, x: Tensor) -> Tensor:
    """Negative log-density of each image in nats, of continuous Bernoulli distributions: (B, D), (B, D) -> (B,).

    The cross-entropy minus the logarithm of the normaliser, and often negative, as densities may exceed 1.
    """
    logits = logits.float()
    return image_bce(logits, x) - continuous_bernoulli.log_normaliser(logits).sum(dim=1)


#: Name in the configuration -> loss of each image: (B, D) logits, (B, D) images -> (B,).
IMAGE_LOSSES = {"bce": image_bce, "mse": image_squared_error, "continuous_bernoulli": image_continuous_bernoulli}
