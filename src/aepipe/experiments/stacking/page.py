"""The page of the experiment: its answer, the scores of all schemes, and their differences."""

from collections.abc import Iterable

import pandas as pd

from aepipe.analysis.statistics import Estimate, mean_interval
from aepipe.experiments.stacking import comparison
from aepipe.experiments.stacking.comparison import ACCURACY, MEAN_ACCURACY
from aepipe.experiments.stacking.schemes import BASES, SCHEMES, SCRATCH, TITLES, TUNED
from aepipe.reporting import markdown

#: Metric -> decimals.
DIGITS = {"bce": 2}
#: In the order of the scores: an scheme, and below it the same trained on.
ROWS = [*(scheme for base in BASES for scheme in (base, base + TUNED)), SCRATCH]


def page(
    metrics: pd.DataFrame,
    dataset: str,
    *,
    labelled: int,
    train: int,
    asked: Iterable[int | str],
    confidence: float,
    min_seeds: int,
) -> str:
    """The whole page, as Markdown.

    Args:
        metrics: tidy rows of all schemes.
        dataset: its name.
        labelled: number of labelled images of the probe.
        train: number of training images.
        asked: the budgets of the configuration; those without numbers are said to be left out.
        confidence: of the intervals.
        min_seeds: with fewer, the question stays open.
    """
    table = comparison.scores(metrics)
    budgets = comparison.budgets(table)
    beyond = [f"{budget:,}" for budget in asked if isinstance(budget, int) and str(budget) not in budgets]
    held_out = f"Left out, as only {train:,} images train: {' and '.join(beyond)} labels." if beyond else ""
    return markdown.page(
        f"Is stacking outdated? ({dataset})",
        f"**{comparison.answer(table, dataset, confidence, min_seeds)}**",
        "## Scores",
        "Joint training moves all layers at once, greedy training one pair after the other. “Work of codes”, “work of "
        "pixels”: joint training cut short, to the epoch that comes nearest to the floating-point work of that greedy "
        "training. “+ end to end”: all layers trained on together. Epochs are of gradient steps, GFLOP of all matrix "
        "products of the training without labels. BCE ↓: of the test images, in nats. Probe ↑: test accuracy of "
        f"logistic regression on the frozen codes, {labelled} labels. Below a number of labels ↑: test accuracy after "
        "supervised fine-tuning of encoder and linear layer on so many, as many of each class as there are.",
        f"{markdown.about_intervals(len(table), confidence)} {held_out}",
        markdown.table(score_rows(table, budgets, confidence)),
        "## Joint − greedy",
        f"Paired differences over seeds [t-interval, {confidence:.0%}]; in bold those whose interval is without 0, as "
        f"{1 - confidence:.0%} of them would be by chance alone. Mean: of the accuracies over the numbers of labels.",
        markdown.table(contrast_rows(table, budgets, confidence)),
        "## Training without labels first − training from scratch",
        "Paired differences of test accuracies; in bold as above.",
        markdown.table(scratch_rows(table, budgets, confidence)),
    )


def headings(budgets: list[str]) -> dict[str, str]:
    """Heading -> metric, of the accuracies after supervised fine-tuning."""
    return {f"{int(name):,}" if name.isdigit() else name: f"{ACCURACY}{name}" for name in budgets}


def score_rows(table: pd.DataFrame, budgets: list[str], confidence: float) -> pd.DataFrame:
    """A row for each scheme: what it cost, and its scores."""
    columns = {"BCE": "bce", "Probe": "probe_accuracy", **headings(budgets)}
    seeds, rows = len(table), []
    for scheme in comparison.present(table, ROWS):
        own = table[scheme]
        row = {
            "Scheme": TITLES[scheme],
            "Epochs": f"{own['epochs'].mean():.0f}",
            "GFLOP": f"{own['flops'].mean() / 1e9:,.1f}",
        }
        for heading, metric in columns.items():
            estimate = mean_interval(own.get(metric, []), confidence)
            row[heading] = markdown.number(estimate, DIGITS.get(metric, 3), seeds)
        rows.append(row)
    return pd.DataFrame(rows)


def contrast_rows(table: pd.DataFrame, budgets: list[str], confidence: float) -> pd.DataFrame:
    """A row for each pair of a joint and a greedy scheme, a column for each metric."""
    columns = {"BCE": "bce", "Probe": "probe_accuracy", **headings(budgets), "Mean": MEAN_ACCURACY}
    rows = []
    for contrast in comparison.contrasts_in(table):
        row = {"Joint − greedy": f"{TITLES[contrast.joint]} − {TITLES[contrast.greedy]}", "Equal": contrast.equal}
        for heading, metric in columns.items():
            estimate = comparison.difference(table, contrast.joint, contrast.greedy, metric, confidence)
            row[heading] = signed(estimate, DIGITS.get(metric, 3))
        rows.append(row)
    return pd.DataFrame(rows)


def scratch_rows(table: pd.DataFrame, budgets: list[str], confidence: float) -> pd.DataFrame:
    """A row for each scheme, a column for each number of labels."""
    rows = []
    for scheme in comparison.present(table, [scheme for scheme in ROWS if scheme in SCHEMES]):
        row = {"Scheme": TITLES[scheme]}
        for heading, metric in {**headings(budgets), "Mean": MEAN_ACCURACY}.items():
            row[heading] = signed(comparison.difference(table, scheme, SCRATCH, metric, confidence), 3)
        rows.append(row)
    return pd.DataFrame(rows)


def signed(estimate: Estimate, digits: int) -> str:
    """A difference with its interval, in bold where that is without 0."""
    text = f"{estimate.mean:+.{digits}f}"
    if estimate.n > 1:
        text += f" [{estimate.low:+.{digits}f}, {estimate.high:+.{digits}f}]"
    return f"**{text}**" if estimate.holds(0) is False else text
