"""What every autoencoder is: encoder, bottleneck, decoder, and the terms of its loss."""

import math
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

Widths = list[int]
#: Of an image: (H, W), or (H, W, channels).
Shape = tuple[int, ...]


def hidden_layer(inputs: int, outputs: int) -> nn.Sequential:
    """Linear without bias, batch normalisation, ReLU: (B, inputs) -> (B, outputs), values >= 0."""
    return nn.Sequential(nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs), nn.ReLU())


def layers(widths: Widths) -> nn.Sequential:
    """Fully connected layers through `widths`; all hidden but the last, which is a plain Linear."""
    *hidden, last = pairwise(widths)
    return nn.Sequential(*(hidden_layer(*pair) for pair in hidden), nn.Linear(*last))


class Autoencoder(nn.Module):
    """The fully connected autoencoder: x -> encode -> h -> bottleneck -> z -> decode -> logits of x'.

    As it stands it has no constraint but its latent dimension. The others override one or two of the methods, of which
    each says what it is given and what it must give; `aepipe.models.contract` checks that, and
    docs/add-an-autoencoder.md tells how to add one. What all of them rely on:

    - Images are flat: x has shape (B, D) and values in [0, 1]; D is the product of `image_shape`. The colours of a
      pixel lie beside each other: `x.unflatten(1, image_shape)` has shape (B, H, W) or (B, H, W, 3).
    - `latent_dim` is set, and z has shape (B, d). In evaluation mode the code of an image depends on that image alone,
      is the same every time unless it is a sample, and may be asked for without gradients and for a single image.
    - Random numbers are torch's, drawn on the device of the input, so that a seed fixes them; what is learnt, and what
      else changes in training, is a parameter or a buffer. Then a training that was killed ends with the same bits.
    - Keyword-only arguments of the constructor, but for the widths, are the `settings` of an entry in config.yaml.
      What needs no hidden layers, or has its own, takes widths that are empty.

    Args:
        image_shape: (H, W) of grey images, (H, W, 3) of those in colour.
        latent_dim: d, the number of elements of a latent code.
        encoder_widths: hidden widths from the image inwards, one a layer.
        decoder_widths: hidden widths from the code outwards, one a layer.
    """

    #: Whether the bottleneck draws random numbers; then mean and sampled codes are both evaluated.
    stochastic = False

    def __init__(self, image_shape: Shape, latent_dim: int, *, encoder_widths: Widths, decoder_widths: Widths) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        input_dim = math.prod(image_shape)
        self.encoder = layers([input_dim, *encoder_widths, self.encoder_outputs(latent_dim)])
        self.decoder = layers([latent_dim, *decoder_widths, input_dim])

    def encoder_outputs(self, latent_dim: int) -> int:
        """e, how many numbers the encoder gives for a code of `latent_dim` elements."""
        return latent_dim

    def corrupt(self, x: Tensor) -> Tensor:
        """What the encoder sees of x: (B, D) -> (B, D). Called for losses, never for evaluation."""
        return x

    def encode(self, x: Tensor) -> Tensor:
        """Images (B, D) in [0, 1] -> h (B, e), what the bottleneck makes a code of.

        Interpolation goes straight from one image's h to another's.
        """
        return self.encoder(x)

    def bottleneck(self, h: Tensor, *, sample: bool) -> tuple[Tensor, dict[str, Tensor]]:
        """h (B, e) -> the latent code z (B, d), and the terms, scalars, that it adds to the loss.

        `sample` asks a stochastic bottleneck for a random code instead of its mean. The terms are weighted, and means
        over the batch.
        """
        return h, {}

    def decode(self, z: Tensor) -> Tensor:
        """Latent codes (B, d) -> logits of the pixels (B, D); their sigmoid is the reconstruction."""
        return self.decoder(z)

    def sample_prior(self, count: int) -> Tensor | None:
        """`count` codes (count, d) to decode into new images, or None where there is no prior.

        Called in the CPU's memory, after training.
        """
        return None

    def codes(self, x: Tensor, *, sample: bool) -> Tensor:
        """Images (B, D) -> latent codes (B, d)."""
        z, _ = self.bottleneck(self.encode(x), sample=sample)
        return z

    def losses(self, x: Tensor) -> dict[str, Tensor]:
        """The terms whose sum is minimised, each a scalar: `reconstruction` and the bottleneck's own.

        Called in training mode with gradients, and in evaluation mode without, for the curve of validation losses.
        """
        h = self.encode(self.corrupt(x)).float()  # layers may compute in bfloat16, losses don't
        z, penalties = self.bottleneck(h, sample=True)
        return {"reconstruction": image_bce(self.decode(z), x).mean(), **penalties}


def image_bce(logits: Tensor, x: Tensor) -> Tensor:
    """Binary cross-entropy of each image in nats, summed over its pixels: (B, D), (B, D) -> (B,).

    From logits l it is sum(softplus(l) - x l), which neither overflows nor takes log(0); computed in float32.
    """
    return ImageBCE.apply(logits.float(), x)


class ImageBCE(torch.autograd.Function):
    """The cross-entropy from one sigmoid p, which is its gradient, too: dl = p - x.

    softplus(l) = max(l, 0) - log(max(p, 1 - p)), and the logarithms of up to 32 pixels are one, that of their product:
    each factor is 1/2 at least. Torch's own function takes log1p of each, a quarter of a training step on a CPU.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, x: Tensor) -> Tensor:
        """(B, D), (B, D) -> (B,)."""
        p = torch.sigmoid(logits)
        ctx.save_for_backward(p, x)
        work = 1 - p  # all that follows is computed in this array: less to move through the cache
        factors = torch.maximum(p, work, out=work).unflatten(1, (math.gcd(x.shape[1], 32), -1))
        logarithms = factors.prod(dim=1).log_().sum(dim=1)
        return torch.clamp_min(logits, 0, out=work).addcmul_(x, logits, value=-1).sum(dim=1) - logarithms

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """(B,) -> (B, D) for the logits; nothing for x."""
        p, x = ctx.saved_tensors
        return (p - x).mul_(gradient[:, None]), None
