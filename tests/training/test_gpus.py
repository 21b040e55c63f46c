"""Jobs on a machine with several GPUs keep off each other's."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aepipe.training import gpus

Start = Callable[[], tuple[int, subprocess.Popen[str]]]

CLAIM_AND_WAIT = """
import sys
from aepipe.training import gpus
print(gpus.claim(["first", "second"]), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Start]:
    """Starts processes that claim a GPU and hold it until they are ended."""
    started: list[subprocess.Popen[str]] = []

    def start() -> tuple[int, subprocess.Popen[str]]:
        job = subprocess.Popen(
            [sys.executable, "-c", CLAIM_AND_WAIT],
            env={"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(gpus.__file__).parents[1])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(job)
        assert job.stdout
        return int(job.stdout.readline()), job

    yield start
    for job in started:
        job.kill()
        job.communicate()


def test_jobs_at_once_take_different_gpus(jobs: Start) -> None:
    assert [jobs()[0], jobs()[0]] == [0, 1]


def test_a_killed_job_gives_its_gpu_back(jobs: Start) -> None:
    _, job = jobs()
    job.kill()
    job.wait()
    assert jobs()[0] == 0


def test_jobs_share_when_there_are_more_of_them_than_gpus(jobs: Start) -> None:
    jobs(), jobs()
    assert jobs()[0] in (0, 1)


def test_a_job_keeps_the_gpu_that_it_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(gpus, "HELD", {})
    monkeypatch.setattr(gpus.tempfile, "tempdir", str(tmp_path))
    assert gpus.claim(["first", "second"]) == gpus.claim(["first", "second"]) == 0
    for lock in gpus.HELD.values():
        lock.close()


def test_the_only_gpu_needs_no_claim(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(gpus.tempfile, "tempdir", str(tmp_path))
    assert gpus.claim(["only"]) == 0
    assert not list(tmp_path.iterdir())
