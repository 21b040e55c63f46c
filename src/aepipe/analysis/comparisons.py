"""Paired differences between models, within a seed, with t-intervals that cover the draw of the test images."""

from collections.abc import Iterable
from itertools import combinations

import pandas as pd

from aepipe.analysis.image_variance import NOT_KNOWN, ImageVariance
from aepipe.analysis.scores import wide
from aepipe.analysis.statistics import paired_difference
from aepipe.catalogue import HIGHER, Metric, Task, tasks

COLUMNS = ["protocol", "evaluation", "metric", "model", "other", "difference", "low", "high", "n"]


def competing(table: pd.DataFrame, protocol: str, evaluation: str, metric: Metric) -> pd.DataFrame:
    """The numbers of `wide` as they compete: those beyond the baseline that a metric is good up to count as its own.

    Within each seed; where the baseline has no number, others count as they are.
    """
    values = wide(table, protocol, evaluation, metric.name)
    if metric.up_to not in values:
        return values
    end = values[metric.up_to]
    return values.clip(upper=end, axis=0) if metric.better == HIGHER else values.clip(lower=end, axis=0)


def differences(
    metrics: pd.DataFrame,
    models: Iterable[str],
    protocols: Iterable[str],
    confidence: float = 0.95,
    has_labels: bool = True,
    image_variance: ImageVariance = NOT_KNOWN,
) -> pd.DataFrame:
    """model − other of every pair, in the order of `models`, that shares a seed, in the metric of every task."""
    models, rows = list(models), []
    for protocol in protocols:
        for task in tasks(has_labels):
            values = competing(metrics, protocol, task.evaluation, task.measure)
            for model, other in combinations([model for model in models if model in values], 2):
                variance = image_variance.of_difference(protocol, task.evaluation, task.metric, model, other)
                found = paired_difference(values[model], values[other], confidence, variance)
                if found.n:
                    numbers = (found.mean, found.low, found.high, found.n)
                    rows.append((protocol, task.evaluation, task.metric, model, other, *numbers))
    return pd.DataFrame(rows, columns=COLUMNS)


def best_of(values: pd.DataFrame, task: Task) -> list[str]:
    """The model with the best mean, the first of several; empty without numbers."""
    means = values.mean().dropna().sort_values(ascending=task.lower_is_better, kind="stable")
    return [str(model) for model in means.index[:1]]
