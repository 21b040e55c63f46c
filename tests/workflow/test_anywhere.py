"""The workflow runs from any directory, and as a module of another workflow."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support.workflow_runs import PATIENCE, checkout

pytestmark = pytest.mark.workflow

TABLES = ("metrics.csv", "claims.md", "tables/summary.md", "tables/anomaly.md", "figures/sampling_scores.png")
CODES = "results/digits/runs/pca/d10_without-none_seed0/metrics/reconstruction.csv"
MODULE = """
import yaml

module aepipe:
    snakefile: "{project}/Snakefile"
    config: yaml.safe_load(open("config.yaml"))
    prefix: "bake-off"

use rule * from aepipe as aepipe_*

rule copy_summary:
    default_target: True
    input: "bake-off/results/digits/tables/summary.md", "bake-off/{codes}"
    output: "summary.md"
    shell: "cp {{input[0]}} {{output}}"
"""


def snakemake(project: Path, folder: Path, *arguments: str) -> str:
    """What `snakemake` prints in a folder, with the code of a project that lies elsewhere."""
    run = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "2", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(project / "src")},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout + run.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return checkout(tmp_path / "project")


@pytest.fixture
def elsewhere(bake_off: Path, tmp_path: Path) -> Path:
    """Another folder, with the metrics of an earlier bake-off and what of the tiny configuration makes them again."""
    folder = tmp_path / "elsewhere"
    (folder / "earlier/digits").mkdir(parents=True)
    shutil.copy(bake_off / "results/digits/metrics.csv", folder / "earlier/digits")
    reused = {"experiment": {"reuse": "earlier"}, "datasets": {"digits": {"seeds": 1}}}
    (folder / "overlay.yaml").write_text(yaml.safe_dump(reused))
    return folder


def test_results_lie_where_the_working_directory_is(project: Path, elsewhere: Path, bake_off: Path) -> None:
    at_home = project.parent
    where = ["--snakefile", str(project / "Snakefile"), "--directory", str(elsewhere)]
    snakemake(project, at_home, "digits_verdict", CODES, *where, "--configfile", str(elsewhere / "overlay.yaml"))
    for name in TABLES:
        ours = elsewhere / "results/digits" / name
        assert ours.read_bytes() == (bake_off / "results/digits" / name).read_bytes(), name
    assert (elsewhere / CODES).exists()
    assert not (project / "results").exists()


def test_it_is_a_module_of_another_workflow_with_a_prefix(project: Path, elsewhere: Path, bake_off: Path) -> None:
    config = yaml.safe_load((project / "config.yaml").read_text())
    config["experiment"]["reuse"] = str(elsewhere / "earlier")  # relative paths would get the prefix
    config["datasets"]["digits"]["seeds"] = 1
    (elsewhere / "config.yaml").write_text(yaml.safe_dump(config))
    (elsewhere / "Snakefile").write_text(MODULE.format(project=project, codes=CODES))
    snakemake(project, elsewhere)
    summary = (bake_off / "results/digits/tables/summary.md").read_text()
    assert (elsewhere / "summary.md").read_text() == summary
    assert (elsewhere / "bake-off" / CODES).exists()
    snakemake(project, elsewhere, "aepipe_digits_verdict", "aepipe_digits", "--dry-run")
    assert " records, 0 of them don't match" in snakemake(project, elsewhere, "aepipe_verify")
