"""Images of the class that was left out of training should be reconstructed worse than the others."""

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score, roc_curve


def detect_anomalies(
    errors: dict[str, np.ndarray], labels: np.ndarray, left_out: int
) -> tuple[dict[str, float], pd.DataFrame]:
    """Takes an image's reconstruction error as its anomaly score.

    Args:
        errors: `errors` (n,), and `errors_sampled` for stochastic codes: BCE in nats of each test image.
        labels: (n,) classes of the test images.
        left_out: the class that is the anomaly.

    Returns:
        The areas under the ROC curves, `auc` and `auc_sampled`, in [0, 1], 0.5 for guessing;
        and the curves: score (`errors` or `errors_sampled`), false_positive_rate, true_positive_rate.
    """
    scores = {name: values for name, values in errors.items() if name.startswith("errors")}
    curves = []
    for name, values in scores.items():
        false_positives, true_positives, _ = roc_curve(labels == left_out, values)
        curves.append(
            pd.DataFrame({"score": name, "false_positive_rate": false_positives, "true_positive_rate": true_positives})
        )
    areas = {
        name.replace("errors", "auc"): float(roc_auc_score(labels == left_out, values))
        for name, values in scores.items()
    }
    return areas, pd.concat(curves, ignore_index=True)
