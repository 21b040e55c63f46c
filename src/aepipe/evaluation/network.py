"""The one run of a trained network that all evaluations share: its codes, errors and pictures."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from aepipe.data.batches import ImageBatches
from aepipe.evaluation import detail
from aepipe.models.base import Autoencoder, Shape, image_bce

BATCH = 1000
#: At most so many training images are encoded: enough to fit a density to their codes.
TRAINING_IMAGES = 10_000
Arrays = dict[str, np.ndarray]


def variants(model: Autoencoder) -> list[tuple[str, bool]]:
    """Suffix of an array's name, and whether codes are sampled: the mean always, samples of stochastic codes."""
    return [("", False), ("_sampled", True)] if model.stochastic else [("", False)]


def batches(data: ImageBatches) -> Iterator[Tensor]:
    """All images (B, D), in order."""
    return (data[positions] for positions in torch.arange(len(data)).split(BATCH))


@torch.no_grad()
def latent_codes(model: Autoencoder, parts: dict[str, ImageBatches], seed: int) -> Arrays:
    """Codes (n, d) of each part of the split: `test`, and for stochastic ones `test_sampled`, and so on.

    Where codes are entries of codebooks, those are there, too: `codebooks` (d, K), of each element.
    """
    torch.manual_seed(seed)
    codes = {
        part + suffix: codes_of(model, data, sample=sample)
        for part, data in parts.items()
        for suffix, sample in variants(model)
    }
    codebooks = getattr(model, "codebooks", None)
    return codes if codebooks is None else {**codes, "codebooks": codebooks.numpy()}


@torch.no_grad()
def codes_of(model: Autoencoder, data: ImageBatches, *, sample: bool) -> np.ndarray:
    """Codes (n, d) of all images, in order; of no images, (0, d)."""
    found = [model.codes(x, sample=sample) for x in batches(data)]
    return torch.cat(found).numpy() if found else np.empty((0, model.latent_dim), np.float32)


@torch.no_grad()
def reconstruct(model: Autoencoder, test: ImageBatches, codes: Arrays, shape: Shape, shown: int) -> Arrays:
    """How well the test images come back from their codes; `shape` is that of an image, (H, W) or (H, W, 3).

    Returns:
        (n,) of the reconstructions from mean codes, and with `_sampled` for stochastic ones:
            `errors`: each image's binary cross-entropy in nats;
            `differences`: the sum over its pixels of x' - x;
            `energies`: of its gradient;
            `thin_ink`: its ink where the original has thin strokes.
        (n,) of the originals: `entropies` in nats, which are the errors of perfect copies; `original_energies` and
            `original_thin_ink`.
        (shown, *shape) in [0, 1]: `images`, the first reconstructions, from mean codes, and `originals`.
    """
    found = []
    for positions in torch.arange(len(test)).split(BATCH):
        x = test[positions]
        originals = x.unflatten(1, shape).numpy()
        strokes = detail.thin_strokes(originals)
        measures = detail.of_originals(originals, strokes)
        for suffix, _ in variants(model):
            logits = model.decode(torch.from_numpy(codes["test" + suffix])[positions])
            p = torch.sigmoid(logits)
            measures["errors" + suffix] = image_bce(logits, x).double().numpy()
            measures["differences" + suffix] = (p - x).sum(dim=1).double().numpy()
            reconstructions = p.unflatten(1, shape).numpy()
            measures["energies" + suffix] = detail.gradient_energies(reconstructions)
            measures["thin_ink" + suffix] = detail.ink(reconstructions, strokes)
        found.append(measures)
    result = {name: np.concatenate([measures[name] for measures in found]) for name in found[0]}
    first = torch.arange(min(shown, len(test)))
    result["images"] = pictures(model, torch.from_numpy(codes["test"])[first], shape)
    result["originals"] = test[first].unflatten(1, shape).numpy()
    return result


@torch.no_grad()
def draw_samples(model: Autoencoder, count: int, shape: Shape, seed: int) -> Arrays:
    """`images` (count, *shape) decoded from the model's prior; (0, *shape) where it has none."""
    torch.manual_seed(seed)
    codes = model.sample_prior(count)
    return {"images": np.empty((0, *shape), np.float32) if codes is None else pictures(model, codes, shape)}


def ends_of(
    test: np.ndarray, labels: np.ndarray, from_class: int | None = None, to_class: int | None = None
) -> np.ndarray:
    """Indices of the two images of the figure, (2,): the first test images of two classes, or the first two of all.

    Args:
        test: indices of the test images.
        labels: (N,) of all images.
        from_class: class of the first image, or None to take no notice of classes.
        to_class: class of the last image.
    """
    if from_class is None:
        return test[:2]
    return np.array([test[labels[test] == label][0] for label in (from_class, to_class)])


@torch.no_grad()
def interpolate(model: Autoencoder, ends: Tensor, frames: int, shape: Shape) -> Arrays:
    """The way from one image to another, linear in what the encoder gives, before the bottleneck.

    Args:
        model: the autoencoder; of stochastic codes the mean is taken.
        ends: the two images (2, D).
        frames: images on the way, both ends counted.
        shape: (H, W) or (H, W, 3).

    Returns:
        `images` (frames, *shape) and `ends` (2, *shape), in [0, 1].
    """
    start, end = model.encode(ends)
    weights = torch.linspace(0, 1, frames)[:, None]
    codes, _ = model.bottleneck(torch.lerp(start, end, weights), sample=False)
    return {"images": pictures(model, codes, shape), "ends": ends.unflatten(1, shape).numpy()}


def pictures(model: Autoencoder, codes: Tensor, shape: Shape) -> np.ndarray:
    """Codes (n, d) -> images (n, *shape) in [0, 1]."""
    return torch.sigmoid(model.decode(codes)).unflatten(1, shape).numpy()
