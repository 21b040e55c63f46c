"""Anomaly detection: images of the held-out class should be reconstructed worse than others."""

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from aepipe.evaluation.image_scores import ImageScores
from aepipe.evaluation.metrics import Metrics, Row, chosen


def anomaly_scores(reconstruction: dict[str, np.ndarray]) -> ImageScores:
    """Protocol -> metric -> scores (n,) of the test images, which should be higher for anomalies.

    `paper` has `auc` by the sum of x' - x, and `auc_bce` by the cross-entropy, both from sampled codes. The article's
    text names the cross-entropy, but its figures are of the other score, which is high for images with little ink: the
    published code was changed afterwards. `corrected` has `auc` by the cross-entropy from mean codes, minus the entropy
    of the image, its lower bound; the difference is KL(x || x'), 0 for a perfect copy of any image.

    Args:
        reconstruction: output of `network.reconstruct` or `detail.perfect_copies` for the test images.
    """
    return {
        "paper": {
            "auc": chosen(reconstruction, "differences", "paper"),
            "auc_bce": chosen(reconstruction, "errors", "paper"),
        },
        "corrected": {"auc": reconstruction["errors"] - reconstruction["entropies"]},
    }


def detect_anomalies(
    reconstruction: dict[str, np.ndarray], labels: np.ndarray, held_out: int
) -> tuple[Metrics, list[Row]]:
    """How well the scores of images tell anomalies from others.

    Args:
        reconstruction: see `anomaly_scores`.
        labels: (n,) classes of the test images.
        held_out: the class of the anomalies.

    Returns:
        protocol -> `auc` and under `paper` also `auc_bce`, areas under ROC curves, in [0, 1], 0.5 by chance;
        `average_precision`, of the first score, in [0, 1], the share of anomalies by chance.
        And the ROC curves: protocol, metric (auc or auc_bce), false_positive_rate, true_positive_rate.
    """
    anomalies, curves = labels == held_out, list[Row]()
    found: Metrics = {}
    for protocol, scores in anomaly_scores(reconstruction).items():
        found[protocol] = {"average_precision": float(average_precision_score(anomalies, scores["auc"]))}
        for metric, score in scores.items():
            found[protocol][metric] = float(roc_auc_score(anomalies, score))
            false_positives, true_positives, _ = roc_curve(anomalies, score)
            curves += [
                {"protocol": protocol, "metric": metric, "false_positive_rate": wrong, "true_positive_rate": right}
                for wrong, right in zip(false_positives.tolist(), true_positives.tolist(), strict=True)
            ]
    return found, curves


def area_scores(reconstruction: dict[str, np.ndarray], anomalies: np.ndarray) -> ImageScores:
    """What each image contributes to the areas of `detect_anomalies`; `anomalies` (n,) tells which they are."""
    return {
        protocol: {metric: contributions(values, anomalies) for metric, values in scores.items()}
        for protocol, scores in anomaly_scores(reconstruction).items()
    }


def contributions(scores: np.ndarray, anomalies: np.ndarray) -> np.ndarray:
    """What each image contributes to the area under the ROC curve: (n,), (n,) -> (n,), whose mean is the area.

    An anomaly contributes the share of other images that score lower, and another image the share of anomalies that
    score higher, ties counting half, so that the variance of their mean is that of the area: E. DeLong, D. DeLong and
    D. Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating characteristic curves",
    Biometrics 44, 1988, equations 4 to 6.
    """
    found, n = np.empty(len(scores)), len(scores)
    for own, sign in ((anomalies, 1), (~anomalies, -1)):
        others = np.sort(sign * scores[~own])
        mine = sign * scores[own]
        below = (np.searchsorted(others, mine, "left") + np.searchsorted(others, mine, "right")) / (2 * len(others))
        area = below.mean()
        found[own] = area + (below - area) * n / own.sum()
    return found
