"""The sizes of the maps between convolutions, and the weights of a network with them: arithmetic without torch."""

import math
from itertools import pairwise
from typing import Any

#: Height and width of the kernel of each convolution, and how far it moves.
KERNEL, STRIDE = 3, 2


def sizes(image_shape: tuple[int, ...], convolutions: int) -> list[tuple[int, int]]:
    """(height, width) of an image and of the maps after each convolution, which halves both, rounded up."""
    height, width = image_shape[:2]
    return [(-(-height // STRIDE**n), -(-width // STRIDE**n)) for n in range(convolutions + 1)]


def colours(image_shape: tuple[int, ...]) -> int:
    """1 of an image (H, W), 3 of one (H, W, 3)."""
    return math.prod(image_shape[2:])


def positions(image_shape: tuple[int, ...], channels: list[int]) -> int:
    """How many positions the last maps have: height times width."""
    return math.prod(sizes(image_shape, len(channels))[-1])


def weights(network: dict[str, Any], image_shape: tuple[int, ...], *, grid: bool = False) -> int:
    """How many weights the layers of a network have, those of normalisation and biases left out.

    Args:
        network: from `configuration.network_settings`; its encoder outputs are counted as `latent_dim`.
        image_shape: of its images.
        grid: whether its fully connected layers are the same at each position of the maps.
    """
    channels = network.get("channels", [])
    shared = positions(image_shape, channels) if grid else 1
    ends = math.prod(image_shape)
    if channels:
        ends = channels[-1] * positions(image_shape, channels) // shared
    latent_dim = network["latent_dim"] // shared
    connected = [ends, *network["encoder_widths"], latent_dim, *network["decoder_widths"], ends]
    convolved = 2 * KERNEL**2 * products([colours(image_shape), *channels])  # of encoder and decoder
    return products(connected) + convolved


def products(widths: list[int]) -> int:
    """The sum of the products of neighbours."""
    return sum(inputs * outputs for inputs, outputs in pairwise(widths))


def grid_problem(latent_dim: int, image_shape: tuple[int, ...], channels: list[int]) -> str:
    """Why codes of so many elements are no grid of vectors, one per position of the last maps; empty if they are."""
    (height, width), count = sizes(image_shape, len(channels))[-1], positions(image_shape, channels)
    if latent_dim % count == 0:
        return ""
    more = next(n for n in range(len(channels), 64) if latent_dim % math.prod(sizes(image_shape, n)[-1]) == 0)
    return (
        f"latent_dim {latent_dim} is no grid of {height} x {width} vectors; allowed: a multiple of {count}, or "
        f"channels for {more} convolutions"
    )
