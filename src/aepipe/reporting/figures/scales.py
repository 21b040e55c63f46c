"""How far axes reach, so that a few far numbers don't squeeze the others; for any library that draws."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from aepipe.analysis.statistics import mean_interval
from aepipe.catalogue import Metric
from aepipe.reporting.figures.colours import Entry

FAR = 3  # ranges of the autoencoders' scores, from which on a baseline is written at the edge


def limits(
    metric: Metric, seeds: Sequence[np.ndarray], others: Iterable[float], confidence: float
) -> tuple[float, float] | None:
    """The ends of an axis: all seeds are on it, and intervals of a sensible length; None where there is no number.

    Args:
        metric: what is shown.
        seeds: of each model, its numbers.
        others: numbers that are to be seen, too.
        confidence: of the intervals.

    Returns:
        The lower and the upper end; their logarithms to base 10 where the metric's axis is logarithmic.
    """
    estimates = [mean_interval(values, confidence) for values in seeds]
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


def far_baselines(entries: list[Entry], metrics: pd.DataFrame, metric: Metric) -> dict[str, float]:
    """Baselines, and their means, that would squeeze the autoencoders into a corner, FAR of their ranges away."""
    means = metrics.groupby("model")["value"].mean()
    ours = means[means.index.isin([entry.name for entry in entries])]
    others = means.drop(ours.index)
    if metric.logarithmic or len(ours) < 2 or ours.min() == ours.max():
        return {}
    away = np.maximum(ours.min() - others, others - ours.max())
    return {str(model): float(value) for model, value in others[away > FAR * (ours.max() - ours.min())].items()}


def window(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions (n, 2) on a map -> its lower left and upper right corners (2,); a few outliers lie outside."""
    low, high = np.percentile(positions, [0.25, 99.75], axis=0)
    margin = 0.06 * np.maximum(high - low, 1e-9)
    return low - margin, high + margin
