"""What people see of a run: progress bars on a terminal, Snakemake's plain lines anywhere else."""

import os
import pty
import re
import termios
from pathlib import Path

import pytest
from workflow_runs import PATIENCE, checkout, snakemake, start

SPLITS = [f"results/digits/splits/without-{held_out}_seed0.npz" for held_out in ("none", "1")]
ONE_CORE = ["--cores", "1", *SPLITS]
BARS = "Workflow Progress"


def on_terminal(folder: Path, *arguments: str, succeeds: bool = True) -> str:
    """What a run prints to a terminal, without colours and movements of the cursor."""
    ours, screen = pty.openpty()
    termios.tcsetwinsize(screen, (24, 100))
    run = start(folder, *arguments, screen=screen)
    os.close(screen)
    printed = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # as Linux tells that the other end is closed
            piece = b""
        if not piece:
            break
        printed += piece
    os.close(ours)
    assert (run.wait(timeout=PATIENCE) == 0) == succeeds, printed.decode()
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", printed.decode())


@pytest.mark.workflow
def test_a_terminal_shows_progress_bars_but_plain_lines_where_jobs_are_listed_or_silence_is_asked_for(
    tmp_path: Path,
) -> None:
    folder = checkout(tmp_path)
    listed = on_terminal(folder, *ONE_CORE, "--dry-run")
    assert "digits: reading and checking the images" in listed
    assert BARS not in listed
    seen = on_terminal(folder, *ONE_CORE)
    assert re.search(BARS + r".*Total Progress .*\d%.*prepare dataset .* 100%", seen, re.DOTALL)
    assert "Complete Log" in seen
    assert "Reason:" not in seen
    assert BARS not in on_terminal(folder, *ONE_CORE, "--forceall", "--quiet", "all")


@pytest.mark.workflow
def test_a_terminal_shows_what_is_wrong_and_the_log_of_a_job_that_failed(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    refused = on_terminal(folder, *ONE_CORE, "--config", "training={epochz: 2}", succeeds=False)
    assert refused.count("training: unknown key 'epochz'; allowed: batch_size, device, epochs,") == 1
    own = "import aepipe.models.base\nclass Mine(aepipe.models.base.Autoencoder):\n    def encode(self): ..."
    (folder / "src/mine.py").write_text(own)
    weights = "results/digits/runs/mine/d10_without-none_seed0/weights.safetensors"
    entry = "autoencoders={mine: {title: Mine, class: mine.Mine}}"
    failed = on_terminal(folder, "--cores", "1", weights, "--config", entry, succeeds=False)
    assert "Failed train_autoencoder" in failed
    assert re.sub(r"\s+", " ", failed).count("autoencoders.mine: Mine.encode fails in training mode: TypeError") == 1


@pytest.mark.workflow
def test_a_run_that_is_piped_prints_plain_lines(tmp_path: Path) -> None:
    printed = snakemake(checkout(tmp_path), *ONE_CORE)
    assert "Reason: Missing output files" in printed
    assert "digits: reading and checking the images" in printed
    assert "3 of 3 steps (100%) done" in printed
    assert "\x1b" not in printed
    assert BARS not in printed
