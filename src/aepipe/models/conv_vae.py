"""The variational autoencoder with convolutions, for images of any size."""

import math
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F

from aepipe.models.base import Shape, Widths
from aepipe.models.vae import VAE


class ConvVAE(VAE):
    """A VAE whose encoder begins with strided convolutions, and whose decoder ends with transposed ones.

    Each convolution halves height and width, rounded up; its transpose reverses that, also for odd sizes. The fully
    connected layers of the VAE, with the given widths, lie between the smallest maps and the code.
    The layers follow A. Radford et al., "Unsupervised representation learning with deep convolutional generative
    adversarial networks", ICLR 2016: strides instead of pooling, batch normalisation and ReLU.

    Args:
        beta: weight of the KL divergence; 1 gives the negative ELBO; >= 0.
        channels: of the maps from image to code, one per convolution; at least one.
    """

    def __init__(
        self, image_shape: Shape, latent_dim: int, *, beta: float, channels: list[int], **widths: Widths
    ) -> None:
        height, width, *colours = image_shape
        channels = [*(colours or [1]), *channels]
        sizes = [(height, width)]
        for _ in channels[1:]:
            sizes.append((math.ceil(sizes[-1][0] / 2), math.ceil(sizes[-1][1] / 2)))
        maps = (channels[-1], *sizes[-1])
        super().__init__(maps, latent_dim, beta=beta, **widths)
        self.image_shape, self.maps = (height, width, channels[0]), maps
        self.convolutions = nn.Sequential(*(down(*pair) for pair in pairwise(channels)))
        *inner, outermost = [
            up(inputs, outputs, size)
            for (outputs, inputs), size in reversed(list(zip(pairwise(channels), sizes[:-1], strict=True)))
        ]
        normalised = [nn.Sequential(layer, nn.BatchNorm2d(layer.out_channels), nn.ReLU()) for layer in inner]
        self.transposed = nn.Sequential(*normalised, outermost)

    def encode(self, x: Tensor) -> Tensor:
        """Images (B, D) in [0, 1] -> h (B, 2 d)."""
        pixels = x.unflatten(1, self.image_shape).permute(0, 3, 1, 2)  # (B, channels, H, W)
        return super().encode(self.convolutions(pixels).flatten(1))

    def decode(self, z: Tensor) -> Tensor:
        """Latent codes (B, d) -> logits of the pixels (B, D)."""
        maps = F.relu(super().decode(z)).unflatten(1, self.maps)
        return self.transposed(maps).permute(0, 2, 3, 1).flatten(1)


def down(inputs: int, outputs: int) -> nn.Sequential:
    """Halves height and width: (B, inputs, H, W) -> (B, outputs, ceil(H / 2), ceil(W / 2)), values >= 0."""
    convolution = nn.Conv2d(inputs, outputs, kernel_size=3, stride=2, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


def up(inputs: int, outputs: int, size: tuple[int, int]) -> nn.ConvTranspose2d:
    """Restores a size (H, W): (B, inputs, ceil(H / 2), ceil(W / 2)) -> (B, outputs, H, W)."""
    height, width = size
    even = (1 - height % 2, 1 - width % 2)  # an even size is one larger than the odd size that is halved to the same
    return nn.ConvTranspose2d(inputs, outputs, kernel_size=3, stride=2, padding=1, output_padding=even)
