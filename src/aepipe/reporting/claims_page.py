"""What is written of the verdicts: a page that can be read on its own."""

import re

import pandas as pd

from aepipe.analysis.claims import ARTICLE
from aepipe.analysis.verdict import DOES_NOT_HOLD, HOLDS, NOT_TESTED, UNDECIDED, Thresholds
from aepipe.catalogue import BASELINE_TITLES, tasks_without_labels
from aepipe.reporting.markdown import Failed, listed, page, table

ORDER = (HOLDS, DOES_NOT_HOLD, UNDECIDED, NOT_TESTED)
REVERSED, ONE_DECIDED, ONE_TESTED = "Reversed", "Decided under one alone", "Tested under one alone"
MARKS = {HOLDS: "**holds**", DOES_NOT_HOLD: "**does not hold**"}

INTRODUCTION = """
Krokotsch's article "The Great Autoencoder Bake Off" draws 24 conclusions from one run. Here each is tested over several
seeds, under two protocols: `paper` measures as the published code does, `corrected` as it should be done (mean codes
instead of sampled ones, a converged linear probe, an anomaly score less the image's own entropy, samples for all).
"""
READING = """
The number is that of the claim's weakest contrast, whose mean is the lowest in units of its standard error: its mean
over the seeds with the t-interval in brackets (positive speaks for the claim), and in how many seeds all contrasts of
the claim are positive. Brackets are of that contrast alone. Where a claim has several, one of them has to lie below 0
at a level that takes account of their number before the claim falls, so that brackets below 0 may go with
*undecided*.
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

    Args:
        verdicts: as `aepipe.analysis.claims.verdicts` gives them.
        dataset: its name.
        titles: autoencoder -> its name in tables.
        limits: what decided.
        failed: runs without numbers.
        has_labels: whether the data set has.
    """
    protocols = list(verdicts["protocol"].unique())
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
        measure_table(verdicts),
        "## How it is decided",
        decided(limits),
        failed=failed,
    )


def about_added(titles: dict[str, str]) -> str:
    """What the claims make of autoencoders that the article does not know; nothing where there are none."""
    added = [label for model, label in titles.items() if model not in ARTICLE]
    return f"The claims are about the article's autoencoders; {', '.join(added)} can win tasks of C18." if added else ""


def counted(verdicts: pd.DataFrame) -> str:
    """How many claims have which verdict."""
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
            row[f"{found['protocol']}: seeds that agree"] = f"{found['agree']} of {found['n']}" if found["n"] else ""
        rows.append(row)
    texts = pd.DataFrame(rows)
    body = table(texts, left=texts.shape[1])
    units = "In C17, held-out classes take the place of seeds."
    return f"{body}\n\n{units}"


def described(found: dict, titles: dict[str, str]) -> str:
    """The weakest contrast with its number, or why there is none."""
    if found["verdict"] == NOT_TESTED:
        return found["reason"]
    names = titles | BASELINE_TITLES
    text = re.sub(r"\w+", lambda word: names.get(word[0], word[0]), found["contrast"]) + f": {found['estimate']:.3g}"
    if found["n"] > 1:
        text += f" [{found['low']:.3g}, {found['high']:.3g}]"
    return text


def flips(verdicts: pd.DataFrame) -> str:
    """Every claim whose verdict differs between the protocols, real reversals first."""
    kinds = flipped(verdicts)
    summary = f"From one verdict to its contrary: {len(kinds[REVERSED])} of {verdicts['claim'].nunique()} claims."
    parts = [
        f"**{kind}**\n\n{listed(f'{claim}: {statement}: {text}' for claim, statement, text in items)}"
        for kind, items in kinds.items()
        if items
    ]
    return "\n\n".join([summary, *parts])


def flipped(verdicts: pd.DataFrame, mark: str = "`") -> dict[str, list[tuple[str, str, str]]]:
    """Kind of flip -> the claims whose verdict differs so between the protocols: id, statement, the verdicts.

    Args:
        verdicts: of all claims.
        mark: stands about the names of protocols.
    """
    wide = verdicts.pivot(index=["claim", "statement"], columns="protocol", values="verdict")
    kinds: dict[str, list[tuple[str, str, str]]] = {REVERSED: [], ONE_DECIDED: [], ONE_TESTED: []}
    for claim, statement in verdicts[["claim", "statement"]].drop_duplicates().itertuples(index=False):
        found = wide.loc[(claim, statement)]
        if found.nunique() > 1:
            text = ", ".join(
                f"{found[protocol]} under {mark}{protocol}{mark}" for protocol in verdicts["protocol"].unique()
            )
            tested = NOT_TESTED not in set(found)
            kind = REVERSED if set(found) == {HOLDS, DOES_NOT_HOLD} else ONE_DECIDED
            kinds[kind if tested else ONE_TESTED].append((claim, statement, text))
    return kinds


def measure_table(verdicts: pd.DataFrame) -> str:
    """What each claim is tested by."""
    rows = verdicts[["claim", "measure"]].drop_duplicates()
    return table(rows.set_axis(["", "Measure, and what has to be above or below what"], axis=1), left=2)


def decided(limits: Thresholds) -> str:
    """The rules of the verdict, its thresholds, and what to beware of."""
    rules = [
        f"*holds*: the {limits.confidence:.0%} t-interval of every contrast lies above 0, an intersection-union test "
        "(Berger 1982).",
        "*does not hold*: the interval of some contrast lies below 0, at a level that is corrected for the number of "
        "contrasts (Bonferroni).",
        f"*undecided*: neither; and always with fewer than {limits.min_seeds} seeds that a contrast's models share.",
        "*not tested*: models or metrics that the claim needs are not there.",
    ]
    names = [f"`{name}` {value}" for name, value in vars(limits).items()]
    caution = (
        f"Beware: of 24 claims, tested at {limits.confidence:.0%} each, one may well be decided wrongly by chance; and "
        "few seeds give wide intervals, so that *undecided* may mean too few runs, and is no sign that there is "
        "no difference. Seeds redraw split, initialisation and order, not the data set: a verdict is about this one."
    )
    thresholds = f"Thresholds, from the configuration's block `claims`: {', '.join(names)}."
    return "\n\n".join([listed(rules), thresholds, caution])
