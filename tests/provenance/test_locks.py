"""One run at a time works on the results of a data set."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aepipe.errors import AepipeError
from aepipe.provenance import locks

DIGITS = Path("results/digits")
HOLD = "from aepipe.provenance import locks; locks.hold({names}, locks.last_used()); print('held', flush=True); input()"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    locks.release()


def another_run(*names: Path) -> subprocess.Popen:
    """A process that holds folders until it is told to go on."""
    program = "from pathlib import PosixPath\n" + HOLD.format(names=list(names))
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    run = subprocess.Popen([sys.executable, "-c", program], text=True, **streams)  # type: ignore[call-overload]
    assert run.stdout.readline() == "held\n"
    return run


def test_a_run_locks_the_data_sets_that_it_works_on() -> None:
    outputs = ["results/digits/metrics.csv", "results/digits/runs/vae/codes.npz", "results/ranks.md", "elsewhere/a/b"]
    assert locks.folders(outputs) == [Path("results"), DIGITS]


def test_another_run_on_the_same_data_set_is_refused_until_the_first_ends() -> None:
    run = another_run(DIGITS)
    with pytest.raises(
        AepipeError, match=rf"^results/digits is in use by .*process {run.pid} on .*run the command again"
    ):
        locks.hold([DIGITS], locks.last_used())
    run.kill()
    run.wait()
    locks.hold([DIGITS], locks.last_used())


def test_a_lock_that_can_not_be_made_is_named() -> None:
    (DIGITS / locks.LOCK).mkdir(parents=True)
    with pytest.raises(
        AepipeError, match=r"results/digits/.lock can't be written: Is a directory. Make results/digits a"
    ):
        locks.hold([DIGITS], locks.last_used())
    Path("results/mnist").symlink_to("/no/such/disk")
    with pytest.raises(AepipeError, match=r"results/mnist can't be written: File exists. Make results/mnist a folder"):
        locks.hold([Path("results/mnist")], {})


def test_runs_on_different_data_sets_do_not_meet() -> None:
    run = another_run(Path("results/mnist"))
    locks.hold([DIGITS], locks.last_used())
    run.kill()


def test_a_run_whose_plan_is_older_than_the_work_of_another_is_refused() -> None:
    planned = locks.last_used()
    another_run(DIGITS).communicate("\n")
    with pytest.raises(AepipeError, match="Another run has changed results/digits"):
        locks.hold([DIGITS], planned)


def test_the_end_of_a_run_counts_as_its_work() -> None:
    run = another_run(DIGITS)
    os.utime(DIGITS / locks.LOCK, (0, 0))
    planned = locks.last_used()
    run.communicate("\n")
    with pytest.raises(AepipeError, match="Another run has changed results/digits"):
        locks.hold([DIGITS], planned)
