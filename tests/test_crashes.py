"""A job that is killed in the middle of a training costs no more than a few epochs, and changes no bit."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from workflow_runs import checkout, configured, snakemake, start

pytestmark = pytest.mark.workflow

CELL = "d10_without-none_seed0"
TARGETS = {
    "vae": (f"cells/vae/{CELL}/weights.safetensors", f"train_autoencoder/vae_{CELL}.log"),
    "a stacked layer": (
        f"cells/stacked_pixels/{CELL}/layer2.safetensors",
        f"train_stacked_layer/stacked_pixels_{CELL}_layer2.log",
    ),
}


def kill_job(run: subprocess.Popen, progress: Path) -> None:
    """SIGKILL for the job that writes a checkpoint, as soon as it has written one."""
    deadline = time.monotonic() + 120
    while not progress.exists():
        assert run.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline, "no checkpoint in two minutes"
        time.sleep(0.02)
    for process in psutil.Process(run.pid).children(recursive=True):
        if any("/.snakemake/scripts/" in argument for argument in process.cmdline()):
            os.kill(process.pid, signal.SIGKILL)
    assert run.wait(timeout=60) != 0


@pytest.mark.parametrize("name", TARGETS)
def test_a_training_killed_in_the_middle_ends_with_the_same_bytes(name: str, tmp_path: Path) -> None:
    weights, log = TARGETS[name]
    overlay = {"training": {"epochs": 120}, "autoencoders": {"stacked_pixels": {"training": {"epochs": 120}}}}
    folders = [tmp_path / "undisturbed", tmp_path / "killed"]
    for folder in folders:
        folder.mkdir()
        configured(checkout(folder), datasets={"digits": overlay})
    undisturbed, killed = (folder / "results/digits" / weights for folder in folders)

    snakemake(folders[0], "--cores", "1", f"results/digits/{weights}")
    kill_job(start(folders[1], "--cores", "1", f"results/digits/{weights}"), Path(f"{killed}.progress"))
    assert not killed.exists()
    snakemake(folders[1], "--cores", "1", f"results/digits/{weights}")

    assert "going on after epoch" in (folders[1] / "results/digits/logs" / log).read_text()
    assert killed.read_bytes() == undisturbed.read_bytes()
    assert not Path(f"{killed}.progress").exists()
