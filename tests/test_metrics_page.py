"""docs/metrics.md describes every number that there is, and no number lies outside of its range."""

import re
from pathlib import Path

import pandas as pd
import pytest
from workflow_runs import ROOT

from aepipe.evaluation import metrics

PAGE = (ROOT / "docs" / "metrics.md").read_text()
KEPT = ["mnist/metrics.csv", "mnist/sweep/metrics.csv", "mnist/stacking/metrics.csv", "fmnist/metrics.csv"]
ROW = re.compile(r"\| `(\w+)` \| (`[^|]+`) \| [^|]+ \| (\S+) (?:or|to) (\S+) \| [↑↓]? ?\| \S.* \|")


def described() -> list[tuple[str, str, float, float]]:
    """Evaluation, pattern of the metric's name, and the ends of its range, of each metric on the page."""
    return [
        (row[1], re.sub("<.*?>", r"\\w+", name), float(row[3]), float(row[4].replace("more", "inf")))
        for row in map(ROW.fullmatch, PAGE.splitlines())
        if row
        for name in re.findall(r"`([^`]+)`", row[2])
    ]


def check(table: pd.DataFrame) -> None:
    for (evaluation, metric), rows in table.groupby(["evaluation", "metric"]):
        ranges = [
            (low, high) for of, name, low, high in described() if of == evaluation and re.fullmatch(name, str(metric))
        ]
        assert len(ranges) == 1, f"docs/metrics.md describes {metric} of {evaluation} {len(ranges)} times"
        ((low, high),) = ranges
        assert rows["value"].between(low, high).all(), f"{metric} of {evaluation} leaves {low} to {high}"


@pytest.mark.workflow
def test_every_metric_of_a_bake_off_is_described_and_in_its_range(bake_off: Path) -> None:
    check(metrics.read(bake_off / "results/digits/metrics.csv"))


@pytest.mark.parametrize("path", KEPT)
def test_every_metric_of_the_kept_results_is_described_and_in_its_range(path: str) -> None:
    check(metrics.read(ROOT / "docs/results" / path))


def test_nothing_is_described_that_there_is_not() -> None:
    tables = pd.concat([metrics.read(ROOT / "docs/results" / path) for path in KEPT])
    there = {(row.evaluation, row.metric) for row in tables.itertuples()}
    for evaluation, name, _, _ in described():
        assert any(of == evaluation and re.fullmatch(name, str(metric)) for of, metric in there), (evaluation, name)


def test_the_columns_are_described_in_their_order() -> None:
    table = PAGE.partition("## The columns")[2].partition("## The numbers")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == metrics.COLUMNS
