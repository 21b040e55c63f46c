"""Autoencoders ranked over several data sets.

Seeds and held-out classes of one data set are no independent blocks: scores are averaged over them before they are
ranked, and each data set counts once (Demšar 2006, Journal of Machine Learning Research 7).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from aepipe.analysis.scores import TASKS, Task, wide
from aepipe.analysis.statistics import Friedman, average_ranks, critical_difference, friedman, ranks
from aepipe.reporting.markdown import Failed, listed, page, table, table_of_models

COLUMNS = ["protocol", "evaluation", "metric", "dataset", "model", "score", "rank"]
NEEDED = "Friedman's test needs at least two data sets (blocks) and three autoencoders that all of them have"


@dataclass(frozen=True)
class Ranking:
    """The ranks of one task under one protocol."""

    task: Task
    protocol: str
    scores: pd.DataFrame  # data set × model, without models that some data set lacks
    test: Friedman | None  # where there are enough of both

    @property
    def average(self) -> pd.Series:
        """Model -> average rank, 1 the best."""
        return average_ranks(self.scores, self.task.lower_is_better)

    def critical_difference(self, confidence: float) -> float:
        """How far two average ranks must lie apart to differ (Nemenyi)."""
        blocks, models = self.scores.shape
        return critical_difference(models, blocks, confidence)


def rankings(tables: Mapping[str, pd.DataFrame], models: Iterable[str], protocols: Iterable[str]) -> list[Ranking]:
    """The ranking of each task under each protocol, where some models have its metric.

    Args:
        tables: data set -> its tidy metrics.
        models: autoencoders to be ranked, without baselines.
        protocols: `paper`, `corrected`.
    """
    models, protocols, found = list(models), list(protocols), []
    for task in TASKS:
        for protocol in protocols:
            means = {
                dataset: wide(metrics, protocol, task.evaluation, task.metric).mean()
                for dataset, metrics in tables.items()
            }
            known = pd.DataFrame(means).T.reindex(columns=models).dropna(axis="index", how="all")  # some need titles
            scores = known.dropna(axis="columns").astype(float)
            blocks, count = scores.shape
            if blocks and count:
                test = friedman(scores) if blocks >= 2 and count >= 3 else None
                found.append(Ranking(task, protocol, scores, test))
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


def ranks_page(
    found: list[Ranking], datasets: list[str], titles: dict[str, str], confidence: float, failed: Failed = ()
) -> str:
    """Average ranks of each task, a table for each protocol, and what the tests say of them."""
    sections: list[str] = []
    for protocol in dict.fromkeys(ranking.protocol for ranking in found):
        own = {ranking.task.heading: ranking.average for ranking in found if ranking.protocol == protocol}
        texts = pd.DataFrame(own).reindex(list(titles))
        sections += [
            f"## Average ranks, `{protocol}`",
            table_of_models(texts.map(lambda rank: "" if pd.isna(rank) else f"{rank:.1f}"), titles, failed),
        ]
    tested = [ranking for ranking in found if ranking.test]
    few = f"Blocks: {len(datasets)} data set{'s' if len(datasets) > 1 else ''} ({', '.join(datasets)})."
    return page(
        "Ranks",
        "Scores are averaged over seeds and held-out classes within a data set, ranked there (1 is best, ties share "
        "their ranks), and the ranks averaged over the data sets: seeds and classes of one data set are no independent "
        f"blocks. Autoencoders that a data set lacks are not ranked in that task. {few}",
        *sections,
        "## Tests",
        friedman_table(tested, confidence) if tested else f"None: {NEEDED}.",
        "## Beware",
        listed(cautions(len(datasets))),
        failed=failed,
    )


def friedman_table(tested: list[Ranking], confidence: float) -> str:
    """Friedman's test and the critical difference of each ranking."""
    rows = [
        {
            "Task": ranking.task.heading,
            "Protocol": ranking.protocol,
            "Data sets": str(len(ranking.scores)),
            "Autoencoders": str(ranking.scores.shape[1]),
            "Friedman's χ²": f"{ranking.test.statistic:.2f}",
            "p": f"{ranking.test.p:.3g}",
            "Critical difference": f"{ranking.critical_difference(confidence):.2f}",
        }
        for ranking in tested
        if ranking.test
    ]
    text = (
        "Friedman's p is that of equal ranks. Two autoencoders differ where their average ranks lie further apart than "
        f"the critical difference (Nemenyi, {confidence:.0%})."
    )
    return f"{text}\n\n{table(pd.DataFrame(rows), left=2)}"


def cautions(blocks: int) -> list[str]:
    """What ranks over so many data sets don't tell."""
    few = (
        "Few blocks decide little: with two or three data sets, the critical difference of ten autoencoders is nearly "
        "the whole range of ranks or more, so that no difference found is no sign of equality."
    )
    return [
        *([few] if blocks < 10 else []),
        "Data sets of one kind (MNIST and those made to replace it) resemble each other more than blocks should.",
        "A rank hides by how much; that is in each data set's comparisons.",
    ]
