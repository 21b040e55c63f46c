"""The application of a trained network that all evaluations share: codes, errors and images."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from aepipe.data.batches import ImageBatches
from aepipe.evaluation import detail
from aepipe.models.base import Autoencoder, Shape, image_bce

#: The most images, and numbers, that a network is applied to at once.
MOST_IMAGES, MOST_NUMBERS = 1000, 2**24
#: Number of training images to encode, at most: enough to fit a density to their codes.
TRAINING_IMAGES = 10_000
Arrays = dict[str, np.ndarray]


def variants(model: Autoencoder) -> list[tuple[str, bool]]:
    """Suffix of array names, and whether codes are sampled: mean codes, and samples of stochastic codes."""
    return [("", False), ("_sampled", True)] if model.stochastic else [("", False)]


def batches(data: ImageBatches) -> Iterator[Tensor]:
    """All images in batches (B, D), in order."""
    return (data[positions] for positions in positions_of(data))


def positions_of(data: ImageBatches) -> tuple[Tensor, ...]:
    """Positions of all images in batches, in order: fewer in a batch if they are large."""
    return torch.arange(len(data)).split(max(1, min(MOST_IMAGES, MOST_NUMBERS // data.rows.shape[1])))


@torch.no_grad()
def latent_codes(model: Autoencoder, parts: dict[str, ImageBatches], seed: int) -> Arrays:
    """Codes (n, d) of each part: `test`, and for stochastic models `test_sampled`, and so on.

    For models with codebooks, also `codebooks` (d, K), or one `codebook` (K, n) of vectors.
    """
    torch.manual_seed(seed)
    codes = {
        part + suffix: codes_of(model, data, sample=sample)
        for part, data in parts.items()
        for suffix, sample in variants(model)
    }
    books = {name: getattr(model, name, None) for name in ("codebooks", "codebook")}
    return codes | {name: entries.numpy() for name, entries in books.items() if isinstance(entries, Tensor)}


@torch.no_grad()
def codes_of(model: Autoencoder, data: ImageBatches, *, sample: bool) -> np.ndarray:
    """Codes (n, d) of all images, in order."""
    found = [model.codes(x, sample=sample) for x in batches(data)]
    return torch.cat(found).numpy() if found else np.empty((0, model.latent_dim), np.float32)


@torch.no_grad()
def reconstruct(model: Autoencoder, test: ImageBatches, codes: Arrays, shape: Shape, shown: int) -> Arrays:
    """Quality of the reconstructions of the test images; `shape` is (H, W) or (H, W, 3).

    Returns:
        (n,) of the reconstructions from mean codes, and with `_sampled` from samples of stochastic codes:
            `errors`: binary cross-entropy of each image in nats;
            `squares`: mean over the pixels of (x' - x)^2;
            `similarities`: structural similarity, NaN of images smaller than its window;
            `differences`: sum over the pixels of x' - x;
            `energies`: gradient energy;
            `variances`: sum of squared differences from the mean;
            `fine_power`: share of the variance at high frequencies;
            `thin_ink`: ink in the thin strokes of the original.
        (n,) of the originals: `entropies` in nats, the errors of perfect copies; `original_energies`,
            `original_variances`, `original_fine_power`, `original_ink`, `original_thin_ink` and `borders`.
        (shown, *shape) in [0, 1]: `images`, the first reconstructions, from mean codes, and `originals`.
    """
    found = []
    for positions in positions_of(test):
        x = test[positions]
        originals = x.unflatten(1, shape).numpy()
        strokes = detail.thin_strokes(originals)
        measures = detail.of_originals(originals, strokes)
        for suffix, _ in variants(model):
            logits = model.mean_logits(torch.from_numpy(codes["test" + suffix])[positions])
            p = torch.sigmoid(logits)
            measures["errors" + suffix] = image_bce(logits, x).double().numpy()
            measures["squares" + suffix] = (p - x).square().mean(dim=1).double().numpy()
            measures["differences" + suffix] = (p - x).sum(dim=1).double().numpy()
            reconstructions = p.unflatten(1, shape).numpy()
            measures["similarities" + suffix] = detail.similarities(originals, reconstructions)
            measures["energies" + suffix] = detail.gradient_energies(reconstructions)
            measures["variances" + suffix] = detail.variances(reconstructions)
            measures["fine_power" + suffix] = detail.fine_power(reconstructions)
            measures["thin_ink" + suffix] = detail.ink(reconstructions, strokes)
        found.append(measures)
    result = {name: np.concatenate([measures[name] for measures in found]) for name in found[0]}
    first = torch.arange(min(shown, len(test)))
    result["images"] = pictures(model, torch.from_numpy(codes["test"])[first], shape)
    result["originals"] = test[first].unflatten(1, shape).numpy()
    return result


@torch.no_grad()
def draw_samples(model: Autoencoder, count: int, shape: Shape, seed: int) -> Arrays:
    """`images` (count, *shape) decoded from the prior of the model; (0, *shape) without a prior."""
    torch.manual_seed(seed)
    codes = model.sample_prior(count)
    return {"images": np.empty((0, *shape), np.float32) if codes is None else pictures(model, codes, shape)}


def ends_of(
    test: np.ndarray, labels: np.ndarray, from_class: int | None = None, to_class: int | None = None
) -> np.ndarray:
    """Indices (2,) of the first image of each class among `test`, or of its first two where a class has none."""
    firsts = [test[labels[test] == label][:1] for label in (from_class, to_class)]
    return np.concatenate(firsts) if all(len(first) for first in firsts) else test[:2]


@torch.no_grad()
def interpolate(model: Autoencoder, ends: Tensor, frames: int, shape: Shape) -> Arrays:
    """The path between two images, `ends` (2, D), linear in the input of the bottleneck, with mean codes.

    Returns:
        `images` (frames, *shape), including both ends, and `ends` (2, *shape), in [0, 1].
    """
    start, end = model.encode(ends)
    weights = torch.linspace(0, 1, frames)[:, None]
    codes, _ = model.bottleneck(torch.lerp(start, end, weights), sample=False)
    return {"images": pictures(model, codes, shape), "ends": ends.unflatten(1, shape).numpy()}


def pictures(model: Autoencoder, codes: Tensor, shape: Shape) -> np.ndarray:
    """Codes (n, d) -> images (n, *shape) in [0, 1]."""
    return torch.sigmoid(model.mean_logits(codes)).unflatten(1, shape).numpy()
