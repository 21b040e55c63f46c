"""The layers between image and code: fully connected ones, alone (`mlp`) or within convolutions (`conv`).

Strided convolutions halve height and width, rounded up; transposed ones reverse that, also for odd sizes. They follow
A. Radford et al., "Unsupervised representation learning with deep convolutional generative adversarial networks",
ICLR 2016: strides instead of pooling, batch normalisation and ReLU.
"""

from itertools import pairwise

from torch import Tensor, nn

from aepipe.models import maps

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


class AtEachPosition(nn.Module):
    """The same layers at each of P positions: (B, P * inputs) -> (B, P * outputs), position by position."""

    def __init__(self, positions: int, shared: nn.Module) -> None:
        super().__init__()
        self.positions = positions
        self.shared = shared

    def forward(self, x: Tensor) -> Tensor:
        """(B, P * inputs) -> (B, P * outputs)."""
        rows = x.unflatten(1, (self.positions, -1)).flatten(0, 1)
        return self.shared(rows).unflatten(0, (-1, self.positions)).flatten(1)


class Maps(nn.Module):
    """Flat pixels or positions, channels last, as maps: (B, H * W * channels) -> (B, channels, H, W)."""

    def __init__(self, size: tuple[int, int], channels: int) -> None:
        super().__init__()
        self.shape = (*size, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, H * W * channels) -> (B, channels, H, W)."""
        return x.unflatten(1, self.shape).permute(0, 3, 1, 2)


class Rows(nn.Module):
    """The reverse of Maps: (B, channels, H, W) -> (B, H * W * channels)."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, H, W) -> (B, H * W * channels)."""
        return x.permute(0, 2, 3, 1).flatten(1)


def convolutional_encoder(image_shape: Shape, channels: Widths, connected: nn.Module) -> nn.Sequential:
    """Images (B, D) -> strided convolutions -> flat maps (B, h * w * channels) -> `connected` -> h (B, e)."""
    first = maps.sizes(image_shape, 0)[0]
    every = [maps.colours(image_shape), *channels]
    return nn.Sequential(Maps(first, every[0]), *(down(*pair) for pair in pairwise(every)), Rows(), connected)


def convolutional_decoder(image_shape: Shape, channels: Widths, connected: nn.Module) -> nn.Sequential:
    """Codes (B, d) -> `connected` -> ReLU -> maps -> transposed convolutions -> logits of the pixels (B, D)."""
    *sizes, smallest = maps.sizes(image_shape, len(channels))
    pairs = pairwise([maps.colours(image_shape), *channels])
    outermost, *inner = [up(inputs, outputs, size) for (outputs, inputs), size in zip(pairs, sizes, strict=True)]
    hidden = [nn.Sequential(layer, nn.BatchNorm2d(layer.out_channels), nn.ReLU()) for layer in reversed(inner)]
    return nn.Sequential(connected, nn.ReLU(), Maps(smallest, channels[-1]), *hidden, outermost, Rows())


def down(inputs: int, outputs: int) -> nn.Sequential:
    """Halves height and width: (B, inputs, H, W) -> (B, outputs, ceil(H / 2), ceil(W / 2)), values >= 0."""
    convolution = nn.Conv2d(inputs, outputs, maps.KERNEL, stride=maps.STRIDE, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


def up(inputs: int, outputs: int, size: tuple[int, int]) -> nn.ConvTranspose2d:
    """Restores a size (H, W): (B, inputs, ceil(H / 2), ceil(W / 2)) -> (B, outputs, H, W)."""
    height, width = size
    even = (1 - height % 2, 1 - width % 2)  # an even size is one larger than the odd size that is halved to the same
    return nn.ConvTranspose2d(inputs, outputs, maps.KERNEL, stride=maps.STRIDE, padding=1, output_padding=even)
