"""The variance of means over seeds that is due to the test images: all seeds share them, and they are a sample."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pandas as pd

#: A pair of models -> covariance of their means over seeds.
Covariances = Mapping[tuple[str, str], float]


class ImageVariance:
    """What is known of it.

    Args:
        table: `protocol`, `evaluation`, `metric`, `model`, `other` and `covariance`, with each pair of models once;
            None where nothing is known.
    """

    def __init__(self, table: pd.DataFrame | None = None) -> None:
        self.known: dict[tuple[str, str, str], dict[tuple[str, str], float]] = {}
        if table is None:
            return
        columns = ["protocol", "evaluation", "metric", "model", "other", "covariance"]
        for *key, model, other, value in table[columns].itertuples(index=False, name=None):
            both = {(model, other): value, (other, model): value}
            self.known.setdefault((key[0], key[1], key[2]), {}).update(both)

    def covariances(self, protocol: str, evaluation: str, metric: str) -> Covariances:
        """The covariances of a metric; none where images are drawn anew with each seed, and where none are known."""
        return self.known.get((protocol, evaluation, metric), {})

    def of(self, protocol: str, evaluation: str, metric: str, weights: Mapping[str, float]) -> float:
        """The variance of a weighted sum of models' means, w' V w; pairs without a covariance count as 0."""
        return quadratic(self.covariances(protocol, evaluation, metric), weights)

    def of_mean(self, protocol: str, evaluation: str, metric: str, model: str) -> float:
        """The variance of a model's mean."""
        return self.of(protocol, evaluation, metric, {model: 1})

    def of_difference(self, protocol: str, evaluation: str, metric: str, model: str, other: str) -> float:
        """The variance of the difference of two models' means."""
        return self.of(protocol, evaluation, metric, {model: 1, other: -1})


#: Where nothing is known.
NOT_KNOWN = ImageVariance()


def quadratic(covariances: Covariances, weights: Mapping[str, float]) -> float:
    """w' V w, at least 0."""
    pairs = product(weights.items(), repeat=2) if covariances else ()
    return max(0.0, sum(w * v * covariances.get((a, b), 0.0) for (a, w), (b, v) in pairs))


def read(path: str | Path) -> ImageVariance:
    """Reads the table."""
    return ImageVariance(pd.read_csv(path))
