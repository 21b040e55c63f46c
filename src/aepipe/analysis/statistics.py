"""Means and differences with their errors, corrections for several tests, and ranks over several data sets.

Missing numbers (NaN) are ignored. Intervals are Student's t; of equal numbers, their width is 0.

A mean over seeds has two errors: seeds differ, and the test images, which all seeds share, are a sample. Its variance
is s² / n + v, with s the standard deviation over n seeds and v the variance of the mean due to the draw of the test
images, which no further seed makes smaller. The degrees of freedom are those of the sum of the two (Welch 1947,
Satterthwaite 1946), (n − 1) (1 + v / (s² / n))²: test images are thousands, so that those of v count as infinite.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, sqrt
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

#: The largest number of seeds that `seeds_needed` considers.
MOST_SEEDS = 10_000


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


@dataclass(frozen=True)
class Means:
    """Several means and the parts of their errors, arrays (K,)."""

    mean: np.ndarray  # NaN without numbers
    deviation: np.ndarray  # standard deviation over the seeds; NaN for fewer than two
    n: np.ndarray  # number of seeds
    image_variance: np.ndarray  # of the mean, due to the draw of the test images

    @cached_property
    def error(self) -> np.ndarray:
        """The standard error of each mean."""
        return np.sqrt(self._seed_variance + self.image_variance)

    @cached_property
    def freedom(self) -> np.ndarray:
        """The degrees of freedom of each error; infinite if seeds do not differ."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(
                self.deviation > 0, (self.n - 1) * (1 + self.image_variance / self._seed_variance) ** 2, inf
            )

    @property
    def _seed_variance(self) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.deviation**2 / self.n

    def t(self, value: ArrayLike = 0.0) -> np.ndarray:
        """The distance of each mean from a value in standard errors; NaN for a mean that is exactly that value."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return (self.mean - value) / self.error

    def p_above(self, value: ArrayLike = 0.0) -> np.ndarray:
        """One-sided p-values of the hypotheses that true means are at most a value; 1 where there is no test."""
        return np.nan_to_num(stats.t.sf(self.t(value), self.freedom), nan=1.0)

    def p_below(self, value: ArrayLike = 0.0) -> np.ndarray:
        """One-sided p-values of the hypotheses that true means are at least a value; 1 where there is no test."""
        return np.nan_to_num(stats.t.cdf(self.t(value), self.freedom), nan=1.0)

    def estimate(self, index: int, confidence: float = 0.95) -> Estimate:
        """One of the means with its interval, mean ± t error."""
        mean, n = float(self.mean[index]), int(self.n[index])
        half = float(stats.t.ppf((1 + confidence) / 2, self.freedom[index]) * self.error[index])
        return Estimate(mean, mean - half, mean + half, n)


class Friedman(NamedTuple):
    """Friedman's test of equal ranks."""

    statistic: float
    p: float


def means(values: ArrayLike, image_variance: ArrayLike = 0.0) -> Means:
    """The means over seeds (rows) of the columns of `values` (S, K); `image_variance` is of each mean, (K,) or one."""
    numbers = np.asarray(values, dtype=float)
    known = ~np.isnan(numbers)
    n = known.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, numbers, 0).sum(axis=0) / n
        squares = (np.where(known, numbers - mean, 0) ** 2).sum(axis=0)
        deviation = np.sqrt(np.where(n > 1, squares / (n - 1), np.nan))
    return Means(mean, deviation, n, np.broadcast_to(np.asarray(image_variance, dtype=float), n.shape))


def mean_interval(values: ArrayLike, confidence: float = 0.95, image_variance: float = 0.0) -> Estimate:
    """The mean over seeds with its interval, mean ± t √(s² / n + v); see `means`."""
    return means(np.asarray(values, dtype=float)[:, None], image_variance).estimate(0, confidence)


def paired_difference(
    first: pd.Series, second: pd.Series, confidence: float = 0.95, image_variance: float = 0.0
) -> Estimate:
    """The mean of first − second with its t-interval, over the seeds (index) that both have; see `mean_interval`."""
    return mean_interval(first - second, confidence, image_variance)


def seeds_needed(
    mean: float, deviation: float, image_variance: float = 0.0, confidence: float = 0.95, power: float = 0.8
) -> float:
    """The least number of seeds at which an interval would lie above 0 with some probability, by the noncentral t.

    Args:
        mean: the true mean.
        deviation: its standard deviation over seeds.
        image_variance: of the mean, due to the draw of the test images.
        confidence: of the two-sided interval.
        power: that probability.

    Returns:
        2 or more; infinite if no number up to MOST_SEEDS would do.
    """

    def decided(n: int) -> bool:
        found = Means(*(np.array([number]) for number in (mean, deviation, n, image_variance)))
        freedom = min(float(found.freedom[0]), 1e6)  # nearly normal
        bar = stats.t.ppf((1 + confidence) / 2, freedom)
        distance = float(found.t()[0])
        return distance > bar + 10 or bool(stats.nct.sf(bar, freedom, distance) >= power)

    counts = range(2, MOST_SEEDS + 1)
    if not mean > 0 or not decided(counts[-1]):
        return inf
    return counts[bisect_left(counts, True, key=decided)]


def holm(p: ArrayLike) -> np.ndarray:
    """p-values (m,), corrected for their number, step by step (Holm 1979, Scandinavian Journal of Statistics 6)."""
    values = np.asarray(p, dtype=float)
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    corrected = np.empty_like(values)
    corrected[order] = np.minimum(steps, 1)
    return corrected


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
