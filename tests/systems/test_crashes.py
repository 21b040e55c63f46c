"""Whatever is killed, at whatever moment: the next plain run finishes the work, and no number changes.

The bake-off of three autoencoders is killed again and again, also where two clones share one folder of results, and
must end with the metrics of an undisturbed one.
A few kills are among the tests of `make test`; all of them are under `make faults`.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from support.workflow_runs import PATIENCE, checkout, configured, of_models, snakemake, start, without_timings

pytestmark = pytest.mark.workflow

MODELS = ["vanilla", "stacked_pixels", "vae"]
DIGITS = "results/digits"
RUN = "d10_without-none_seed0"
ANOMALY_CELL = "d2_without-1_seed0"

# What is made, and the moment at which its job is killed: before a result gets its name, or a file is opened.
IN_DATA = {
    "before images": ("data/images.npy", "os.rename /images.npy$"),
    "between images and labels": ("data/images.npy", "os.rename /labels.npy$"),
    "in a split": ("splits/without-1_seed0.npz", "open /without-1_seed0.npz$"),
}
IN_MORE = {
    "between weights and curve": (f"runs/vanilla/{RUN}/weights.safetensors", "os.rename /training_curve.csv$"),
    "in a layer's checkpoint": (f"runs/stacked_pixels/{RUN}/layer1.safetensors", "os.rename /progress$"),
    "in the next layer's": (f"runs/stacked_pixels/{RUN}/layer2.safetensors", "os.rename /progress$"),
    "between layer and codes": (f"runs/stacked_pixels/{RUN}/layer3.safetensors", "os.rename encoded.npy$"),
    "in the assembling of layers": (f"runs/stacked_pixels/{RUN}/weights.safetensors", "os.rename /weights"),
    "before a record": (f"runs/vanilla/{RUN}/codes.npz", "os.rename /apply_autoencoder.json$"),
    "in a metric": (f"runs/vanilla/{RUN}/metrics/reconstruction.csv", "open /reconstruction.csv$"),
    "in a baseline": (f"runs/scratch/{RUN}/metrics/classification.csv", "open /classification.csv$"),
    "between areas and curves": (f"runs/vae/{ANOMALY_CELL}/metrics/anomaly.csv", "os.rename /roc_curves.csv$"),
}
IN_FEW = {
    "while a checkpoint is written": (f"runs/vae/{RUN}/weights.safetensors", "os.rename /progress$"),
    "in an evaluation": (f"runs/vae/{RUN}/codes.npz", "open /reconstruction.npz$"),
    "in the gathering of tables": ("metrics.csv", "os.rename /metrics.csv$"),
}
AT_THE_END = {
    "in a table": ("tables/anomaly.md", "open /anomaly.md$"),
    "before a table": ("tables/training.md", "os.rename /training.md$"),
    "in a figure": ("figures/anomaly.png", "open /anomaly.png$"),
    "in an animation": ("figures/interpolation.gif", "open /interpolation.gif$"),
    "in a figure's record": ("figures/sampling.png", "os.rename /draw_sampling.json$"),
}


def jobs_of(run: subprocess.Popen) -> list[psutil.Process]:
    """The running scripts of a Snakemake."""

    def is_script(process: psutil.Process) -> bool:
        try:
            return any("/.snakemake/scripts/" in part for part in process.cmdline())
        except psutil.NoSuchProcess:  # it ended, or is a zombie, since the children were listed
            return False

    return [child for child in psutil.Process(run.pid).children(recursive=True) if is_script(child)]


def wait_for(happened: Callable[[], bool], run: subprocess.Popen) -> None:
    """Until something has happened in a run."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert run.poll() is None, run.communicate()[0]
        assert time.monotonic() < deadline, "it has not happened, and the run goes on"
        time.sleep(0.005)


def says(log: Path, text: str) -> Callable[[], bool]:
    """Whether a job has said so."""

    def said() -> bool:
        try:
            return text in log.read_text(encoding="utf-8")
        except FileNotFoundError:  # a job that starts makes it anew
            return False

    return said


def kill_job_in_an_epoch(folder: Path, target: str, log: str) -> None:
    """SIGKILL for a training that has written a checkpoint and is epochs away from the next."""
    run = start(folder, "--cores", "1", f"{DIGITS}/{target}")
    wait_for(says(folder / DIGITS / "logs" / log, "epoch 12 of"), run)
    for job in jobs_of(run):
        job.kill()
    assert run.wait(timeout=PATIENCE) != 0
    assert not (folder / DIGITS / target).exists()


def kill_snakemake(folder: Path, *, jobs_too: bool = False) -> list[psutil.Process]:
    """SIGKILL for Snakemake while it trains two networks; gives the jobs, which run on, or are killed at once, too.

    That they run on is so with the local executor; jobs of `prefork` end (test_prefork.py).
    """
    trained = (f"runs/vae/{RUN}/weights.safetensors", f"runs/stacked_pixels/{RUN}/layer1.safetensors")
    run = start(folder, "--cores", "2", "--executor", "local", *(f"{DIGITS}/{name}" for name in trained))
    wait_for(lambda: len(jobs_of(run)) == 2, run)
    wait_for(says(folder / DIGITS / f"logs/train_autoencoder/vae_{RUN}.log", "epoch 7 of"), run)
    left = jobs_of(run)
    os.kill(run.pid, signal.SIGKILL)
    for job in left if jobs_too else []:
        job.kill()
    run.wait(timeout=PATIENCE)
    assert left
    return left


def unlock(folder: Path) -> None:
    """What Snakemake's message asks for after it was killed."""
    assert "--unlock" in snakemake(folder, "--cores", "2", "digits", succeeds=False)
    snakemake(folder, "--unlock")


def crash(folder: Path, kills: dict[str, tuple[str, str]]) -> None:
    """Makes targets one after the other, also those that an orphan has made, the job of each killed at its moment."""
    for target, moment in kills.values():
        snakemake(folder, "--cores", "2", "--force", f"{DIGITS}/{target}", succeeds=False, kill_at=moment)
        (folder / "stopped").unlink()  # it was killed


def assert_undisturbed(folder: Path, bake_off: Path) -> None:
    """That a plain run finishes the work, with the numbers of a run without any kill, and nothing lying about."""
    snakemake(folder, "--cores", "2", "digits")
    expected = of_models(without_timings(bake_off / DIGITS / "metrics.csv"), MODELS)
    assert without_timings(folder / DIGITS / "metrics.csv") == expected
    for weights in (folder / DIGITS / "runs").rglob("*.safetensors"):
        assert weights.read_bytes() == (bake_off / weights.relative_to(folder)).read_bytes()
    assert {path.name for path in (folder / "results").rglob(".*")} == {".lock"}
    assert not list((folder / "results").rglob("*.failed"))
    assert "Nothing to be done" in snakemake(folder, "--cores", "2", "digits")
    assert " 0 of them don't match" in snakemake(folder, "--cores", "1", "verify")


EPOCHS = {
    f"runs/vae/{ANOMALY_CELL}/weights.safetensors": f"train_autoencoder/vae_{ANOMALY_CELL}.log",
    f"runs/stacked_pixels/{ANOMALY_CELL}/layer2.safetensors": (
        f"train_stacked_layer/stacked_pixels_{ANOMALY_CELL}_layer2.log"
    ),
}


def kill_in_epochs(folder: Path) -> None:
    """Kills a joint and a greedy training in an epoch; the next run must go on from the checkpoint."""
    for target, log in EPOCHS.items():
        kill_job_in_an_epoch(folder, target, log)
        snakemake(folder, "--cores", "1", f"{DIGITS}/{target}")
        assert re.match(r"resuming after epoch \d+, from", (folder / DIGITS / "logs" / log).read_text())


def test_kills_lose_nothing(bake_off: Path, tmp_path: Path) -> None:
    folder = configured(checkout(tmp_path), experiment={"autoencoders": MODELS})
    kill_in_epochs(folder)
    orphans = kill_snakemake(folder)
    unlock(folder)
    crash(folder, IN_FEW)
    psutil.wait_procs(orphans, timeout=PATIENCE)
    assert_undisturbed(folder, bake_off)


@pytest.mark.faults
def test_many_kills_lose_nothing(bake_off: Path, tmp_path: Path) -> None:
    folder = configured(checkout(tmp_path), experiment={"autoencoders": MODELS})
    crash(folder, IN_DATA)
    kill_in_epochs(folder)
    orphans = []
    for jobs_too in (False, False, True):
        orphans += kill_snakemake(folder, jobs_too=jobs_too)
        unlock(folder)
    crash(folder, IN_MORE)
    crash(folder, IN_FEW)
    crash(folder, AT_THE_END)
    psutil.wait_procs(orphans, timeout=PATIENCE)
    assert_undisturbed(folder, bake_off)


# Two clones with one folder of results


@pytest.fixture
def clones(tmp_path: Path) -> list[Path]:
    """Two checkouts whose `results` are one folder."""
    (tmp_path / "results").mkdir()
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
        configured(checkout(folder), experiment={"autoencoders": MODELS})
        (folder / "results").symlink_to("../results")
    return folders


def disturb(clones: list[Path], target: str, moment: str) -> list[psutil.Process]:
    """Makes a target against all odds; gives the first run's job, which is still at it when the target is there.

    While its job hangs at a moment, a second run is refused. The first Snakemake is killed; the second takes over, and
    its job is killed at the same moment, before the next one succeeds.
    """
    first, second = clones
    run = start(first, "--cores", "1", "--nolock", "--executor", "local", f"{DIGITS}/{target}", hang_at=moment)
    wait_for((first / "stopped").exists, run)
    command = ("--cores", "1", "--force", f"{DIGITS}/{target}")
    assert refusal(snakemake(second, *command, succeeds=False)) == f"results/digits is in use by process {run.pid}"
    left = jobs_of(run)
    run.kill()
    run.wait(timeout=PATIENCE)
    printed = snakemake(second, *command, succeeds=False, kill_at=moment)
    assert (second / "stopped").exists(), printed  # it was killed
    (second / "stopped").unlink()
    snakemake(second, *command)
    return left


def refusal(printed: str) -> str:
    """What a run says that was refused because of another one, without the time and the advice."""
    found = re.search(
        r"results/digits is in use by .*, (process \d+) on .*, since .*\. Wait .* again\.$", printed, re.M
    )
    return f"results/digits is in use by {found[1]}" if found else printed


def release(folder: Path, jobs: list[psutil.Process]) -> None:
    """Lets jobs go on that hang."""
    assert jobs
    (folder / "stopped").unlink()
    psutil.wait_procs(jobs, timeout=PATIENCE)


def content(folder: Path) -> dict[str, bytes]:
    """All results of digits: no logs, nor what jobs have not given its name yet."""
    paths = [path.relative_to(folder) for path in (folder / DIGITS).rglob("*") if path.is_file()]
    named = [path for path in paths if "logs" not in path.parts and "/." not in str(path)]
    return {str(path): (folder / path).read_bytes() for path in named}


def test_two_runs_on_the_same_results_lose_nothing(clones: list[Path]) -> None:
    jobs = disturb(clones, *IN_MORE["between weights and curve"])
    before = content(clones[1])
    release(clones[0], jobs)
    assert before.items() <= content(clones[1]).items()


@pytest.mark.faults
def test_many_kills_of_two_runs_on_the_same_results_lose_nothing(bake_off: Path, clones: list[Path]) -> None:
    for target, moment in (IN_DATA | IN_MORE | IN_FEW | AT_THE_END).values():
        jobs = disturb(clones, target, moment)
        before = content(clones[1])
        release(clones[0], jobs)
        assert before.items() <= content(clones[1]).items(), moment
    assert_undisturbed(clones[1], bake_off)


# A full disk


@pytest.mark.slow
def test_a_full_disk_loses_nothing(nearly_full_disk: Path, bake_off: Path) -> None:
    folder = configured(nearly_full_disk, experiment={"autoencoders": MODELS})
    printed = snakemake(folder, "--cores", "2", "digits", "--keep-going", succeeds=False)
    assert "The disk is full" in printed
    (folder / "ballast").unlink()
    assert_undisturbed(folder, bake_off)
