"""Jobs on a machine with several GPUs keep off each other's."""

import multiprocessing
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path

import pytest

from aepipe.training import device

Start = Callable[[], tuple[int, ForkProcess]]


@pytest.fixture(autouse=True)
def no_claims(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """This process and those that it starts know of no other claims."""
    monkeypatch.setattr(device, "HELD", {})
    monkeypatch.setattr(device.tempfile, "tempdir", str(tmp_path))
    yield
    for lock in device.HELD.values():
        lock.close()


def claim_and_wait(connection: Connection) -> None:
    connection.send(device.claim(["first", "second"]))
    connection.recv()


@pytest.fixture
def jobs(no_claims: None) -> Iterator[Start]:
    """Starts processes that claim a GPU and hold it until they are ended."""
    context, started = multiprocessing.get_context("fork"), []

    def start() -> tuple[int, ForkProcess]:
        ours, theirs = context.Pipe()
        job = context.Process(target=claim_and_wait, args=(theirs,), daemon=True)
        job.start()
        started.append((job, ours))
        return ours.recv(), job

    yield start
    for job, _ in started:
        job.kill()
        job.join()


def test_jobs_at_once_take_different_gpus(jobs: Start) -> None:
    assert [jobs()[0], jobs()[0]] == [0, 1]


def test_a_killed_job_gives_its_gpu_back(jobs: Start) -> None:
    _, job = jobs()
    job.kill()
    job.join()
    assert jobs()[0] == 0


def test_jobs_share_when_there_are_more_of_them_than_gpus(jobs: Start) -> None:
    jobs(), jobs()
    assert jobs()[0] in (0, 1)


def test_a_job_keeps_the_gpu_that_it_has() -> None:
    assert device.claim(["first", "second"]) == device.claim(["first", "second"]) == 0


def test_the_only_gpu_needs_no_claim(tmp_path: Path) -> None:
    assert device.claim(["only"]) == 0
    assert not list(tmp_path.iterdir())
