"""The verdict: how many of the article's conclusions hold, and which autoencoder is best at which task."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from aepipe.analysis.comparisons import best_of
from aepipe.analysis.scores import wide
from aepipe.analysis.statistics import mean_interval
from aepipe.analysis.verdict import DOES_NOT_HOLD, HOLDS, NOT_TESTED, UNDECIDED
from aepipe.catalogue import Task, tasks
from aepipe.evaluation.metrics import PROTOCOLS
from aepipe.reporting.claims_page import ORDER, described, flipped
from aepipe.reporting.page.results import Results

HOW = {"paper": "measured as published (paper)", "corrected": "measured as it should be done (corrected)"}
#: Verdict -> how a sentence goes on after its count.
WORDS = {
    HOLDS: ("holds", "hold"),
    DOES_NOT_HOLD: ("does not", "do not"),
    UNDECIDED: ("is undecided", "are undecided"),
    NOT_TESTED: ("is not tested", "are not tested"),
}


@dataclass(frozen=True)
class Best:
    """The best autoencoder of a task under a protocol."""

    task: str
    measure: str
    protocol: str
    model: str
    number: str
    rivals: list[str]  # titles of those that can't be told from it
    baselines: list[str]  # what the baselines reach: label and mean


def sentence(results: Results) -> str:
    """How many conclusions hold, under each protocol; empty where none is tested."""
    if set(results.claims["verdict"]) <= {NOT_TESTED}:
        return ""
    parts = []
    for protocol, verdicts in results.claims.groupby("protocol", sort=False):
        counts = verdicts["verdict"].value_counts()
        found = [(int(counts[verdict]), WORDS[verdict]) for verdict in ORDER if verdict in counts]
        words = [f"{count} {plural if count > 1 else singular}" for count, (singular, plural) in found]
        parts.append(f"{HOW[str(protocol)]}, {joined(words)}")
    return f"Of the article’s {results.claims['claim'].nunique()} conclusions, {'; '.join(parts)}."


def joined(words: list[str]) -> str:
    """A, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def best(results: Results) -> list[Best]:
    """For each task and protocol: the autoencoder with the best mean, and those that can't be told from it."""
    found = []
    for task in tasks(has_labels=bool(results.class_names)):
        for protocol in PROTOCOLS:
            every = wide(results.metrics, protocol, task.evaluation, task.metric)
            baselines = [
                f"{own.title} {every[own.name].mean():.{task.measure.digits}f}"
                for own in results.baselines
                if own.name in every
            ]
            values = every.reindex(columns=list(results.titles))
            for model in best_of(values, task):
                estimate = mean_interval(values[model], results.confidence)
                number = f"{estimate.mean:.{task.measure.digits}f}"
                if estimate.n > 1:
                    number += f" [{estimate.low:.{task.measure.digits}f}, {estimate.high:.{task.measure.digits}f}]"
                measure = task.heading.removeprefix(f"{task.name}: ")
                open_ = rivals(results, task, protocol, model)
                found.append(Best(task.name, measure, protocol, model, number, open_, baselines))
    return found


def rivals(results: Results, task: Task, protocol: str, model: str) -> list[str]:
    """The autoencoders whose difference to a model may be 0: its interval holds 0, or there is none."""
    pairs = results.comparisons
    pairs = pairs[(pairs["protocol"] == protocol) & (pairs["evaluation"] == task.evaluation)]
    pairs = pairs[(pairs["metric"] == task.metric) & ((pairs["model"] == model) | (pairs["other"] == model))]
    open_ = pairs[~((pairs["low"] > 0) | (pairs["high"] < 0))]
    names = {*open_["model"], *open_["other"]} - {model}
    return [label for name, label in results.titles.items() if name in names]


def claims(results: Results) -> list[dict[str, Any]]:
    """Each claim with what is said of it under each protocol, and whether it is `tested` under any."""
    rows = []
    for (claim, statement), group in results.claims.groupby(["claim", "statement"], sort=False):
        found = [
            {
                "protocol": row["protocol"],
                "verdict": row["verdict"],
                "chip": row["verdict"].replace(" ", "-"),
                "contrast": described(row, results.titles),
                "agree": f"{row['agree']} of {row['n']}" if row["n"] else "",
            }
            for row in group.to_dict("records")
        ]
        tested = set(group["verdict"]) != {NOT_TESTED}
        rows.append({"claim": claim, "statement": statement, "found": found, "tested": tested})
    return rows


def flips(results: Results) -> dict[str, list[tuple[str, str, str]]]:
    """Kind of flip -> claims: id, statement, verdicts; kinds without any are left out."""
    if results.claims.empty:
        return {}
    return {kind: items for kind, items in flipped(results.claims, mark="").items() if items}


def no_claims() -> pd.DataFrame:
    """Verdicts on no claim."""
    return pd.DataFrame(columns=["claim", "protocol", "statement", "verdict", "agree", "n"])
