"""Runs of the workflow on the cluster, as a user submits them but for the seconds that the plugin waits."""

import re
import subprocess
from pathlib import Path

from support.workflow_runs import configured, snakemake, start

from slurm.cluster import wait_until

PROFILE = (
    "--profile",
    "profiles/slurm",
    "--slurm-prefork-init-seconds-before-status-checks",
    "8",
    "--latency-wait",
    "5",
)
RUN = "results/digits/runs/vanilla/d2_without-1_seed0"
LOG = "results/digits/logs/train_autoencoder/vanilla_d2_without-1_seed0.log"
TRAINED = f"{RUN}/weights.safetensors"
#: What is made of the run, and must come out the same whatever happened.
TARGETS = (TRAINED, f"{RUN}/codes.npz", f"{RUN}/metrics/anomaly.csv")


def long_training(folder: Path) -> Path:
    """Has a checkout train one autoencoder for a thousand epochs, with a checkpoint every few of them."""
    entry = {"vanilla": {"training": {"epochs": 1000}}}
    return configured(folder, experiment={"autoencoders": ["vanilla"]}, autoencoders=entry)


def submit(folder: Path, *arguments: str, succeeds: bool = True, kill_at: str = "", hang_at: str = "") -> str:
    """What a run on the cluster prints."""
    return snakemake(folder, *PROFILE, *arguments, succeeds=succeeds, kill_at=kill_at, hang_at=hang_at)


def start_submitting(folder: Path, *arguments: str) -> subprocess.Popen:
    """Starts a run on the cluster."""
    return start(folder, *PROFILE, *arguments)


def wait_for_epoch(folder: Path, epoch: int = 12) -> None:
    """Until the training is past a checkpoint."""
    log = folder / LOG

    def reached() -> bool:
        return log.exists() and f"epoch {epoch} of" in log.read_text()

    wait_until(reached, f"the training reaches epoch {epoch}")


def has_gone_on(folder: Path) -> bool:
    """Whether the training has gone on from a checkpoint."""
    return bool(re.match(r"resuming after epoch \d+, from", (folder / LOG).read_text()))


def assert_ends_the_same(folder: Path, undisturbed: Path) -> None:
    """That one plain run, which need not be on the cluster, ends with the bytes that there are without any fault."""
    snakemake(folder, "--cores", "2", *TARGETS)
    for target in TARGETS:
        assert (folder / target).read_bytes() == (undisturbed / target).read_bytes(), target
    assert "Nothing to be done" in snakemake(folder, "--cores", "2", *TARGETS)
