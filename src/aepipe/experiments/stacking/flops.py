"""Floating-point operations of training, for each image and epoch: those of matrix products, which are nearly all.

A linear layer with n inputs and m outputs takes 2 n m for an image on the way forward, as many for the gradient of
its weights, and as many for that of its inputs. Batch normalisation, activations, losses and Adam are not counted.

Source: the counting of `torch.utils.flop_counter`, which a multiplication and an addition count two for, too.
"""

from collections.abc import Sequence
from itertools import pairwise

FORWARD = WEIGHTS = INPUTS = 2


def products(widths: Sequence[int]) -> list[int]:
    """Widths from the image inwards, the code's last -> n m of each layer; those of the decoder are the same."""
    return [inputs * outputs for inputs, outputs in pairwise(widths)]


def joint(widths: Sequence[int]) -> int:
    """A training step of the whole autoencoder; nothing asks for the gradient of the images."""
    sizes = products(widths)
    return (FORWARD + WEIGHTS + INPUTS) * 2 * sum(sizes) - INPUTS * sizes[0]


def pair(widths: Sequence[int], layer: int, objective: str) -> int:
    """A training step of layer pair `layer`, counted from 1, inwards.

    Its encoder layer needs no gradient of its inputs, which are data. Under `pixels` the frozen decoder layers outside
    of it are run, and gradients go back through them, but they have none of their own.
    """
    *outer, own = products(widths)[:layer]
    through = sum(outer) if objective == "pixels" else 0
    return (FORWARD + WEIGHTS) * own + (FORWARD + WEIGHTS + INPUTS) * own + (FORWARD + INPUTS) * through


def greedy(widths: Sequence[int], objective: str, epochs: int) -> int:
    """A whole greedy training, `epochs` for each layer, with what encodes the images once for each next layer."""
    layers = range(1, len(widths))
    return epochs * sum(pair(widths, layer, objective) for layer in layers) + FORWARD * sum(products(widths)[:-1])
