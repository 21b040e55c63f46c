"""Machines that lack something: the workflow does without it, or says at once what it can't do without."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from support.workflow_runs import PATIENCE, checkout

pytestmark = pytest.mark.workflow

IMAGES = "results/digits/data/images.npy"
#: So that permissions count for root, too.
AS_USER = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


def snakemake(folder: Path, *arguments: str, python: str = sys.executable, **environment: str) -> tuple[int, str]:
    """The exit status of `snakemake`, and what it prints."""
    run = subprocess.run(
        [*AS_USER, python, "-m", "snakemake", "--cores", "1", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src"), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    return run.returncode, run.stdout


def test_it_runs_in_a_path_with_a_space_and_without_a_home(tmp_path: Path) -> None:
    folder = tmp_path / "a space"
    folder.mkdir()
    checkout(folder)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    own = next((folder / ".venv/lib").glob("python*/site-packages"))
    (own / "these.pth").write_text(sysconfig.get_path("purelib"))
    home, python = tmp_path / "nowhere", str(folder / ".venv/bin/python")
    status, printed = snakemake(folder, IMAGES, python=python, HOME=str(home))
    assert status == 0, printed
    assert not home.exists()
    status, printed = snakemake(folder, "--executor", "local", "--forceall", IMAGES, python=python)
    assert status == 1
    assert f"{python}: the executor local can't start a Python with a space" in printed


def test_results_on_a_disk_that_is_not_there_are_named(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    (folder / "results").symlink_to("/no/such/disk")
    status, printed = snakemake(folder, "-n", IMAGES)
    assert status == 1
    assert "results is a file, or a link to no folder: mount the disk that it is on, or remove it" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("closed", [".", "results"])
def test_a_folder_that_can_not_be_written_is_named_before_any_job(tmp_path: Path, closed: str) -> None:
    folder = checkout(tmp_path)
    (folder / "results").mkdir()
    (folder / closed).chmod(0o555)
    status, printed = snakemake(folder, IMAGES)
    (folder / closed).chmod(0o755)
    assert status == 1
    assert f"{(folder / closed).resolve()} can't be written" in printed
    assert "Traceback" not in printed
