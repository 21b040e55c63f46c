"""Floating-point operations of training, per image and epoch: those of matrix products, which dominate.

A linear layer with n inputs and m outputs takes 2 n m operations per image in the forward pass, as many for the
gradient of its weights, and as many for that of its inputs. Batch normalisation, activations, losses and Adam are not
counted. Like `torch.utils.flop_counter`, this counts a multiplication and an addition as two operations.
"""

from collections.abc import Sequence
from itertools import pairwise

FORWARD = WEIGHTS = INPUTS = 2


def products(widths: Sequence[int]) -> list[int]:
    """Widths from the image to the code -> n m of each encoder layer; the decoder has the same."""
    return [inputs * outputs for inputs, outputs in pairwise(widths)]


def joint(widths: Sequence[int]) -> int:
    """A training step of the whole autoencoder; the images need no gradient."""
    sizes = products(widths)
    return (FORWARD + WEIGHTS + INPUTS) * 2 * sum(sizes) - INPUTS * sizes[0]


def pair(widths: Sequence[int], layer: int, objective: str) -> int:
    """A training step of layer pair `layer`, counted from 1, inwards.

    Its encoder layer needs no gradient of its inputs, which are data. Under `pixels`, the frozen decoder layers outside
    it are run and propagate gradients, but their weights have none.
    """
    *outer, own = products(widths)[:layer]
    through = sum(outer) if objective == "pixels" else 0
    return (FORWARD + WEIGHTS) * own + (FORWARD + WEIGHTS + INPUTS) * own + (FORWARD + INPUTS) * through


def greedy(widths: Sequence[int], objective: str, epochs: int) -> int:
    """A whole greedy training, `epochs` per layer, including one encoding of the images for each next layer."""
    layers = range(1, len(widths))
    return epochs * sum(pair(widths, layer, objective) for layer in layers) + FORWARD * sum(products(widths)[:-1])
