"""The page of ranks over several data sets."""

import pandas as pd

from aepipe.analysis.ranks import LEAST_BLOCKS, Ranking
from aepipe.reporting.markdown import Failed, listed, page, plain_titles, table, table_of_models
from aepipe.reporting.names import first_of

NEEDED = (
    f"with fewer than {LEAST_BLOCKS} data sets (blocks) that have three autoencoders in common, neither Friedman's "
    "test nor critical differences of ranks can tell a difference from chance"
)

IMPROVEMENT = (
    "How likely one run of an autoencoder is better than one of another autoencoder: the share of all pairs of runs on "
    "a data set, averaged over rivals and data sets (Agarwal et al. 2021). 1: every run beats every other; 0.5: a "
    "toss-up."
)


def ranks_page(
    found: list[Ranking], datasets: list[str], titles: dict[str, str], confidence: float, failed: Failed = ()
) -> str:
    """Average ranks of each task, a table for each protocol, and their tests."""
    titles, sections = plain_titles(titles), list[str]()
    for protocol in dict.fromkeys(ranking.protocol for ranking in found):
        own = {ranking.task.heading: ranking.average for ranking in found if ranking.protocol == protocol}
        texts = pd.DataFrame(own).reindex(list(titles))
        sections += [
            f"## Average ranks, `{protocol}`",
            table_of_models(texts.map(lambda rank: "" if pd.isna(rank) else f"{rank:.1f}"), titles, failed),
        ]
        chances = {ranking.task.heading: ranking.improvement for ranking in found if ranking.protocol == protocol}
        texts = pd.DataFrame(chances).reindex(list(titles))
        sections += [
            f"## Probability of improvement, `{protocol}`",
            IMPROVEMENT,
            table_of_models(texts.map(lambda share: "" if pd.isna(share) else f"{share:.2f}"), titles, failed),
        ]
    tested = [ranking for ranking in found if ranking.test]
    few = f"Blocks: {len(datasets)} data set{'s' if len(datasets) > 1 else ''} ({first_of(datasets)})."
    notes = dict.fromkeys(ranking.task.measure.note for ranking in found)
    return page(
        "Ranks",
        "Scores are averaged over seeds and held-out classes within a data set and ranked there (1 is best, ties share "
        "their ranks); ranks are averaged over the data sets, since seeds and classes of one data set are not "
        f"independent blocks. Autoencoders that some data set lacks are not ranked in that task. {few}",
        " ".join(filter(None, notes)),
        *sections,
        "## Tests",
        friedman_table(tested, confidence) if tested else f"None: {NEEDED}.",
        "## Cautions",
        listed(cautions(bool(tested) and len(datasets) < 10)),
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
        "Friedman's test has equal ranks as null hypothesis. Two autoencoders differ significantly if their average "
        f"ranks differ by more than the critical difference (Nemenyi, {confidence:.0%})."
    )
    return f"{text}\n\n{table(pd.DataFrame(rows), left=2)}"


def cautions(few: bool) -> list[str]:
    """The limits of ranks; `few` says that there are tests, and few data sets."""
    decide_little = (
        "Few blocks decide little: with five data sets, two of ten autoencoders must differ by 6 of 9 possible ranks, "
        "so finding no difference is no evidence of equality."
    )
    return [
        *([decide_little] if few else []),
        "Data sets of one kind (MNIST and its replacements) resemble each other more than blocks should.",
        "Ranks hide the size of differences; see each data set's comparisons.",
    ]
