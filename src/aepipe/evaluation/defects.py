"""Anomalies beside normal images: scores of images and pixels of a network that was trained on normal images alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import label
from sklearn.metrics import average_precision_score, roc_auc_score

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.metrics import Metrics
from aepipe.evaluation.network import Arrays, batches
from aepipe.models.base import Autoencoder, Shape

#: The false-positive rate up to which per-region overlap is integrated, as published.
LIMIT = 0.3
#: The metrics of a class of anomalies; those of all have the suffix `_all`.
OF_ANOMALIES = ("auc", "average_precision", "found")
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
        logits = model.mean_logits(model.codes(x, sample=sample))
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


@dataclass(frozen=True)
class Found:
    """What a network's scores say of anomalies."""

    together: Metrics  # of all anomalies
    by_class: dict[int, Metrics]  # of each class of anomalies against all normal test images
    at: float  # the threshold, of the corrected scores
    scores: dict[str, np.ndarray]  # part -> (n,), the corrected ones
    worst: Arrays  # of the anomalies with the highest scores, `images` and `maps`, and `masks` where there are any


def detect(
    model: Autoencoder,
    parts: Mapping[str, ImageBatches],
    shape: Shape,
    classes: np.ndarray,
    masks: np.ndarray | None,
    *,
    false_positive_rate: float,
    shown: int,
    seed: int,
) -> Found:
    """Scores images by their reconstruction error, as `aepipe.evaluation.anomaly` does under each protocol.

    Args:
        model: in evaluation mode, trained on normal images.
        parts: images of each of PARTS; those of `validation` and `test` are normal.
        shape: of an image, (H, W) or (H, W, 3).
        classes: (m,) of the anomalies.
        masks: bool (n + m, H, W) of test images and anomalies, or None.
        false_positive_rate: share of the validation images above the threshold.
        shown: how many anomalies are shown.
        seed: of sampled codes.
    """
    torch.manual_seed(seed)
    ways = {"paper": {"sample": True, "excess": False}, "corrected": {"sample": False, "excess": True}}
    together, by_class = {}, {int(number): dict[str, dict[str, float]]() for number in np.unique(classes)}
    for protocol, way in ways.items():
        found = {part: scored(model, parts[part], shape, **way) for part in PARTS}
        at = threshold(found["validation"].images, false_positive_rate)
        normal, anomalous = found["test"].images, found["anomalies"].images
        found_at = image_metrics(normal, anomalous, at)
        together[protocol] = {
            **{f"{name}_all": found_at[name] for name in OF_ANOMALIES},
            "false_alarms": found_at["false_alarms"],
        }
        for number, own in by_class.items():
            found_at = image_metrics(normal, anomalous[classes == number], at)
            own[protocol] = {name: found_at[name] for name in OF_ANOMALIES}
        if masks is not None:
            pixels = np.concatenate([found["test"].pixels, found["anomalies"].pixels])
            together[protocol] |= pixel_metrics(pixels, masks)
    chosen = np.argsort(-anomalous, kind="stable")[:shown]
    worst = {
        "images": parts["anomalies"][torch.from_numpy(chosen)].unflatten(1, shape).numpy(),
        "maps": found["anomalies"].pixels[chosen],
        "classes": classes[chosen],
    }
    if masks is not None:
        worst["masks"] = masks[len(normal) :][chosen]
    return Found(together, by_class, at, {part: own.images for part, own in found.items()}, worst)


def masks_of(masks: np.ndarray, split: Mapping[str, np.ndarray], count: int) -> np.ndarray | None:
    """The masks of `test` and `anomalies`, from those of all images of the test set, which come last of `count` images.

    None without masks, or where anomalies outside the test set have none.
    """
    positions = np.concatenate([split["test"], split["anomalies"]]) - (count - len(masks))
    return masks[positions] if len(masks) and positions.min() >= 0 else None
