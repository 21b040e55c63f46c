"""Anomaly detection: images of the held-out class should be reconstructed worse than others."""

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from aepipe.evaluation.metrics import Metrics, Row, chosen


def detect_anomalies(
    reconstruction: dict[str, np.ndarray], labels: np.ndarray, held_out: int
) -> tuple[Metrics, list[Row]]:
    """Uses the reconstruction error of an image as its anomaly score.

    `paper` uses the cross-entropy from sampled codes. `corrected` uses the cross-entropy from mean codes, minus the
    entropy of the image, its lower bound; the difference is KL(x || x'), 0 for a perfect copy of any image.

    The published AUCs are of another score, the signed difference sum(x' - x), which is high for images with little
    ink: the published code was changed to the cross-entropy after its figures were made.

    Args:
        reconstruction: output of `network.reconstruct` or `detail.perfect_copies` for the test images.
        labels: (n,) classes of the test images.
        held_out: the class of the anomalies.

    Returns:
        protocol -> `auc`, the area under the ROC curve, in [0, 1], 0.5 by chance; `average_precision`, in [0, 1], the
        share of anomalies by chance; under `paper` also `auc_signed`, of the differences.
        And the ROC curves: protocol, metric (auc or auc_signed), false_positive_rate, true_positive_rate.
    """
    anomalies = labels == held_out
    scores = {
        ("paper", "auc"): chosen(reconstruction, "errors", "paper"),
        ("paper", "auc_signed"): chosen(reconstruction, "differences", "paper"),
        ("corrected", "auc"): reconstruction["errors"] - reconstruction["entropies"],
    }
    found: Metrics = {
        protocol: {"average_precision": float(average_precision_score(anomalies, scores[protocol, "auc"]))}
        for protocol in ("paper", "corrected")
    }
    curves: list[Row] = []
    for (protocol, metric), score in scores.items():
        found[protocol][metric] = float(roc_auc_score(anomalies, score))
        false_positives, true_positives, _ = roc_curve(anomalies, score)
        curves += [
            {"protocol": protocol, "metric": metric, "false_positive_rate": wrong, "true_positive_rate": right}
            for wrong, right in zip(false_positives.tolist(), true_positives.tolist(), strict=True)
        ]
    return found, curves
