"""Classification with few labels: a linear layer on frozen codes, or the same network trained from scratch."""

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
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
) -> dict[str, float]:
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
    protocol: str,
    seed: int,
    report: Report = print,
    **settings: Any,
) -> dict[str, float]:
    """`accuracy_scores` on the test images of a linear layer on a network with random weights.

    It is trained on the labelled images.

    Args:
        network: changed in place.
        images: uint8 (N, H, W) or (N, H, W, 3).
        labels: (N,) of all images.
        split: indices of the parts.
        train_encoder: whether the encoder is trained, too. Otherwise, it keeps its random weights, and only its batch
            normalisation adapts, as in the published baseline, whose optimiser had only the linear layer.
        protocol: `paper` samples the codes of a stochastic network, `corrected` takes their means.
        seed: of the order of images.
        settings: see `fit_classifier`.
    """
    parts = {
        part: Labelled(ImageBatches(images, split[part])[:], class_tensor(labels, split[part]))
        for part in ("labelled", "validation", "test")
    }
    encoder = network.requires_grad_(train_encoder)
    classifier = Classifier(encoder, int(labels.max()) + 1, sample=protocol == "paper")
    fit_classifier(classifier, parts["labelled"], parts["validation"], **settings, seed=seed, report=report)
    return scores_of(classifier, parts["test"])


def validation_from_labelled(split: dict[str, np.ndarray], share: float) -> dict[str, np.ndarray]:
    """A split that uses a share of the labelled images, which are in random order, for validation: at least one.

    The published validation images have ten times as many labels as the training images.
    """
    validation, labelled = np.split(split["labelled"], [max(1, round(share * len(split["labelled"])))])
    return {**split, "labelled": labelled, "validation": validation}


def class_tensor(labels: np.ndarray, indices: np.ndarray) -> Tensor:
    """Classes (n,) of the images at `indices`, int64."""
    return torch.from_numpy(labels[indices].astype(np.int64))


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
    optimiser = Adam(classifier.parameters(), learning_rate)
    shuffling = torch.Generator().manual_seed(seed)
    best, best_epoch, best_state = -1.0, 0, copy.deepcopy(classifier.state_dict())
    for epoch in range(1, epochs + 1):
        classifier.train()
        for positions in torch.randperm(len(train.labels), generator=shuffling).split(batch_size):
            if len(positions) == 1:  # batch normalisation can't use a batch of one
                continue
            loss = F.cross_entropy(classifier(train.inputs[positions]), train.labels[positions])
            loss.backward()
            optimiser.step()
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


def scores_of(classifier: nn.Module, data: Labelled) -> dict[str, float]:
    """`accuracy_scores`; leaves the classifier in evaluation mode."""
    return accuracy_scores(predicted(classifier, data).numpy(), data.labels.numpy())


@torch.no_grad()
def predicted(classifier: nn.Module, data: Labelled) -> Tensor:
    """The classes (n,) with the largest logits; leaves the classifier in evaluation mode."""
    classifier.eval()
    return classifier(data.inputs).argmax(dim=1)
