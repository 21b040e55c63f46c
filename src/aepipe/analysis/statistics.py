"""Intervals of means and differences, and tests of ranks over several data sets.

Missing numbers (NaN) are ignored. Intervals are Student's t; of equal numbers, their width is 0.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import nan, sqrt
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats


@dataclass(frozen=True)
class Estimate:
    """A mean with its interval; `low` and `high` are NaN for fewer than two numbers."""

    mean: float
    low: float
    high: float
    n: int

    def holds(self, value: float) -> bool | None:
        """Whether the interval includes a value; None if there is no interval."""
        return None if np.isnan([self.low, self.high, value]).any() else bool(self.low <= value <= self.high)

    def within(self, ends: tuple[float, float]) -> "Estimate":
        """The same with an interval that is cut at the ends of what is possible, as 0 and 1 for shares."""
        low, high = ends
        return replace(self, low=max(self.low, low), high=min(self.high, high))


class Friedman(NamedTuple):
    """Friedman's test of equal ranks."""

    statistic: float
    p: float


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> Estimate:
    """The interval for the true mean: mean ± t s / √n (Student 1908)."""
    return interval(values, confidence, lambda n: 1 / sqrt(n))


def prediction_interval(values: ArrayLike, confidence: float = 0.95) -> Estimate:
    """The interval for the next number: mean ± t s √(1 + 1/n) (Hahn & Meeker 1991, section 4.7)."""
    return interval(values, confidence, lambda n: sqrt(1 + 1 / n))


def paired_difference(first: pd.Series, second: pd.Series, confidence: float = 0.95) -> Estimate:
    """The mean of first − second with its t-interval, over the seeds (index) that both have."""
    return mean_interval(first - second, confidence)


def interval(values: ArrayLike, confidence: float, factor: Callable[[int], float]) -> Estimate:
    """mean ± t s factor(n), with t of n − 1 degrees of freedom and s the standard deviation of the numbers."""
    numbers = np.asarray(values, dtype=float)
    numbers = numbers[~np.isnan(numbers)]
    n = len(numbers)
    mean = float(numbers.mean()) if n else nan
    if n < 2:
        return Estimate(mean, nan, nan, n)
    half = float(stats.t.ppf((1 + confidence) / 2, n - 1) * numbers.std(ddof=1) * factor(n))
    return Estimate(mean, mean - half, mean + half, n)


def average_ranks(scores: pd.DataFrame, lower_is_better: bool) -> pd.Series:
    """The mean over blocks (rows) of each model's (column's) rank, 1 the best; ties share the mean of their ranks."""
    return ranks(scores, lower_is_better).mean()


def ranks(scores: pd.DataFrame, lower_is_better: bool) -> pd.DataFrame:
    """The rank of each model (column) in each block (row), 1 the best; ties share the mean of their ranks."""
    return scores.rank(axis=1, ascending=lower_is_better)


def friedman(scores: pd.DataFrame) -> Friedman:
    """Tests whether models (columns) rank alike over blocks (rows): Friedman 1937; p is NaN if all are tied.

    Raises:
        ValueError: fewer than three models or two blocks.
    """
    blocks, models = scores.shape
    if models < 3 or blocks < 2:
        raise ValueError(f"Friedman's test needs 3 models and 2 blocks, not {models} and {blocks}")
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic, p = stats.friedmanchisquare(*scores.to_numpy().T)
    return Friedman(float(statistic), float(p))


def critical_difference(models: int, blocks: int, confidence: float = 0.95) -> float:
    """The least significant difference of two average ranks: Nemenyi's test, Demšar 2006, section 3.2.2."""
    q = stats.studentized_range.ppf(confidence, models, np.inf) / sqrt(2)
    return float(q * sqrt(models * (models + 1) / (6 * blocks)))
