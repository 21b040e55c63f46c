"""Classification with few labels: a linear layer on frozen codes, or the same network trained from scratch."""

import copy
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from sklearn.model_selection import KFold, StratifiedKFold
from torch import Tensor, nn
from torch.nn import functional as F

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.accuracy import accuracy_scores
from aepipe.evaluation.metrics import chosen
from aepipe.models.base import Autoencoder
from aepipe.provenance.jobs import Report
from aepipe.training.adam import Adam


@dataclass(frozen=True)
class Labelled:
    """Inputs (n, ...) and their classes (n,)."""

    inputs: Tensor
    labels: Tensor

    def __getitem__(self, positions: Tensor | np.ndarray) -> Self:
        """Some of them."""
        return type(self)(self.inputs[positions], self.labels[positions])


class Classifier(nn.Module):
    """A linear layer on the latent codes of a network, sampled or mean: images (B, D) -> logits (B, classes)."""

    def __init__(self, network: Autoencoder, classes: int, *, sample: bool) -> None:
        super().__init__()
        self.network = network
        self.sample = sample
        self.linear = nn.Linear(network.latent_dim, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Images (B, D) in [0, 1] -> logits of the classes (B, classes)."""
        return self.linear(self.network.codes(x, sample=self.sample))


def probe_codes(
    codes: dict[str, np.ndarray],
    labels: np.ndarray,
    split: dict[str, np.ndarray],
    *,
    seed: int,
    report: Report = print,
    **settings: Any,
) -> dict[str, np.ndarray]:
    """`accuracy_scores` of the published probe: a linear layer on the codes, sampled ones if there are any.

    `probe.probe_scores` is the corrected probe.

    Args:
        codes: (n, d) of `labelled`, `validation` and `test` images, and each with `_sampled` for stochastic models.
        labels: (N,) of all images.
        split: indices of the parts.
        seed: of the initial weights and the order of images.
        settings: see `fit_classifier`.
    """
    parts = {
        part: Labelled(torch.from_numpy(chosen(codes, part, "paper")), class_tensor(labels, split[part]))
        for part in ("labelled", "validation", "test")
    }
    torch.manual_seed(seed)
    probe = nn.Linear(parts["test"].inputs.shape[1], int(labels.max()) + 1)
    fit_classifier(probe, parts["labelled"], parts["validation"], **settings, seed=seed, report=report)
    return scores_of(probe, parts["test"])


def train_supervised_baseline(
    network: Autoencoder,
    images: np.ndarray,
    labels: np.ndarray,
    split: dict[str, np.ndarray],
    *,
    train_encoder: bool,
    seed: int,
    report: Report = print,
    **settings: Any,
) -> dict[str, np.ndarray]:
    """`accuracy_scores` on the test images of a linear layer on a network with random weights, as published.

    It is trained on the labelled images, with sampled codes of a stochastic network.

    Args:
        network: changed in place.
        images: uint8 (N, H, W) or (N, H, W, 3).
        labels: (N,) of all images.
        split: indices of the parts.
        train_encoder: whether the encoder is trained, too. Otherwise, it keeps its random weights, and only its batch
            normalisation adapts, as in the published baseline, whose optimiser had only the linear layer.
        seed: of the order of images.
        settings: see `fit_classifier`.
    """
    parts = {
        part: Labelled(ImageBatches(images, split[part])[:], class_tensor(labels, split[part]))
        for part in ("labelled", "validation", "test")
    }
    encoder = network.requires_grad_(train_encoder)
    classifier = Classifier(encoder, int(labels.max()) + 1, sample=True)
    fit_classifier(classifier, parts["labelled"], parts["validation"], **settings, seed=seed, report=report)
    return scores_of(classifier, parts["test"])


def train_from_scratch(
    make: Callable[[], Autoencoder],
    images: np.ndarray,
    labels: np.ndarray,
    split: dict[str, np.ndarray],
    *,
    epochs: int,
    patience: int,
    folds: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    report: Report = print,
) -> dict[str, np.ndarray]:
    """`accuracy_scores` on the test images of an encoder and a linear layer trained on all labelled images.

    The number of epochs is that of the highest mean accuracy in a stratified cross-validation, whose folds are trained
    side by side until it has not risen for `patience` epochs. Codes are means.

    Args:
        make: gives a network with random weights, which depend on PyTorch's seed.
        images: uint8 (N, H, W) or (N, H, W, 3).
        labels: (N,) of all images.
        split: indices of `labelled` and `test` images.
        epochs: at most.
        folds: of the cross-validation, >= 2; at most the number of labelled images in the largest class.
        batch_size, learning_rate: of Adam.
        seed: of the initial weights, the folds and the order of images.
    """
    known = Labelled(ImageBatches(images, split["labelled"])[:], class_tensor(labels, split["labelled"]))

    def learner(part: Labelled) -> Learner:
        torch.manual_seed(seed)
        classifier = Classifier(make(), int(labels.max()) + 1, sample=False)
        return Learner(classifier, part, batch_size=batch_size, learning_rate=learning_rate, seed=seed)

    parts = [(learner(known[kept]), known[left]) for kept, left in folds_of(known.labels.numpy(), folds, seed)]
    best, best_epoch = -1.0, 0
    for epoch in range(1, epochs + 1):
        for own, _ in parts:
            own.train_epoch()
        score = float(np.mean([accuracy(own.classifier, left) for own, left in parts]))
        report(f"epoch {epoch} of {epochs}: cross-validated accuracy {score:.4f}")
        if score > best:
            best, best_epoch = score, epoch
        elif epoch - best_epoch >= patience:
            break
    report(f"{best_epoch} epochs on all labelled images")
    final = learner(known)
    for _ in range(best_epoch):
        final.train_epoch()
    return scores_of(
        final.classifier, Labelled(ImageBatches(images, split["test"])[:], class_tensor(labels, split["test"]))
    )


def folds_of(labels: np.ndarray, folds: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Positions to train on and to validate with, for each fold of a stratified cross-validation of labels (n,)."""
    most = int(np.unique(labels, return_counts=True)[1].max())
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")  # which some folds then lack
        kind = StratifiedKFold if most > 1 else KFold  # of a single label of each class
        return list(kind(min(folds, max(most, 2)), shuffle=True, random_state=seed).split(labels, labels))


def class_tensor(labels: np.ndarray, indices: np.ndarray) -> Tensor:
    """Classes (n,) of the images at `indices`, int64."""
    return torch.from_numpy(labels[indices].astype(np.int64))


class Learner:
    """A classifier, and what trains it with Adam on its images, in an order drawn by `seed`."""

    def __init__(
        self, classifier: nn.Module, train: Labelled, *, batch_size: int, learning_rate: float, seed: int
    ) -> None:
        self.classifier, self.data, self.batch_size = classifier, train, batch_size
        self.optimiser = Adam(classifier.parameters(), learning_rate)
        self.shuffling = torch.Generator().manual_seed(seed)

    def train_epoch(self) -> None:
        """A step for each batch of the images."""
        self.classifier.train()
        for positions in torch.randperm(len(self.data.labels), generator=self.shuffling).split(self.batch_size):
            if len(positions) == 1:  # batch normalisation can't use a batch of one
                continue
            batch = self.data[positions]
            F.cross_entropy(self.classifier(batch.inputs), batch.labels).backward()
            self.optimiser.step()


def fit_classifier(
    classifier: nn.Module,
    train: Labelled,
    validation: Labelled,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    patience: int,
    seed: int,
    report: Report = print,
) -> None:
    """Trains with Adam until validation accuracy has not risen for `patience` epochs, at most `epochs`.

    Keeps the weights of the best validation accuracy, and leaves the classifier in evaluation mode.
    """
    own = Learner(classifier, train, batch_size=batch_size, learning_rate=learning_rate, seed=seed)
    best, best_epoch, best_state = -1.0, 0, copy.deepcopy(classifier.state_dict())
    for epoch in range(1, epochs + 1):
        own.train_epoch()
        score = accuracy(classifier, validation)
        report(f"epoch {epoch} of {epochs}: validation accuracy {score:.4f}")
        if score > best:
            best, best_epoch, best_state = score, epoch, copy.deepcopy(classifier.state_dict())
        elif epoch - best_epoch >= patience:
            break
    classifier.load_state_dict(best_state)
    classifier.eval()


def accuracy(classifier: nn.Module, data: Labelled) -> float:
    """Share of correct classes, in [0, 1]; leaves the classifier in evaluation mode."""
    return (predicted(classifier, data) == data.labels).double().mean().item()


def scores_of(classifier: nn.Module, data: Labelled) -> dict[str, np.ndarray]:
    """`accuracy_scores`; leaves the classifier in evaluation mode."""
    return accuracy_scores(predicted(classifier, data).numpy(), data.labels.numpy())


@torch.no_grad()
def predicted(classifier: nn.Module, data: Labelled) -> Tensor:
    """The classes (n,) with the largest logits; leaves the classifier in evaluation mode."""
    classifier.eval()
    return classifier(data.inputs).argmax(dim=1)
