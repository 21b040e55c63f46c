"""Runs of the whole workflow, as a user starts them, in a copy of what a clone has."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent


def checkout(folder: Path) -> Path:
    """A copy of what a clone has, without results."""
    for name in ("Snakefile", "config.yaml"):
        shutil.copy(ROOT / name, folder)
    for name in ("workflow", "profiles", "src", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def start(folder: Path, *arguments: str) -> subprocess.Popen:
    """Starts `snakemake` in a checkout, with the tiny configuration and the checkout's own code."""
    command = [sys.executable, "-m", "snakemake", *arguments, "--configfile", "tests/tiny.yaml"]
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def snakemake(folder: Path, *arguments: str, succeeds: bool = True) -> str:
    """What `snakemake` prints, run to its end in a checkout."""
    run = start(folder, *arguments)
    output, _ = run.communicate(timeout=900)
    assert (run.returncode == 0) == succeeds, output
    return output


def configured(folder: Path, **overlay: object) -> Path:
    """Lays more settings over the tiny configuration."""
    path = folder / "tests" / "tiny.yaml"
    tiny = yaml.safe_load(path.read_text())
    for key, value in overlay.items():
        tiny[key] = {**tiny.get(key, {}), **value}  # type: ignore[dict-item]
    path.write_text(yaml.safe_dump(tiny))
    return folder
