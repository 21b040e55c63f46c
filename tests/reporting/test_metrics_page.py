"""docs/metrics.md describes every metric that there is, and no metric leaves its range."""

import re
from pathlib import Path

import pandas as pd
import pytest
from support.workflow_runs import ROOT

from aepipe.catalogue import DOCUMENTED, EVALUATIONS, Metric
from aepipe.catalogue import evaluation as of_evaluation
from aepipe.evaluation import metrics
from aepipe.reporting import metrics_page

KEPT = ["mnist/metrics.csv", "mnist/sweep/metrics.csv", "mnist/stacking/metrics.csv", "fmnist/metrics.csv"]
KNOWN = [(own.name, metric) for own in (*EVALUATIONS, *DOCUMENTED) for metric in own.metrics]


def matches(metric: Metric, name: object) -> bool:
    """Whether a metric of the catalogue, which may be a pattern, is the one of that name."""
    return re.fullmatch(re.sub("<.*?>", r"\\w+", metric.name), str(name)) is not None


def check(table: pd.DataFrame) -> None:
    for (evaluation, name), rows in table.groupby(["evaluation", "metric"]):
        found = [metric for of, metric in KNOWN if of == evaluation and matches(metric, name)]
        assert len(found) == 1, f"the catalogue has {name} of {evaluation} {len(found)} times"
        assert rows["value"].between(*found[0].range).all(), f"{name} of {evaluation} leaves {found[0].range}"


def test_the_page_is_that_of_the_catalogue() -> None:
    assert (ROOT / "docs/metrics.md").read_text() == metrics_page.page(), "run `make reference`"


@pytest.mark.workflow
def test_every_metric_of_a_bake_off_is_described_and_in_its_range(bake_off: Path) -> None:
    check(metrics.read(bake_off / "results/digits/metrics.csv"))


@pytest.mark.parametrize("path", KEPT)
def test_every_metric_of_the_kept_results_is_described_and_in_its_range(path: str) -> None:
    check(metrics.read(ROOT / "docs/results" / path))


@pytest.mark.workflow
def test_nothing_is_described_that_there_is_not(bake_off: Path) -> None:
    paths = [bake_off / "results/digits/metrics.csv", *(ROOT / "docs/results" / path for path in KEPT)]
    tables = pd.concat([metrics.read(path) for path in paths])
    there = {(row.evaluation, row.metric) for row in tables.itertuples()}
    for evaluation, metric in KNOWN:
        if of_evaluation(evaluation).needs_normal or metric.name == "found":
            continue  # of images of which one class is normal
        assert any(of == evaluation and matches(metric, name) for of, name in there), (evaluation, metric.name)


def test_the_columns_are_described_in_their_order() -> None:
    table = metrics_page.page().partition("## Columns")[2].partition("## Metrics")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == metrics.COLUMNS
