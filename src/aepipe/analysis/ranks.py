"""Autoencoders ranked over several data sets.

Seeds and held-out classes of one data set are not independent blocks: scores are averaged over them before ranking, and
each data set counts once (Demšar 2006, Journal of Machine Learning Research 7).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aepipe.analysis.comparisons import competing
from aepipe.analysis.statistics import Friedman, average_ranks, critical_difference, friedman, ranks
from aepipe.catalogue import TASKS, Task

#: With fewer data sets there are ranks alone: Friedman's test is not valid, as its χ² is an approximation for many
#: blocks, and two of ten autoencoders would have to differ by more than 6.8 of 9 possible ranks (Demšar 2006, 3.2.2).
LEAST_BLOCKS = 5
COLUMNS = ["protocol", "evaluation", "metric", "dataset", "model", "score", "rank"]


@dataclass(frozen=True)
class Ranking:
    """The ranks of one task under one protocol."""

    task: Task
    protocol: str
    scores: pd.DataFrame  # data set × model, as they compete, without models that some data set lacks
    test: Friedman | None  # where there are enough of both
    runs: Mapping[str, pd.DataFrame]  # data set -> the numbers behind its scores: seed × model

    @property
    def average(self) -> pd.Series:
        """Model -> average rank, 1 the best."""
        return average_ranks(self.scores, self.task.lower_is_better)

    @property
    def improvement(self) -> pd.Series:
        """Model -> the probability that one of its runs is better than one of another model, in [0, 1].

        The share of all pairs of runs of one data set, a tie counting as half, averaged over rivals and data sets: the
        probability of improvement of R. Agarwal et al., "Deep reinforcement learning at the edge of the statistical
        precipice", NeurIPS 2021, against any rival.
        """
        sign = -1 if self.task.lower_is_better else 1
        shares = []
        for runs in self.runs.values():
            values = sign * runs.to_numpy(dtype=float)  # (seeds, models)
            ahead = np.sign(values[:, None, :, None] - values[None, :, None, :]) / 2 + 0.5
            against = ahead.mean(axis=(0, 1))  # model × rival
            shares.append((against.sum(axis=1) - against.diagonal()) / max(1, len(against) - 1))
        return pd.Series(np.mean(shares, axis=0), index=self.scores.columns)

    def critical_difference(self, confidence: float) -> float:
        """The least significant difference of two average ranks (Nemenyi)."""
        blocks, models = self.scores.shape
        return critical_difference(models, blocks, confidence)


def rankings(tables: Mapping[str, pd.DataFrame], models: Iterable[str], protocols: Iterable[str]) -> list[Ranking]:
    """The ranking of each task under each protocol, if models have its metric.

    `tables` are the tidy metrics of each data set, `models` the autoencoders to rank.
    """
    models, protocols, found = list(models), list(protocols), []
    for task in TASKS:
        for protocol in protocols:
            runs = {
                dataset: competing(metrics, protocol, task.evaluation, task.measure)
                for dataset, metrics in tables.items()
            }
            means = pd.DataFrame({dataset: own.mean() for dataset, own in runs.items()}).T
            known = means.reindex(columns=models).dropna(axis="index", how="all")  # some need labels
            scores = known.dropna(axis="columns").astype(float)
            blocks, count = scores.shape
            if blocks and count:
                test = friedman(scores) if blocks >= LEAST_BLOCKS and count >= 3 else None
                own = {str(dataset): runs[str(dataset)][list(scores)].dropna() for dataset in scores.index}
                found.append(Ranking(task, protocol, scores, test, own))
    return found


def tidy(found: Iterable[Ranking]) -> pd.DataFrame:
    """Score and rank of each model on each data set, a row for each."""
    rows = []
    for ranking in found:
        task, places = ranking.task, ranks(ranking.scores, ranking.task.lower_is_better)
        for dataset, scores in ranking.scores.iterrows():
            for model, score in scores.items():
                place = places.loc[dataset, model]  # type: ignore[index]
                rows.append((ranking.protocol, task.evaluation, task.metric, dataset, model, score, place))
    return pd.DataFrame(rows, columns=COLUMNS)
