"""Ends of axes, and the mean of several curves; for any plotting library."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from aepipe.analysis.curves import under
from aepipe.analysis.statistics import mean_interval
from aepipe.catalogue import Metric
from aepipe.reporting.figures.colours import Entry

FAR = 3  # ranges of the autoencoders' scores: baselines farther away are written at the edge
RATES = np.linspace(0, 1, 201)  # false positive rates at which curves are averaged
#: Model -> the values of its seeds, once for each protocol shown.
Seeds = Mapping[str, Sequence[np.ndarray]]


def axis(
    metric: Metric, entries: list[Entry], seeds: Seeds, others: Iterable[float], confidence: float
) -> tuple[tuple[float, float] | None, dict[str, float]]:
    """The ends of a metric's axis, and the means of the baselines beyond it, to be written at the edge.

    Args:
        metric: to be shown.
        entries: the autoencoders, which are all on the axis.
        seeds: of autoencoders and baselines.
        others: numbers that are on the axis, too.
        confidence: of the intervals.

    Returns:
        Ends as in `limits`, and baseline -> mean; on a logarithmic axis, no baseline is beyond.
    """
    far = {} if metric.logarithmic else far_baselines(entries, seeds)
    near = [values for model, own in seeds.items() if model not in far for values in own]
    ends = limits(metric, near, others, confidence)
    return ends, {model: mean for model, mean in far.items() if ends and not ends[0] <= mean <= ends[1]}


def far_baselines(entries: list[Entry], seeds: Seeds) -> dict[str, float]:
    """Baselines, with their means, that would squeeze the autoencoders into a corner: FAR of their ranges away."""
    means = pd.Series({model: np.mean(np.concatenate(own)) for model, own in seeds.items() if len(own)}, dtype=float)
    ours = means[means.index.isin([entry.name for entry in entries])]
    others = means.drop(ours.index)
    if len(ours) < 2 or ours.min() == ours.max():
        return {}
    away = np.maximum(ours.min() - others, others - ours.max())
    return {str(model): float(value) for model, value in others[away > FAR * (ours.max() - ours.min())].items()}


def limits(
    metric: Metric, seeds: Sequence[np.ndarray], others: Iterable[float], confidence: float
) -> tuple[float, float] | None:
    """The ends of an axis with all seeds on it, and intervals up to a sensible length; None without numbers.

    On a logarithmic axis, the ends are logarithms to base 10.
    """
    estimates = [mean_interval(values, confidence).within(metric.range) for values in seeds]
    ends = [end for estimate in estimates if estimate.n > 1 for end in (estimate.low, estimate.high)]
    shown = np.concatenate([*seeds, [*others, *([] if metric.line is None else [metric.line])]])
    if metric.logarithmic:
        shown, ends = np.log10(shown[shown > 0]), np.log10([end for end in ends if end > 0]).tolist()
    if not len(shown):
        return None
    low, high = shown.min(), shown.max()
    span = high - low or abs(high) / 10 or 1.0
    low, high = max(min([low, *ends]), low - span / 4), min(max([high, *ends]), high + span / 4)
    low, high = (own if given is None else given for own, given in zip((low, high), metric.limits, strict=True))
    margin = 0.05 * (high - low) or span  # all the same
    return float(low - margin), float(high + margin)


def window(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions (n, 2) on a map -> its lower left and upper right corners (2,); a few outliers lie outside."""
    low, high = np.percentile(positions, [0.25, 99.75], axis=0)
    margin = 0.06 * np.maximum(high - low, 1e-9)
    return low - margin, high + margin


def rates(curves: pd.DataFrame, protocol: str) -> tuple[np.ndarray, np.ndarray]:
    """False and true positive rates of a run's ROC curve."""
    curve = curves[(curves["metric"] == "auc") & (curves["protocol"] == protocol)]
    return curve["false_positive_rate"].to_numpy(), curve["true_positive_rate"].to_numpy()


def mean_curve(curves: Sequence[pd.DataFrame], protocol: str) -> tuple[np.ndarray, np.ndarray] | None:
    """False and true positive rates of the mean ROC curve, averaged at equal false positive rates.

    A single curve is returned as it is; None where there is none under the protocol.
    """
    found = [rates(curve, protocol) for curve in under(curves, protocol)]
    if len(found) < 2:
        return found[0] if found else None
    return RATES, np.mean([np.interp(RATES, *curve) for curve in found], axis=0)


def rounded(value: float) -> str:
    """A number in three digits or, from 1,000 on, without decimals; never with an exponent of ten for large ones."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
