"""Anomalies beside normal images: scores of images and pixels of a network that was trained on normal images alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import label
from sklearn.metrics import average_precision_score, roc_auc_score

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.network import batches
from aepipe.models.base import Autoencoder, Shape

#: The false-positive rate up to which per-region overlap is integrated, as published.
LIMIT = 0.3
PARTS = ("validation", "test", "anomalies")


@dataclass(frozen=True)
class Scored:
    """Images of a part, scored: how badly each is reconstructed, and where."""

    images: np.ndarray  # (n,) nats
    pixels: np.ndarray  # (n, H, W) nats, mean over the colours


@torch.no_grad()
def scored(model: Autoencoder, images: ImageBatches, shape: Shape, *, sample: bool, excess: bool) -> Scored:
    """The cross-entropy between images and their reconstructions, by image and by pixel.

    Args:
        model: in evaluation mode.
        images: of shape (H, W) or (H, W, 3), n of them.
        shape: of an image.
        sample: whether codes are sampled.
        excess: whether the entropy of the pixels is subtracted, which leaves KL(x || x'), 0 for a perfect copy.
    """
    found = []
    for x in batches(images):
        logits = model.decode(model.codes(x, sample=sample)).float()
        errors = torch.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="none")
        if excess:
            errors -= torch.special.entr(x) + torch.special.entr(1 - x)
        found.append(errors.double())
    errors = torch.cat(found)
    pixels = errors.unflatten(1, shape)
    return Scored(errors.sum(dim=1).numpy(), (pixels if pixels.ndim == 3 else pixels.mean(dim=-1)).float().numpy())


def threshold(normal: np.ndarray, false_positive_rate: float) -> float:
    """The score that at most this share of the normal validation images (n,) exceed."""
    return float(np.quantile(normal, 1 - false_positive_rate, method="higher"))


def image_metrics(normal: np.ndarray, anomalous: np.ndarray, at: float) -> dict[str, float]:
    """How well scores separate anomalies (m,) from normal images (n,), of all thresholds and `at` one.

    Returns:
        `auc`, the area under the ROC curve, 0.5 by chance; `average_precision`, by chance the share of anomalies;
        `found`, the share of anomalies above the threshold, and `false_alarms`, that of normal images. All in [0, 1].
    """
    truth = np.repeat([False, True], [len(normal), len(anomalous)])
    every = np.concatenate([normal, anomalous])
    return {
        "auc": float(roc_auc_score(truth, every)),
        "average_precision": float(average_precision_score(truth, every)),
        "found": float((anomalous > at).mean()),
        "false_alarms": float((normal > at).mean()),
    }


def pixel_metrics(scores: np.ndarray, masks: np.ndarray) -> dict[str, float]:
    """How well pixels' scores (n, H, W) find the defects in `masks`, bool (n, H, W); empty if no pixel is one, or all.

    Returns:
        `pixel_auc`, the area under the ROC curve of all pixels; and `aupro`, that under the curve of per-region
        overlap, the mean over the connected regions of their share above a threshold, against the share of sound
        pixels above it, up to a share of 0.3 and divided by that: P. Bergmann et al., "The MVTec anomaly detection
        dataset", IJCV 129, 2021. Both in [0, 1].
    """
    if not masks.any() or masks.all():
        return {}
    return {"pixel_auc": float(roc_auc_score(masks.ravel(), scores.ravel())), "aupro": aupro(scores, masks)}


def aupro(scores: np.ndarray, masks: np.ndarray) -> float:
    """See `pixel_metrics`."""
    shares = np.zeros(masks.shape)  # of the mean overlap, that a pixel adds
    regions = 0
    for mask, own in zip(masks, shares, strict=True):
        numbered, count = label(mask, structure=np.ones((3, 3)))  # diagonal neighbours are connected
        sizes = np.bincount(numbered.ravel())
        own[mask] = 1 / sizes[numbered[mask]]
        regions += count
    order = np.argsort(-scores, axis=None, kind="stable")
    ordered = scores.ravel()[order]
    ends = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)  # pixels of equal scores come together
    overlap = np.cumsum(shares.ravel()[order])[ends] / regions
    alarms = np.cumsum(~masks.ravel()[order])[ends] / (~masks).sum()
    overlap, alarms = np.append(0, overlap), np.append(0, alarms)
    within = np.append(alarms[alarms < LIMIT], LIMIT)
    # at equal shares of false alarms, the curve rises at once
    heights = np.append(overlap[alarms < LIMIT], np.interp(LIMIT, alarms, overlap))
    return float(np.trapezoid(heights, within) / LIMIT)


def by_class(
    scores: Mapping[str, np.ndarray], classes: np.ndarray, false_positive_rate: float
) -> dict[int | None, dict[str, float]]:
    """`image_metrics` of each class of anomalies against all normal test images; under None, of all anomalies.

    Args:
        scores: (n,) of each of PARTS; the validation images are normal and give the threshold.
        classes: (m,) of the anomalies.
        false_positive_rate: of the threshold.
    """
    at = threshold(scores["validation"], false_positive_rate)
    groups: dict[int | None, np.ndarray] = {int(one): classes == one for one in np.unique(classes)}
    groups[None] = np.full(len(classes), True)
    return {one: image_metrics(scores["test"], scores["anomalies"][chosen], at) for one, chosen in groups.items()}
