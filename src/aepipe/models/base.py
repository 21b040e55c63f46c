"""The base class of all autoencoders: encoder, bottleneck, decoder and loss."""

import math
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

Widths = list[int]
#: Shape of an image: (H, W), or (H, W, 3) in colour.
Shape = tuple[int, ...]


def hidden_layer(inputs: int, outputs: int) -> nn.Sequential:
    """Linear without bias, batch normalisation, ReLU: (B, inputs) -> (B, outputs), values >= 0."""
    return nn.Sequential(nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs), nn.ReLU())


def layers(widths: Widths) -> nn.Sequential:
    """Fully connected layers of these widths: hidden layers, and a plain Linear at the end."""
    *hidden, last = pairwise(widths)
    return nn.Sequential(*(hidden_layer(*pair) for pair in hidden), nn.Linear(*last))


class Autoencoder(nn.Module):
    """The fully connected autoencoder: x -> encode -> h -> bottleneck -> z -> decode -> logits of x'.

    By itself, it has no constraint but its latent dimension; subclasses override one or two methods. Their contract,
    which `aepipe.models.contract` checks and docs/add-an-autoencoder.md explains:

    - Images are flat: x has shape (B, D) and values in [0, 1], where D is the product of `image_shape`;
      `x.unflatten(1, image_shape)` has shape (B, H, W) or (B, H, W, 3).
    - `latent_dim` is set, and z has shape (B, d). In evaluation mode, the code of an image depends only on that image,
      and is always the same unless it is a sample; it can be computed without gradients, and for a single image.
    - Random numbers are drawn with torch on the device of the input, so that a seed determines them. Everything that
      training changes is a parameter or a buffer, so that resumed training ends with the same bits.
    - Keyword-only arguments of the constructor, except for the widths, are the `settings` of an entry in config.yaml.

    Args:
        image_shape: (H, W), or (H, W, 3) in colour.
        latent_dim: d, the number of elements of a latent code.
        encoder_widths: hidden widths from image to code; may be empty.
        decoder_widths: hidden widths from code to image; may be empty.
    """

    #: Whether the bottleneck draws random codes; then both mean and sampled codes are evaluated.
    stochastic = False

    def __init__(self, image_shape: Shape, latent_dim: int, *, encoder_widths: Widths, decoder_widths: Widths) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        input_dim = math.prod(image_shape)
        self.encoder = layers([input_dim, *encoder_widths, self.encoder_outputs(latent_dim)])
        self.decoder = layers([latent_dim, *decoder_widths, input_dim])

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
        """Latent codes (B, d) -> logits (B, D); their sigmoid is the reconstruction."""
        return self.decoder(z)

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
        return {"reconstruction": image_bce(self.decode(z), x).mean(), **penalties}


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
