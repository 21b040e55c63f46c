"""Runs of the whole workflow, as a user starts them, in a copy of what a clone has."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from aepipe.catalogue import BASELINE_TITLES

ROOT = Path(__file__).parents[2]
KILL_SWITCH = Path(__file__).parent / "kill_switch"
#: Seconds after which a run is taken to hang: far more than any machine needs, as no test is about speed.
PATIENCE = 1800


def checkout(folder: Path) -> Path:
    """A copy of what a clone has, without results."""
    for name in ("Snakefile", "config.yaml"):
        shutil.copy(ROOT / name, folder)
    for name in ("workflow", "profiles", "src", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def start(
    folder: Path, *arguments: str, kill_at: str = "", hang_at: str = "", screen: int = subprocess.PIPE
) -> subprocess.Popen:
    """Starts `snakemake` in a checkout, with the tiny configuration and the checkout's own code.

    Args:
        folder: the checkout.
        arguments: of snakemake.
        kill_at: a moment at which a job kills itself, see kill_switch/sitecustomize.py; leaves a file `stopped`.
        hang_at: a moment at which a job hangs, until the same file is gone.
        screen: the file descriptor to print to, a pipe by default.
    """
    command = [sys.executable, "-m", "snakemake", *arguments, "--configfile", "tests/support/tiny.yaml"]
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    if kill_at or hang_at:
        environment |= {"STOP_AT": kill_at or hang_at, "STOPPED": str(folder / "stopped")}
        environment["STOP_HOW"] = "kill" if kill_at else "hang"
        environment["PYTHONPATH"] += f"{os.pathsep}{KILL_SWITCH}"
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=screen, stderr=subprocess.STDOUT, text=True)


def snakemake(folder: Path, *arguments: str, succeeds: bool = True, kill_at: str = "", hang_at: str = "") -> str:
    """What `snakemake` prints, run to its end in a checkout."""
    run = start(folder, *arguments, kill_at=kill_at, hang_at=hang_at)
    output, _ = run.communicate(timeout=PATIENCE)
    assert (run.returncode == 0) == succeeds, output
    return output


def configured(folder: Path, **overlay: object) -> Path:
    """Lays more settings over the tiny configuration."""
    path = folder / "tests" / "support" / "tiny.yaml"
    tiny = yaml.safe_load(path.read_text())
    for key, value in overlay.items():
        tiny[key] = {**tiny.get(key, {}), **value}  # type: ignore[dict-item]
    path.write_text(yaml.safe_dump(tiny))
    return folder


def without_timings(metrics: Path) -> list[str]:
    """The rows of metrics.csv that any two runs share."""
    return [line for line in metrics.read_text(encoding="utf-8").splitlines() if ",training,seconds," not in line]


def of_models(rows: list[str], models: list[str]) -> list[str]:
    """The header, and the rows of some autoencoders and of the baselines."""

    def chosen(row: str) -> bool:
        _, model, *_, metric, _ = row.split(",")
        other = metric.removeprefix("overlap_")  # says how alike the codes of two autoencoders are
        return model in ("model", *models, *BASELINE_TITLES) and (other == metric or other in models)

    return [row for row in rows if chosen(row)]
