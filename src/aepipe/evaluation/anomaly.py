"""Images of the class that was left out of training should be reconstructed worse than the others."""

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score, roc_curve


def detect_anomalies(
    reconstruction: dict[str, np.ndarray], labels: np.ndarray, left_out: int
) -> tuple[dict[str, float], pd.DataFrame]:
    """Takes an image's reconstruction error as its anomaly score.

    The published AUCs come from another score, the signed difference sum(x' - x), which is high for images
    with little ink: the published code was changed to the cross-entropy after its figures were made.

    Args:
        reconstruction: (n,) of each test image: `errors`, its BCE in nats, and `differences`, the sum over its
            pixels of x' - x; and both as `_sampled` for stochastic codes.
        labels: (n,) classes of the test images.
        left_out: the class that is the anomaly.

    Returns:
        The areas under the ROC curves, in [0, 1], 0.5 for guessing: `auc` and `auc_sampled` of the errors from
        mean and from sampled codes, `auc_signed` of the differences, from sampled codes where there are any;
        and the curves: metric (one of the three), false_positive_rate, true_positive_rate.
    """
    signed = reconstruction.get("differences_sampled", reconstruction["differences"])
    scores = {"auc": reconstruction["errors"], "auc_signed": signed}
    if "errors_sampled" in reconstruction:
        scores["auc_sampled"] = reconstruction["errors_sampled"]
    areas, curves = {}, []
    for metric, score in sorted(scores.items()):
        areas[metric] = float(roc_auc_score(labels == left_out, score))
        false_positives, true_positives, _ = roc_curve(labels == left_out, score)
        rates = {"false_positive_rate": false_positives, "true_positive_rate": true_positives}
        curves.append(pd.DataFrame({"metric": metric, **rates}))
    return areas, pd.concat(curves, ignore_index=True)
