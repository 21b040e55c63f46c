"""The verdict: how many of the article's conclusions hold."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aepipe.analysis.measures import title
from aepipe.analysis.verdict import DEPENDS, DOES_NOT_HOLD, HOLDS, NO_DIFFERENCE, NOT_TESTED, UNDECIDED, VERDICTS
from aepipe.reporting.claims_page import HOLM, contrast, described, disagreements, flipped
from aepipe.reporting.page.answers import joined
from aepipe.reporting.page.results import Results

HOW = {
    "paper": "measured as published (paper)",
    "corrected": "measured as it should be done (corrected)",
    "tuned": "with tuned settings (tuned)",
}
#: Verdict -> its words after a count, singular and plural.
WORDS = {
    HOLDS: ("holds", "hold"),
    DOES_NOT_HOLD: ("does not", "do not"),
    DEPENDS: ("depends on the measure", "depend on the measure"),
    NO_DIFFERENCE: ("shows no difference", "show no difference"),
    UNDECIDED: ("is undecided", "are undecided"),
    NOT_TESTED: ("is not tested", "are not tested"),
}


def sentence(results: Results) -> str:
    """How many conclusions hold under each protocol; empty if none is tested."""
    if set(results.claims["verdict"]) <= {NOT_TESTED}:
        return ""
    parts = []
    for protocol, verdicts in results.claims.groupby("protocol", sort=False):
        counts = verdicts["verdict"].value_counts()
        found = [(int(counts[verdict]), WORDS[verdict]) for verdict in VERDICTS if verdict in counts]
        words = [f"{count} {plural if count > 1 else singular}" for count, (singular, plural) in found]
        if HOLDS in counts:
            words[0] += f" ({(verdicts['after_holm'] == HOLDS).sum()} after Holm’s correction)"
        parts.append(f"{HOW[str(protocol)]}, {joined(words)}")
    return f"Of the article’s {results.claims['claim'].nunique()} conclusions, {'; '.join(parts)}."


def claims(results: Results) -> list[dict[str, Any]]:
    """Each claim with its verdicts, and whether it is `tested` under any protocol."""
    rows, disagreeing = [], disagreements(results.claims_by_measure)
    for (claim, statement), group in results.claims.groupby(["claim", "statement"], sort=False):
        found = []
        for row in group.to_dict("records"):
            own = {"protocol": row["protocol"], "verdict": row["verdict"], "chip": chip(row["verdict"])}
            own["after_holm"] = HOLM + row["after_holm"] if row["after_holm"] != row["verdict"] else ""
            of = disagreeing[(disagreeing["claim"] == claim) & (disagreeing["protocol"] == row["protocol"])]
            own["measures"] = measures(of, results.titles)
            found.append(own | {"contrast": described(row, results.titles)})
        tested = set(group["verdict"]) != {NOT_TESTED}
        rows.append({"claim": claim, "statement": statement, "found": found, "tested": tested})
    return rows


def chip(verdict: str) -> str:
    """The class of a verdict in the style sheet."""
    return verdict.replace(" ", "-")


def measures(rows: pd.DataFrame, titles: Mapping[str, str]) -> list[dict[str, str]]:
    """What each measure says of a claim."""
    return [
        {
            "measure": title(row["measure"]),
            "verdict": row["verdict"],
            "chip": chip(row["verdict"]),
            "contrast": contrast(row, titles),
        }
        for row in rows.to_dict("records")
    ]


def flips(results: Results) -> dict[str, list[tuple[str, str, str]]]:
    """Kind of flip -> claims: id, statement, verdicts; without empty kinds."""
    if results.claims.empty:
        return {}
    return {kind: items for kind, items in flipped(results.claims, mark="").items() if items}
