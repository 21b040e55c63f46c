"""Metrics that are means over the test images: what each image contributes, and how much the draw of images matters.

All seeds and all autoencoders share the test images, so that more seeds don't average their draw out.
"""

import csv
from collections.abc import Iterable, Mapping
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np

from aepipe.data.arrays import load_arrays, save_arrays
from aepipe.evaluation.metrics import Metrics, Row

COLUMNS = ["dataset", "latent_dim", "protocol", "evaluation", "metric", "model", "other", "covariance"]
#: Protocol -> metric -> numbers (n,) of the test images, or of the first of them, whose mean is the metric.
ImageScores = Mapping[str, Mapping[str, np.ndarray]]


def means(scores: ImageScores) -> Metrics:
    """The metrics."""
    return {
        protocol: {metric: float(values.mean(dtype=np.float64)) for metric, values in own.items()}
        for protocol, own in scores.items()
    }


def save(path: str | Path, scores: ImageScores) -> None:
    """Writes the scores as arrays `<protocol>/<metric>`, in float32."""
    arrays = {f"{protocol}/{metric}": values for protocol, own in scores.items() for metric, values in own.items()}
    save_arrays(path, **{name: values.astype(np.float32) for name, values in arrays.items()})


class Sums:
    """Sums of the image scores of a model's runs, by image; `test` (n,) are the indices of the test images."""

    def __init__(self, test: np.ndarray) -> None:
        self.test = np.sort(test)
        self.sums: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = {}

    def add(self, path: str | Path, test: np.ndarray, protocols: Mapping[str, str]) -> None:
        """Adds a file of `save`.

        Args:
            path: of the file.
            test: (n,) the test images in the order of that run.
            protocols: some of those in the file -> the ones that they are reported under.
        """
        for name, values in load_arrays(path).items():
            protocol, metric = name.split("/")
            if protocol in protocols:
                start = np.zeros(len(self.test)), np.zeros(len(self.test))
                total, count = self.sums.setdefault((protocols[protocol], metric), start)
                places = np.searchsorted(self.test, test[: len(values)])
                total[places] += values
                count[places] += 1

    def mean(self, protocol: str, metric: str) -> np.ndarray:
        """The mean over the runs of each image's score: (n,), NaN where an image has none."""
        total, count = self.sums[protocol, metric]
        return np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)


def covariances(sums: Mapping[str, Sums]) -> Iterable[Row]:
    """The covariance of two models' means due to the draw of the test images, once for each pair: a row for each.

    The covariance over the images of their scores, each the mean over the runs, divided by the number of images that
    both have. Added to the variance of seeds, it gives the variance of a mean over both, somewhat too large, since the
    interaction of seeds and images is in either: S. Searle, G. Casella and C. McCulloch, "Variance components", 1992,
    section 4.3.

    Args:
        sums: model -> its image scores.

    Returns:
        protocol, metric, model, other, covariance.
    """
    keys = dict.fromkeys(key for own in sums.values() for key in own.sums)
    for protocol, metric in keys:
        known = {model: own.mean(protocol, metric) for model, own in sums.items() if (protocol, metric) in own.sums}
        for model, other in combinations_with_replacement(known, 2):
            pair = np.stack([known[model], known[other]])
            pair = pair[:, ~np.isnan(pair).any(axis=0)]
            if pair.shape[1] > 1:
                covariance = float(np.cov(pair)[0, 1]) / pair.shape[1]
                identity = {"protocol": protocol, "metric": metric, "model": model, "other": other}
                yield {**identity, "covariance": covariance}


def completed(rows: Iterable[Row], reused: Iterable[str]) -> list[Row]:
    """The rows, and those of reused tables about other pairs of models, with COLUMNS in their order."""
    found = {tuple(row[name] for name in COLUMNS[:-1]): row for row in rows}
    for path in reused:
        with Path(path).open(encoding="utf-8", newline="") as table:
            for row in csv.DictReader(table):
                found.setdefault(tuple(row[name] for name in COLUMNS[:-1]), row)
    return [{name: row[name] for name in COLUMNS} for row in found.values()]
