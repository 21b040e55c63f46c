"""The verdict: how many of the article's conclusions hold, and the best autoencoder of each task."""

from dataclasses import dataclass
from typing import Any

from aepipe.analysis.comparisons import best_of
from aepipe.analysis.scores import wide
from aepipe.analysis.statistics import mean_interval
from aepipe.analysis.verdict import DOES_NOT_HOLD, HOLDS, NOT_TESTED, UNDECIDED
from aepipe.catalogue import Task, tasks
from aepipe.evaluation.metrics import PROTOCOLS
from aepipe.reporting.claims_page import ORDER, described, flipped
from aepipe.reporting.markdown import with_interval
from aepipe.reporting.page.results import Results

HOW = {"paper": "measured as published (paper)", "corrected": "measured as it should be done (corrected)"}
#: Verdict -> its words after a count, singular and plural.
WORDS = {
    HOLDS: ("holds", "hold"),
    DOES_NOT_HOLD: ("does not", "do not"),
    UNDECIDED: ("is undecided", "are undecided"),
    NOT_TESTED: ("is not tested", "are not tested"),
}


@dataclass(frozen=True)
class Best:
    """The best autoencoder of a task under a protocol."""

    task: Task
    protocol: str
    model: str
    number: str
    rivals: list[str]  # titles of those that are not significantly different
    baselines: list[str]  # title and mean


def sentence(results: Results) -> str:
    """How many conclusions hold under each protocol; empty if none is tested."""
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
    """For each task and protocol: the autoencoder with the best mean, and those not significantly different."""
    found = []
    for task in tasks(has_labels=bool(results.class_names)):
        for protocol in PROTOCOLS:
            values, form = wide(results.metrics, protocol, task.evaluation, task.metric), f".{task.measure.digits}f"
            others = [own for own in results.baselines if own.name in values]
            baselines = [f"{own.title} {values[own.name].mean():{form}}" for own in others]
            for model in best_of(values.reindex(columns=list(results.titles)), task):
                number = with_interval(mean_interval(values[model], results.confidence), form)
                found.append(Best(task, protocol, model, number, rivals(results, task, protocol, model), baselines))
    return found


def rivals(results: Results, task: Task, protocol: str, model: str) -> list[str]:
    """The autoencoders whose difference from a model may be 0: its interval includes 0, or there is none."""
    pairs = results.comparisons
    pairs = pairs[(pairs["protocol"] == protocol) & (pairs["evaluation"] == task.evaluation)]
    pairs = pairs[(pairs["metric"] == task.metric) & ((pairs["model"] == model) | (pairs["other"] == model))]
    open_ = pairs[~((pairs["low"] > 0) | (pairs["high"] < 0))]
    names = {*open_["model"], *open_["other"]} - {model}
    return [title for name, title in results.titles.items() if name in names]


def claims(results: Results) -> list[dict[str, Any]]:
    """Each claim with its verdicts, and whether it is `tested` under any protocol."""
    rows = []
    for (claim, statement), group in results.claims.groupby(["claim", "statement"], sort=False):
        found = []
        for row in group.to_dict("records"):
            agree = f"{row['agree']} of {row['n']}" if row["n"] else ""
            own = {"protocol": row["protocol"], "verdict": row["verdict"], "chip": row["verdict"].replace(" ", "-")}
            found.append(own | {"contrast": described(row, results.titles), "agree": agree})
        tested = set(group["verdict"]) != {NOT_TESTED}
        rows.append({"claim": claim, "statement": statement, "found": found, "tested": tested})
    return rows


def flips(results: Results) -> dict[str, list[tuple[str, str, str]]]:
    """Kind of flip -> claims: id, statement, verdicts; without empty kinds."""
    if results.claims.empty:
        return {}
    return {kind: items for kind, items in flipped(results.claims, mark="").items() if items}
