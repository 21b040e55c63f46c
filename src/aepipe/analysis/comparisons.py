"""Paired differences between models, within a seed, with t-intervals that cover the draw of the test images."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from aepipe.analysis.image_variance import NOT_KNOWN, ImageVariance
from aepipe.analysis.scores import wide
from aepipe.analysis.statistics import Estimate, paired_difference
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


@dataclass(frozen=True)
class Race:
    """A task under a protocol, and the numbers that compete in it: a row for each seed, a column for each model."""

    task: Task
    protocol: str
    values: pd.DataFrame
    confidence: float
    image_variance: ImageVariance

    def difference(self, model: str, other: str) -> Estimate:
        """model − other, within seeds."""
        variance = self.image_variance.of_difference(
            self.protocol, self.task.evaluation, self.task.metric, model, other
        )
        return paired_difference(self.values[model], self.values[other], self.confidence, variance)

    def lead(self, first: str, second: str) -> Estimate:
        """How much better the first model is than the second, within seeds; negative where it is worse."""
        return self.difference(*((second, first) if self.task.lower_is_better else (first, second)))


def race_of(metrics: pd.DataFrame, task: Task, protocol: str, confidence: float, image_variance: ImageVariance) -> Race:
    """The race of a task under a protocol; `metrics` are tidy rows."""
    values = competing(metrics, protocol, task.evaluation, task.measure)
    return Race(task, protocol, values, confidence, image_variance)


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
            race = race_of(metrics, task, protocol, confidence, image_variance)
            for model, other in combinations([model for model in models if model in race.values], 2):
                found = race.difference(model, other)
                if found.n:
                    numbers = (found.mean, found.low, found.high, found.n)
                    rows.append((protocol, task.evaluation, task.metric, model, other, *numbers))
    return pd.DataFrame(rows, columns=COLUMNS)


def best_of(values: pd.DataFrame, task: Task) -> list[str]:
    """The model with the best mean, the first of several; empty without numbers."""
    means = values.mean().dropna().sort_values(ascending=task.lower_is_better, kind="stable")
    return [str(model) for model in means.index[:1]]
