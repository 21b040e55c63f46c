"""The page of verdicts on the article's claims."""

import re

import pandas as pd

from aepipe.analysis.claims import ARTICLE
from aepipe.analysis.statistics import Estimate
from aepipe.analysis.verdict import DOES_NOT_HOLD, HOLDS, NOT_TESTED, UNDECIDED, Thresholds
from aepipe.catalogue import BASELINE_TITLES, tasks_without_labels
from aepipe.reporting.markdown import Failed, listed, page, plain_titles, table, with_interval

ORDER = (HOLDS, DOES_NOT_HOLD, UNDECIDED, NOT_TESTED)
REVERSED, ONE_DECIDED, ONE_TESTED = "Reversed", "Decided under one alone", "Tested under one alone"
MARKS = {HOLDS: "**holds**", DOES_NOT_HOLD: "**does not hold**"}

INTRODUCTION = """
Krokotsch's article "The Great Autoencoder Bake Off" draws 24 conclusions from one run. Here, each is tested over
several seeds under two protocols: `paper` measures as the published code does, `corrected` as it should be done (mean
codes instead of sampled ones, a converged linear probe, an anomaly score minus the image's own entropy, samples from
all autoencoders).
"""
READING = """
The number is that of the claim's weakest contrast, whose mean is the lowest in units of its standard error: its mean
over the seeds with the t-interval in brackets (positive values support the claim). Agreeing seeds are those in which
all contrasts of the claim are positive. A claim with several contrasts is refuted only if one of them lies below 0 at
a level corrected for their number; brackets below 0 may thus go with *undecided*.
"""


def claims_page(
    verdicts: pd.DataFrame,
    dataset: str,
    titles: dict[str, str],
    limits: Thresholds,
    failed: Failed,
    has_labels: bool = True,
) -> str:
    """The verdict on every claim, those that flip between the protocols, and how it was decided.

    `verdicts` come from `aepipe.analysis.claims.verdicts`, `titles` are of autoencoders.
    """
    titles, protocols = plain_titles(titles), list(verdicts["protocol"].unique())
    measures = verdicts[["claim", "measure"]].drop_duplicates().set_axis(["", "Measure and condition"], axis=1)
    return page(
        f"Which of the article's conclusions hold on {dataset}?",
        INTRODUCTION.replace("\n", " "),
        about_added(titles),
        listed(f"`{protocol}`: {counted(verdicts[verdicts['protocol'] == protocol])}" for protocol in protocols),
        "" if has_labels else tasks_without_labels(),
        "## Verdicts",
        READING.replace("\n", " "),
        verdict_table(verdicts, titles),
        "## Conclusions that flip between the protocols",
        flips(verdicts),
        "## What each claim is tested by",
        table(measures, left=2),
        "## How it is decided",
        decided(limits),
        failed=failed,
    )


def about_added(titles: dict[str, str]) -> str:
    """The role of autoencoders that the article lacks; empty if there are none."""
    added = [title for model, title in titles.items() if model not in ARTICLE]
    return f"The claims are about the article's autoencoders; {', '.join(added)} can win tasks of C18." if added else ""


def counted(verdicts: pd.DataFrame) -> str:
    """The number of claims with each verdict."""
    counts = verdicts["verdict"].value_counts()
    return ", ".join(f"{verdict}: {counts[verdict]}" for verdict in ORDER if verdict in counts)


def verdict_table(verdicts: pd.DataFrame, titles: dict[str, str]) -> str:
    """A row for each claim, the protocols side by side."""
    rows = []
    for (claim, statement), group in verdicts.groupby(["claim", "statement"], sort=False):
        row = {"": claim, "The article says": statement}
        for found in group.to_dict("records"):
            row[f"{found['protocol']}: verdict"] = MARKS.get(found["verdict"], found["verdict"])
            row[f"{found['protocol']}: weakest contrast"] = described(found, titles)
            row[f"{found['protocol']}: agreeing seeds"] = f"{found['agree']} of {found['n']}" if found["n"] else ""
        rows.append(row)
    texts = pd.DataFrame(rows)
    return f"{table(texts, left=texts.shape[1])}\n\nIn C17, held-out classes take the place of seeds."


def described(found: dict, titles: dict[str, str]) -> str:
    """The weakest contrast with its number, or why there is none."""
    if found["verdict"] == NOT_TESTED:
        return found["reason"]
    names = titles | BASELINE_TITLES
    contrast = re.sub(r"\w+", lambda word: names.get(word[0], word[0]), found["contrast"])
    estimate = Estimate(found["estimate"], found["low"], found["high"], found["n"])
    return f"{contrast}: {with_interval(estimate, '.3g')}"


def flips(verdicts: pd.DataFrame) -> str:
    """Every claim whose verdict differs between the protocols, reversed ones first."""
    kinds = flipped(verdicts)
    summary = f"Reversed verdicts: {len(kinds[REVERSED])} of {verdicts['claim'].nunique()} claims."
    parts = [
        f"**{kind}**\n\n{listed(f'{claim}: {statement}: {text}' for claim, statement, text in items)}"
        for kind, items in kinds.items()
        if items
    ]
    return "\n\n".join([summary, *parts])


def flipped(verdicts: pd.DataFrame, mark: str = "`") -> dict[str, list[tuple[str, str, str]]]:
    """Kind of flip -> claims whose verdict differs between the protocols: id, statement, verdicts.

    `mark` is put around the names of protocols.
    """
    wide = verdicts.pivot(index=["claim", "statement"], columns="protocol", values="verdict")
    kinds: dict[str, list[tuple[str, str, str]]] = {REVERSED: [], ONE_DECIDED: [], ONE_TESTED: []}
    for claim, statement in verdicts[["claim", "statement"]].drop_duplicates().itertuples(index=False):
        found = wide.loc[(claim, statement)]
        if found.nunique() > 1:
            protocols = verdicts["protocol"].unique()
            text = ", ".join(f"{found[protocol]} under {mark}{protocol}{mark}" for protocol in protocols)
            tested = NOT_TESTED not in set(found)
            kind = REVERSED if set(found) == {HOLDS, DOES_NOT_HOLD} else ONE_DECIDED
            kinds[kind if tested else ONE_TESTED].append((claim, statement, text))
    return kinds


def decided(limits: Thresholds) -> str:
    """The rules of the verdicts, their thresholds, and cautions."""
    rules = [
        f"*holds*: the {limits.confidence:.0%} t-interval of every contrast lies above 0, an intersection-union test "
        "(Berger 1982).",
        "*does not hold*: the interval of some contrast lies below 0, at a level corrected for the number of contrasts "
        "(Bonferroni).",
        f"*undecided*: neither; and always if the models of a contrast share fewer than {limits.min_seeds} seeds.",
        "*not tested*: models or metrics that the claim needs are missing.",
    ]
    names = [f"`{name}` {value}" for name, value in vars(limits).items()]
    caution = (
        f"Caution: of 24 claims, tested at {limits.confidence:.0%} each, one may well be decided wrongly by chance. "
        "Few seeds give wide intervals, so *undecided* may mean too few runs; it is no evidence of equality. Seeds "
        "redraw split, initialisation and order, not the data set: verdicts are about this data set only."
    )
    thresholds = f"Thresholds, from the configuration's block `claims`: {', '.join(names)}."
    return "\n\n".join([listed(rules), thresholds, caution])
