"""Jobs on a machine with several GPUs keep off each other's."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from aepipe.training import device

Start = Callable[[], tuple[int, int]]  # the GPU that a new job has claimed, and the job's process number


@pytest.fixture(autouse=True)
def no_claims(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """This process and those that it starts know of no other claims."""
    monkeypatch.setattr(device, "HELD", {})
    monkeypatch.setattr(device.tempfile, "tempdir", str(tmp_path))
    yield
    for lock in device.HELD.values():
        lock.close()


def end(job: int) -> None:
    with suppress(ProcessLookupError):  # it has ended already
        os.kill(job, signal.SIGKILL)
        os.waitpid(job, 0)


@pytest.fixture
def jobs(no_claims: None) -> Iterator[Start]:
    """Starts processes that claim a GPU and hold it until they are ended."""
    started: list[int] = []

    def start() -> tuple[int, int]:
        reader, writer = os.pipe()
        job = os.fork()
        if not job:
            try:
                os.write(writer, bytes([device.claim(["first", "second"])]))
                signal.pause()
            finally:
                os._exit(1)
        started.append(job)
        os.close(writer)
        with os.fdopen(reader, "rb") as answer:
            return answer.read(1)[0], job

    yield start
    for job in started:
        end(job)


def test_jobs_at_once_take_different_gpus(jobs: Start) -> None:
    assert [jobs()[0], jobs()[0]] == [0, 1]


def test_a_killed_job_gives_its_gpu_back(jobs: Start) -> None:
    _, job = jobs()
    end(job)
    assert jobs()[0] == 0


def test_jobs_share_when_there_are_more_of_them_than_gpus(jobs: Start) -> None:
    jobs(), jobs()
    assert jobs()[0] in (0, 1)


def test_a_job_keeps_the_gpu_that_it_has() -> None:
    assert device.claim(["first", "second"]) == device.claim(["first", "second"]) == 0


def test_the_only_gpu_needs_no_claim(tmp_path: Path) -> None:
    assert device.claim(["only"]) == 0
    assert not list(tmp_path.iterdir())
