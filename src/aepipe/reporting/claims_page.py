"""The page of verdicts on the article's claims."""

import re
from collections.abc import Mapping

import pandas as pd

from aepipe.analysis.evidence import ARTICLE
from aepipe.analysis.measures import PANELS, title, titles_of_metrics
from aepipe.analysis.statistics import Estimate
from aepipe.analysis.verdict import DOES_NOT_HOLD, HOLDS, NOT_TESTED, UNDECIDED, VERDICTS, Limits
from aepipe.catalogue import BASELINE_TITLES, tasks_without_labels
from aepipe.reporting.markdown import Failed, listed, page, plain_titles, table, with_interval

REVERSED, OTHERWISE = "Reversed", "Decided otherwise"
ONE_DECIDED, ONE_TESTED = "Decided under one alone", "Tested under one alone"
MARKS = {HOLDS: "**holds**", DOES_NOT_HOLD: "**does not hold**"}
HOLM = "after Holm: "

INTRODUCTION = """
Krokotsch's article "The Great Autoencoder Bake Off" draws 24 conclusions from one run. Here, each is tested over
several seeds under two protocols: `paper` measures as the published code does, `corrected` as it should be done (mean
codes instead of sampled ones, a converged linear probe, an anomaly score minus the image's own entropy).
"""
READING = """
Each measure of a conclusion's panel tests all of its contrasts. The number is that of the contrast that supports the
conclusion least, by the measure before it: its mean over the seeds with the interval in brackets (positive values
support the conclusion). A conclusion with several contrasts is refuted only if one of them lies below 0 at a level
corrected for their number; brackets below 0 may thus go with *undecided*. "After Holm" is the verdict after Holm's
correction for the number of tested conclusions of the protocol, where it is another one.
"""


def claims_page(
    verdicts: pd.DataFrame,
    by_measure: pd.DataFrame,
    dataset: str,
    titles: dict[str, str],
    limits: Limits,
    failed: Failed,
    has_labels: bool = True,
) -> str:
    """The verdict on every claim, measures that disagree, claims that flip between the protocols, and the rules.

    `verdicts` and `by_measure` come from `overview` and `by_measure` of `aepipe.analysis.claims`, `titles` are of
    autoencoders.
    """
    titles, protocols = plain_titles(titles), list(verdicts["protocol"].unique())
    panels = verdicts[["claim", "panel"]].drop_duplicates().set_axis(["", "Panel: contrasts"], axis=1)
    disagreeing, beside = disagreements(by_measure), by_measure[by_measure["verdict"] == ""]
    return page(
        f"Which of the article's conclusions hold on {dataset}?",
        INTRODUCTION.replace("\n", " "),
        about_added(titles),
        listed(f"`{protocol}`: {counted(verdicts[verdicts['protocol'] == protocol])}" for protocol in protocols),
        "" if has_labels else tasks_without_labels(),
        "## Verdicts",
        READING.replace("\n", " "),
        verdict_table(verdicts, titles),
        *(["## Measures that disagree", measure_table(disagreeing, titles)] if len(disagreeing) else []),
        *(["## Reported beside the verdicts", measure_table(beside, titles)] if len(beside) else []),
        "## Conclusions that flip between the protocols",
        flips(verdicts),
        "## What each claim is tested by",
        listed(f"*{name}*: {', '.join(title(own.metric) for own in panel)}" for name, panel in PANELS.items()),
        table(panels, left=2),
        "## How it is decided",
        decided(limits),
        failed=failed,
    )


def about_added(titles: Mapping[str, str]) -> str:
    """The role of autoencoders that the article lacks; empty if there are none."""
    added = [title for model, title in titles.items() if model not in ARTICLE]
    return f"The claims are about the article's autoencoders; {', '.join(added)} can win tasks of C18." if added else ""


def counted(verdicts: pd.DataFrame) -> str:
    """The number of claims with each verdict, and of those that hold after Holm's correction."""
    counts = verdicts["verdict"].value_counts()
    texts = [f"{verdict}: {counts[verdict]}" for verdict in VERDICTS if verdict in counts]
    if HOLDS in counts:
        texts[0] += f" ({HOLM}{(verdicts['after_holm'] == HOLDS).sum()})"
    return ", ".join(texts)


def verdict_table(verdicts: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """A row for each claim, the protocols side by side."""
    rows = []
    for (claim, statement), group in verdicts.groupby(["claim", "statement"], sort=False):
        row = {"": claim, "Conclusion": statement}
        for found in group.to_dict("records"):
            later = f", {HOLM}{found['after_holm']}" if found["after_holm"] != found["verdict"] else ""
            row[f"{found['protocol']}: verdict"] = MARKS.get(found["verdict"], found["verdict"]) + later
            row[f"{found['protocol']}: weakest contrast"] = described(found, titles)
        rows.append(row)
    texts = pd.DataFrame(rows)
    return table(texts, left=texts.shape[1])


def described(found: Mapping, titles: Mapping[str, str]) -> str:
    """The weakest contrast with its number and what would decide it, or why there is none."""
    if found["verdict"] == NOT_TESTED:
        return found["reason"]
    outlook = f"; {found['reason']}" if found["verdict"] == UNDECIDED else ""
    return f"{title(found['measure'])}: {contrast(found, titles)}{outlook}"


def contrast(found: Mapping, titles: Mapping[str, str]) -> str:
    """A contrast with its number."""
    names = titles_of_metrics() | BASELINE_TITLES | dict(titles)
    text = re.sub(r"\w+", lambda word: names.get(word[0], word[0]), found["contrast"])
    estimate = Estimate(found["estimate"], found["low"], found["high"], found["n"])
    return f"{text}: {with_interval(estimate, '.3g')}"


def disagreements(by_measure: pd.DataFrame) -> pd.DataFrame:
    """The rows of claims whose verdict is not the same by all measures."""
    judged = by_measure[by_measure["verdict"] != ""]
    if judged.empty:
        return judged
    return judged[judged.groupby(["claim", "protocol"])["verdict"].transform("nunique") > 1]


def measure_table(rows: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """What each measure says of a claim; without verdicts, contrasts that decide nothing."""
    judged = bool((rows["verdict"] != "").all())
    texts = [
        {
            "": found["claim"],
            "Protocol": found["protocol"],
            "Measure": title(found["measure"]),
            **({"Verdict": MARKS.get(found["verdict"], found["verdict"])} if judged else {}),
            "Weakest contrast" if judged else "Contrast": contrast(found, titles),
        }
        for found in rows.to_dict("records")
    ]
    return table(pd.DataFrame(texts), left=5 if judged else 4)


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
    kinds: dict[str, list[tuple[str, str, str]]] = {REVERSED: [], OTHERWISE: [], ONE_DECIDED: [], ONE_TESTED: []}
    for claim, statement in verdicts[["claim", "statement"]].drop_duplicates().itertuples(index=False):
        found = wide.loc[(claim, statement)]
        if found.nunique() > 1:
            protocols = verdicts["protocol"].unique()
            text = ", ".join(f"{found[protocol]} under {mark}{protocol}{mark}" for protocol in protocols)
            kinds[kind_of(set(found))].append((claim, statement, text))
    return kinds


def kind_of(verdicts: set[str]) -> str:
    """The kind of a flip between verdicts."""
    if NOT_TESTED in verdicts:
        return ONE_TESTED
    if UNDECIDED in verdicts:
        return ONE_DECIDED
    return REVERSED if verdicts == {HOLDS, DOES_NOT_HOLD} else OTHERWISE


def decided(limits: Limits) -> str:
    """The rules of the verdicts, their limits, and cautions."""
    rules = [
        f"*holds*: by every measure, the {limits.confidence:.0%} interval of every contrast lies above 0, an "
        "intersection-union test (Berger 1982).",
        "*does not hold*: by every measure, the interval of some contrast lies below 0, at a level corrected for the "
        "number of contrasts (Bonferroni).",
        "*depends on the measure*: it holds by one measure, and by another it does not hold or shows no difference.",
        "*no difference*: every contrast that does not lie above 0 is within the margin of its measure, by two "
        f"one-sided tests at {1 - limits.confidence:.0%} (Schuirmann 1987).",
        f"*undecided*: none of these; and always if a contrast has fewer than {limits.min_seeds} seeds. The number of "
        "seeds is the one at which the weakest contrast would lie above 0 with a power of 80%, if its mean and its "
        "deviation are as observed.",
        "*not tested*: the images, models or metrics that the claim needs are missing.",
    ]
    errors = (
        "The variance behind an interval is that of the mean over seeds plus that of the mean over the test images, "
        "which all seeds share. In C18, one better rival in one task is enough: intervals are those of the strongest "
        "rival, at a level corrected for the number of rivals and tasks."
    )
    correction = (
        "p is the largest of all contrasts and measures. Only *holds* needs Holm's correction: among 24 conclusions, "
        "one may well seem to hold by chance, and no other verdict is a discovery."
    )
    caution = (
        "Caution: seeds redraw split, initialisation and order, not the training images: verdicts are about this data "
        "set and these settings only."
    )
    names = [f"`{name}` {value}" for name, value in vars(limits).items() if name != "margins"]
    margins = [f"`{name}` {value}" for name, value in limits.margins.items()]
    chosen = f"From the configuration's block `claims`: {', '.join(names)}; margins: {', '.join(margins)}."
    return "\n\n".join([listed(rules), errors, correction, chosen, caution])
