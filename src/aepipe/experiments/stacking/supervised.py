"""Supervised fine-tuning of an encoder and a linear layer on its codes, with few and many labels."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.classification import Classifier, Labelled, accuracy, class_tensor
from aepipe.experiments.stacking.budgets import balanced_order
from aepipe.models.base import Autoencoder
from aepipe.provenance.jobs import Report
from aepipe.training.adam import Adam


def label_efficiency(
    network: Autoencoder,
    images: np.ndarray,
    labels: np.ndarray,
    split: dict[str, np.ndarray],
    budgets: Mapping[str, int],
    *,
    seed: int,
    report: Report = print,
    **settings: Any,
) -> dict[str, float]:
    """Test accuracy of classifiers that start from a network's encoder, one for each number of labels.

    All networks of a seed get the same labelled images, in the same order, and the same initial linear layer.

    Args:
        network: provides encoder and bottleneck; unchanged.
        images: uint8 (N, H, W) or (N, H, W, 3).
        labels: (N,) of all images.
        split: indices of the parts; of `train`, only labels within the budget are read.
        budgets: name -> number of labels.
        seed: draws labelled images, their order and the linear layer.
        report: called with one line per budget.
        settings: `steps`, `batch_size` and `learning_rate` of `fine_tune`.

    Returns:
        `accuracy_<budget>`, in [0, 1].
    """
    order = balanced_order(labels, split["train"], seed)
    test = Labelled(ImageBatches(images, split["test"])[:], class_tensor(labels, split["test"]))
    result = {}
    for budget, size in budgets.items():
        torch.manual_seed(seed)
        classifier = Classifier(copy.deepcopy(network), int(labels.max()) + 1, sample=False)
        chosen = order[:size]
        fine_tune(classifier, ImageBatches(images, chosen), class_tensor(labels, chosen), seed=seed, **settings)
        result[f"accuracy_{budget}"] = accuracy(classifier, test)
        report(f"{size} labels: test accuracy {result[f'accuracy_{budget}']:.4f}")
    return result


def fine_tune(
    classifier: Classifier,
    images: ImageBatches,
    labels: Tensor,
    *,
    steps: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
) -> None:
    """Trains encoder and linear layer on the cross-entropy with Adam, and keeps the last weights.

    Ten labels leave none for validation, so nothing is selected at any budget: the number of steps is fixed, and the
    learning rate decays linearly to 0.

    Args:
        classifier: trained in place.
        images: the n labelled images.
        labels: (n,) their classes.
        steps: of gradient descent.
        batch_size: images in a step; all if there are fewer.
        learning_rate: Adam's, at the first step.
        seed: of the order of images.
    """
    optimiser = Adam(classifier.parameters(), learning_rate)
    classifier.train()
    for step, positions in zip(range(steps), full_batches(len(labels), batch_size, seed), strict=False):
        optimiser.learning_rate = learning_rate * (1 - step / steps)
        F.cross_entropy(classifier(images[positions]), labels[positions]).backward()
        optimiser.step()


def full_batches(count: int, batch_size: int, seed: int) -> Iterator[Tensor]:
    """Positions of endless full batches, reshuffled every epoch; an incomplete last batch is dropped."""
    shuffling = torch.Generator().manual_seed(seed)
    size = min(batch_size, count)
    while True:
        yield from torch.randperm(count, generator=shuffling)[: count // size * size].split(size)
