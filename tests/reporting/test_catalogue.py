"""A metric or a baseline is added in one place: tables, figures, the report, the documentation and the plan have it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.workflow_runs import checkout, snakemake

from aepipe import catalogue

METRIC = 'Metric("blur", "Blur", "how blurred it is", "ratio", POSITIVE, LOWER, "a made-up number"), '
BASELINE = """
    Baseline("noise", "White noise", "a made-up one", frozenset({"reconstruction", "anomaly"}), network="a.Noise"),"""
SHOW = """
import pandas as pd
from matplotlib.text import Text

from aepipe import catalogue
from aepipe.reporting import metrics_page, tables
from aepipe.reporting.figures import scores, style
from aepipe.reporting.page import numbers
from aepipe.reporting.page.results import Results

row = {"dataset": "digits", "latent_dim": 10, "held_out": "", "seed": 0, "evaluation": "reconstruction"}
rows = [{**row, "model": m, "protocol": p, "metric": "blur", "value": 0.25}
        for m in ("vae", "noise") for p in ("paper", "corrected")]
metrics, titles = pd.DataFrame(rows), {"vae": "VAE"}
evaluation = catalogue.evaluation("reconstruction")
print("TABLE", tables.evaluation_page("reconstruction", metrics, titles))
figure = scores.draw(evaluation, style.entries(titles), metrics, "digits")
print("FIGURE", *[text.get_text() for text in figure.findobj(Text)])
results = Results.__new__(Results)
known = {"titles": titles, "metrics": metrics, "confidence": 0.95, "failed": []}
results.__dict__.update(known)
print("REPORT", numbers.tables(results, evaluation))
print("DOCS", metrics_page.page())
"""


def add(folder: Path, before: str, text: str) -> None:
    """Puts text into the catalogue of a checkout, before the one place where a pattern matches."""
    path = folder / "src/aepipe/catalogue.py"
    (place,) = re.finditer(before, path.read_text())
    path.write_text(path.read_text()[: place.start()] + text + path.read_text()[place.start() :])


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with a made-up metric and a made-up baseline."""
    folder = checkout(tmp_path_factory.mktemp("extended"))
    add(folder, r'Metric\(\s*"live_units"', METRIC)
    add(folder, r'\n    Baseline\(\s*"pca"', BASELINE)
    return folder


@pytest.fixture(scope="module")
def shown(extended: Path) -> dict[str, str]:
    """What a table, a figure, the report and the documentation show of them."""
    environment = {**os.environ, "PYTHONPATH": str(extended / "src")}
    printed = subprocess.run([sys.executable, "-c", SHOW], env=environment, capture_output=True, text=True, check=True)
    parts = re.split(r"^(TABLE|FIGURE|REPORT|DOCS) ", printed.stdout, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_a_metric_is_in_table_figure_report_and_documentation(shown: dict[str, str]) -> None:
    assert "| Blur, corrected |" in re.sub(" +", " ", shown["TABLE"])
    assert "how blurred it is" in shown["FIGURE"] and "lower is better" in shown["FIGURE"]
    assert "'Blur'" in shown["REPORT"] and "'how blurred it is'" in shown["REPORT"]
    assert "`blur`" in shown["DOCS"] and "a made-up number" in shown["DOCS"]


def test_a_baseline_is_in_table_figure_report_and_documentation(shown: dict[str, str]) -> None:
    assert all("White noise" in shown[part] for part in ("TABLE", "FIGURE", "REPORT", "DOCS"))


@pytest.mark.workflow
def test_a_baseline_with_a_network_is_fitted_and_takes_part_in_its_evaluations(extended: Path) -> None:
    (extended / "a.py").write_text("from aepipe.models.pca import PCA as Noise\n")
    planned = snakemake(extended, "digits_verdict", "--dry-run")
    assert "fitting noise, d = 10" in planned and "fitting noise, d = 2" in planned
    assert "reconstruction of noise" in planned and "detecting anomalies with noise" in planned
    assert "classifying the codes of noise" not in planned


def test_the_names_of_metrics_are_unique() -> None:
    names = [metric.name for own in catalogue.EVALUATIONS for metric in own.metrics]
    assert len(set(names)) == len(names)


def test_every_task_is_decided_by_a_metric_with_a_better_side() -> None:
    assert all(task.measure.better for task in (*catalogue.TASKS, *catalogue.TASKS_WITHOUT_LABELS))
    assert not any(task.measure in catalogue.evaluation(task.evaluation).missing_without_labels
                   for task in catalogue.TASKS_WITHOUT_LABELS)  # fmt: skip


def test_baselines_take_part_in_evaluations_that_there_are() -> None:
    known = {own.name for own in catalogue.EVALUATIONS}
    assert all(baseline.evaluations <= known for baseline in catalogue.BASELINES)


def test_a_baseline_that_only_classifies_leaves_no_weights() -> None:
    assert [own.name for own in catalogue.BASELINES if own.fitted] == ["pca", "untrained"]
