"""The feature extractor: a small classifier, trained once per data set, in whose features images are compared."""

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aepipe.data.arrays import load_arrays
from aepipe.data.batches import ImageBatches
from aepipe.models.base import Shape
from aepipe.models.build import load_weights
from aepipe.provenance.jobs import Report
from aepipe.training.adam import Adam

BATCH = 250
CHANNELS = (16, 32)
#: Length of a feature vector.
FEATURES = 64


class ChannelsFirst(nn.Module):
    """Flat images (B, D) -> (B, colours, H, W), the input of convolutions."""

    def __init__(self, shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, images: Tensor) -> Tensor:
        """See the class."""
        return torch.stack(images.unflatten(1, self.shape).unbind(-1), dim=1)


class FeatureExtractor(nn.Module):
    """Two 3 x 3 convolutions with pooling, a hidden layer, whose activations are the features, and an output layer.

    Batch normalisation keeps all features alive, and speeds up training (S. Ioffe and C. Szegedy, ICML 2015).

    Args:
        shape: (H, W) of the images, or (H, W, 3).
        classes: C, the number of classes.
    """

    def __init__(self, shape: Shape, classes: int) -> None:
        super().__init__()
        height, width, colours = (*shape, 1)[:3]
        self.features = nn.Sequential(
            ChannelsFirst((height, width, colours)),
            nn.Conv2d(colours, CHANNELS[0], kernel_size=3, padding=1, bias=False),
            nn.MaxPool2d(2, ceil_mode=True),
            nn.BatchNorm2d(CHANNELS[0]),
            nn.ReLU(),
            nn.Conv2d(CHANNELS[0], CHANNELS[1], kernel_size=3, padding=1, bias=False),
            nn.MaxPool2d(2, ceil_mode=True),
            nn.BatchNorm2d(CHANNELS[1]),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(CHANNELS[1] * math.ceil(height / 4) * math.ceil(width / 4), FEATURES, bias=False),
            nn.BatchNorm1d(FEATURES),
            nn.ReLU(),
        )
        self.output = nn.Linear(FEATURES, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Flat images (B, D) in [0, 1] -> logits of the classes (B, C)."""
        return self.output(self.features(x))


def train_feature_extractor(
    images: np.ndarray,
    labels: np.ndarray,
    learned: np.ndarray,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int = 0,
    report: Report = print,
) -> FeatureExtractor:
    """A feature extractor, trained with Adam to minimise the cross-entropy of the classes.

    Args:
        images: uint8 (N, H, W) or (N, H, W, 3).
        labels: (N,) classes, 0 ... C - 1.
        learned: (n,), indices of the images that it is trained on, which are shuffled every epoch.
        epochs, batch_size, learning_rate: of the training.
        seed: of the initial weights and the order of images.
        report: receives a line per epoch.
    """
    torch.manual_seed(seed)
    classifier = FeatureExtractor(images[0].shape, classes=int(labels.max()) + 1)
    data, classes = ImageBatches(images, learned), torch.from_numpy(labels[learned].astype(np.int64))
    optimiser = Adam(classifier.parameters(), learning_rate)
    for epoch in range(1, epochs + 1):
        total = 0.0
        for positions in torch.randperm(len(data)).split(batch_size):
            if len(positions) == 1:  # batch normalisation can't use a batch of one
                continue
            loss = F.cross_entropy(classifier(data[positions]), classes[positions])
            loss.backward()
            optimiser.step()
            total += loss.item() * len(positions)
        report(f"epoch {epoch} of {epochs}: cross-entropy {total / len(data):.4f}")
    return classifier.eval()


def load_feature_extractor(
    weights: str, features: str, shape: Shape
) -> tuple[FeatureExtractor | None, dict[str, np.ndarray]]:
    """A data set's feature extractor, and what it has extracted from all images; None and nothing without files.

    Args:
        weights, features: files of its weights and of what it has extracted, or empty.
        shape: of the images, (H, W) or (H, W, 3).
    """
    if not weights:
        return None, {}
    extracted = load_arrays(features)
    classifier = FeatureExtractor(shape, classes=extracted["probabilities"].shape[1]).eval()
    load_weights(classifier, weights)
    return classifier, extracted


@torch.no_grad()
def extract_features(classifier: FeatureExtractor | None, images: np.ndarray) -> dict[str, np.ndarray]:
    """Images (n, H, W) or (n, H, W, 3), uint8 or float32 in [0, 1] -> features and probabilities, both float32.

    Returns:
        `features` (n, F), values >= 0, and `probabilities` of the classes (n, C); empty without a classifier.
    """
    if classifier is None:
        return {}
    features = np.empty((len(images), FEATURES), np.float32)
    probabilities = np.empty((len(images), classifier.output.out_features), np.float32)
    for start in range(0, len(images), BATCH):
        part = slice(start, start + BATCH)
        x = torch.from_numpy(np.array(images[part])).flatten(1)
        seen = classifier.features(x / 255 if x.dtype == torch.uint8 else x)
        features[part] = seen
        probabilities[part] = classifier.output(seen).softmax(dim=1)
    return {"features": features, "probabilities": probabilities}
