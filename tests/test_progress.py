"""What people see of a run: a live view on a terminal, Snakemake's plain lines anywhere else."""

import io
import os
import pty
import re
import termios
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from workflow_runs import PATIENCE, checkout, snakemake, start

from aepipe.progress import Left, Run, clock, spoken
from snakemake_logger_plugin_aepipe import LogHandler

SPLITS = [f"results/digits/splits/without-{held_out}_seed0.npz" for held_out in ("none", "1")]
ONE_CORE = ["--cores", "1", *SPLITS]


# Counting and expecting


def test_each_job_is_done_running_failed_or_to_come() -> None:
    run = Run({"train": 3, "draw": 1}, begun=0)
    assert (run.total, run.done, len(run.running), run.to_come) == (4, 0, 0, 4)
    run.start(1, "train", "training a", now=0)
    run.start(2, "train", "training b", now=1)
    run.finish(1, now=5)
    run.fail(2)
    run.start(3, "train", "training c", now=6)
    assert (run.done, len(run.running), len(run.failed), run.to_come) == (1, 1, 1, 1)
    run.start(2, "train", "training b", now=7)  # once more
    assert (run.done, len(run.running), len(run.failed), run.to_come) == (1, 2, 0, 1)


def test_jobs_are_expected_to_take_what_those_of_their_rule_took() -> None:
    run = Run({"train": 4, "draw": 2}, begun=0)
    run.start(1, "train", "", now=0)
    run.finish(1, now=10)
    run.start(2, "draw", "", now=10)
    run.finish(2, now=12)
    assert run.left(12) == Left(3 * 10 + 2, at_least=False)  # one at a time, as so far
    run.start(3, "train", "", now=12)
    assert run.left(16) == Left(2 * 10 + 6 + 2, at_least=False)
    assert run.left(40) == Left(2 * 10 + 0 + 2, at_least=False)  # later than expected


def test_as_many_jobs_are_expected_to_be_at_work_at_once_as_so_far() -> None:
    run = Run({"train": 8}, begun=0)
    for job in range(4):
        run.start(job, "train", "", now=0)
        run.finish(job, now=10)
    assert run.left(10) == Left(10, at_least=False)


def test_rules_that_have_not_been_seen_make_it_a_lower_bound() -> None:
    run = Run({"prepare": 1, "train": 4, "draw": 20}, begun=0)
    assert run.left(1) is None
    run.start(1, "prepare", "", now=0)
    run.finish(1, now=1)
    assert run.left(1) == Left(0, at_least=True)
    run.start(2, "train", "", now=1)
    run.finish(2, now=11)
    assert run.left(11) == Left(3 * 10, at_least=True)
    assert str(run.left(11)) == "more than 30 s left"


def test_the_last_jobs_are_expected_to_take_as_long_as_others_though_their_rules_are_new() -> None:
    run = Run({"train": 4, "draw": 1, "write": 1}, begun=0)
    for job in range(4):
        run.start(job, "train", "", now=10 * job)
        run.finish(job, now=10 * job + 10)
    assert run.left(40) == Left(20, at_least=False)
    assert str(run.left(40)) == "about 20 s left"


def test_nothing_is_left_of_a_run_that_is_done() -> None:
    run = Run({"train": 1}, begun=0)
    run.start(1, "train", "", now=0)
    run.finish(1, now=10)
    assert run.left(11) is None


def test_a_busier_machine_is_noticed() -> None:
    run = Run({"train": 40}, begun=0)
    for job in range(30):
        run.start(job, "train", "", now=job)
        run.finish(job, now=job + 1)
    assert run.left(30) == Left(10, at_least=False)
    now = 30
    for job in range(30, 39):
        run.start(job, "train", "", now=now)
        now += 10
        run.finish(job, now=now)
    assert run.left(now) == Left(9.1, at_least=False)  # the mean of the last ten


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "5 s"), (42, "40 s"), (58, "1 min"), (170, "3 min"), (3600, "1 h 0 min"), (7600, "2 h 7 min")],
)
def test_durations_are_said_no_more_exactly_than_they_are_known(seconds: float, said: str) -> None:
    assert spoken(seconds) == said


def test_durations_are_shown_as_by_a_clock() -> None:
    assert [clock(7.9), clock(750), clock(3723)] == ["0:07", "12:30", "1:02:03"]


# The view


def handler_of(**settings: object) -> LogHandler:
    """The logger as Snakemake makes it."""
    plain: Any = SimpleNamespace(**{"stdout": False, "nocolor": False, "dryrun": False, "quiet": None, **settings})
    return LogHandler(plain, None)


@pytest.mark.parametrize(
    ("settings", "encoding", "draws"),
    [
        ({}, "utf-8", True),
        ({"dryrun": True}, "utf-8", False),
        ({"quiet": {"all"}}, "utf-8", False),
        ({}, "latin-1", False),
    ],
)
def test_it_draws_on_a_terminal_that_can_show_it_where_lines_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, object], encoding: str, draws: bool
) -> None:
    ours, screen = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(screen, "w", encoding=encoding) as stream, os.fdopen(ours):
        monkeypatch.setattr("sys.stderr", stream)
        assert handler_of(**settings).writes_to_stream == draws
        monkeypatch.setenv("TERM", "dumb")
        assert not handler_of(**settings).writes_to_stream


def test_it_draws_into_no_pipe_even_where_colours_are_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    ours, pipe = os.pipe()
    with os.fdopen(pipe, "w") as stream, os.fdopen(ours):
        monkeypatch.setattr("sys.stderr", stream)
        assert not handler_of().writes_to_stream


def test_a_view_of_more_jobs_than_there_are_lines_says_how_many_more() -> None:
    handler = handler_of()
    screen = io.StringIO()
    handler.console = Console(file=screen, width=40, height=12)
    handler.run = Run({"train": 100}, begun=0)
    for job in range(90):
        handler.run.start(job, "train", f"training [{job}], which has a long name, with many settings", now=job)
    handler.console.print(handler.view())
    lines = screen.getvalue().splitlines()
    assert len(lines) < 12
    assert "0 done, 90 running, 10 to come" in lines[1]
    assert "training [0]" in lines[2]
    assert f"and {90 - (len(lines) - 3)} more" in lines[-1]
    assert max(map(len, lines)) == 40


def on_terminal(folder: Path, *arguments: str) -> str:
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
    assert run.wait(timeout=PATIENCE) == 0, printed.decode()
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", printed.decode())


@pytest.mark.workflow
def test_a_run_on_a_terminal_shows_what_is_done_running_and_to_come_and_the_time_left(tmp_path: Path) -> None:
    seen = on_terminal(checkout(tmp_path), *ONE_CORE)
    assert "0 done, 1 running, 2 to come" in seen
    assert re.search(r"0:0\d  digits: reading and checking the images", seen)
    assert re.search(r"\d+:\d\d so far, about .+ left\s+2 done, 1 running, 0 to come", seen)
    assert re.search(r"3 of 3 jobs done in \d+:\d\d", seen)
    assert "Complete log" in seen
    assert "Reason:" not in seen


@pytest.mark.workflow
def test_a_run_that_is_piped_prints_plain_lines(tmp_path: Path) -> None:
    printed = snakemake(checkout(tmp_path), *ONE_CORE)
    assert "Reason: Missing output files" in printed
    assert "digits: reading and checking the images" in printed
    assert "3 of 3 steps (100%) done" in printed
    assert "\x1b" not in printed
    assert "to come" not in printed
