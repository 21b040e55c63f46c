"""Curves of several seeds as one; for any library that draws."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

RATES = np.linspace(0, 1, 201)  # false positive rates at which curves are averaged


def mean_curve(curves: Sequence[pd.DataFrame], protocol: str) -> tuple[np.ndarray, np.ndarray] | None:
    """False and true positive rates of the mean of some ROC curves: of their true positive rates at the same false one.

    A single curve is given as it is; None where there is none under the protocol.
    """
    found = [rates(curve, protocol) for curve in curves if protocol in set(curve["protocol"])]
    if len(found) < 2:
        return found[0] if found else None
    return RATES, np.mean([np.interp(RATES, *curve) for curve in found], axis=0)


def rates(curves: pd.DataFrame, protocol: str) -> tuple[np.ndarray, np.ndarray]:
    """False and true positive rates of a run's curve under a protocol."""
    curve = curves[(curves["metric"] == "auc") & (curves["protocol"] == protocol)]
    return curve["false_positive_rate"].to_numpy(), curve["true_positive_rate"].to_numpy()
