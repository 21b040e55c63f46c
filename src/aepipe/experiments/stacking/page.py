"""The page of the experiment: its answer, the scores of all training schemes, and their differences."""

from collections.abc import Iterable

import pandas as pd

from aepipe.analysis.statistics import mean_interval
from aepipe.experiments.stacking import comparison
from aepipe.experiments.stacking.comparison import ACCURACY, MEAN_ACCURACY
from aepipe.experiments.stacking.schemes import BASES, SCHEMES, SCRATCH, TITLES, TUNED
from aepipe.reporting import markdown

#: Metric -> decimals.
DIGITS = {"bce": 2}
#: Order of the scores: each scheme, then the same fine-tuned end to end.
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
        metrics: tidy rows of all training schemes.
        dataset: its name.
        labelled: number of labelled images of the probe.
        train: number of training images.
        asked: the configured budgets; the page lists those without scores as omitted.
        confidence: of the intervals.
        min_seeds: with fewer, the question stays open.
    """
    table = comparison.scores(metrics)
    budgets = comparison.budgets(table)
    beyond = [f"{budget:,}" for budget in asked if isinstance(budget, int) and str(budget) not in budgets]
    omitted = f"Omitted, as there are only {train:,} training images: {' and '.join(beyond)} labels." if beyond else ""
    return markdown.page(
        f"Is stacking outdated? ({dataset})",
        f"**{comparison.answer(table, dataset, confidence, min_seeds)}**",
        "## Scores",
        "Joint training updates all layers at once, greedy training one pair after another. “Work of codes”, “work of "
        "pixels”: joint training cut short at the epoch closest to the floating-point work of that greedy training. “+ "
        "end to end”: all layers then trained together. Epochs count gradient steps, GFLOP all matrix products of the "
        "training without labels. BCE ↓: of the test images, in nats. Probe ↑: test accuracy of logistic regression "
        f"on the frozen codes, {labelled} labels. Columns named by a number of labels ↑: test accuracy after "
        "supervised fine-tuning of encoder and linear layer with that many labels, balanced over the classes.",
        f"{markdown.about_intervals(len(table), confidence)} {omitted}",
        markdown.table(score_rows(table, budgets, confidence)),
        "## Joint − greedy",
        f"Paired differences over seeds [t-interval, {confidence:.0%}]. Bold: the interval excludes 0, as "
        f"{1 - confidence:.0%} do by chance alone. Mean: of the accuracies over the numbers of labels.",
        markdown.table(contrast_rows(table, budgets, confidence)),
        "## Training without labels first − training from scratch",
        "Paired differences of test accuracies; bold as above.",
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
        names = {"Joint − greedy": f"{TITLES[contrast.joint]} − {TITLES[contrast.greedy]}", "Equal": contrast.equal}
        rows.append(names | differences(table, contrast.joint, contrast.greedy, columns, confidence))
    return pd.DataFrame(rows)


def scratch_rows(table: pd.DataFrame, budgets: list[str], confidence: float) -> pd.DataFrame:
    """A row for each scheme, a column for each number of labels."""
    columns = headings(budgets) | {"Mean": MEAN_ACCURACY}
    schemes = comparison.present(table, [scheme for scheme in ROWS if scheme in SCHEMES])
    return pd.DataFrame(
        {"Scheme": TITLES[scheme]} | differences(table, scheme, SCRATCH, columns, confidence) for scheme in schemes
    )


def differences(
    table: pd.DataFrame, first: str, second: str, columns: dict[str, str], confidence: float
) -> dict[str, str]:
    """Heading -> first − second in its metric, with the interval."""
    found = {}
    for heading, metric in columns.items():
        estimate = comparison.difference(table, first, second, metric, confidence)
        found[heading] = markdown.marked(markdown.with_interval(estimate, f"+.{DIGITS.get(metric, 3)}f"), estimate)
    return found
