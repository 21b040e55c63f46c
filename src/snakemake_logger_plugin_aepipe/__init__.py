"""Snakemake's logger `aepipe`: on a terminal, a live view of the jobs done, running and to come, and of the time left.

Anywhere else, and for dry runs and `--quiet`, Snakemake prints the lines that it prints without any plugin. It finds
this one by the name of the package, which so can't lie inside of aepipe.
"""

import logging
import sys
import threading
import time

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from aepipe.progress import Run, clock

#: What of Snakemake's own lines tells the end of a run.
LAST = ("Complete log", "Nothing to be done")
STYLES = {logging.WARNING: "yellow", logging.ERROR: "red"}


class LogHandler(LogHandlerBase):
    """Draws the view, and prints warnings, errors and the logs of failed jobs above it, as Snakemake words them."""

    def __post_init__(self) -> None:
        """Finds out whether there is a terminal to draw on."""
        settings = self.common_settings
        stream = sys.stdout if settings.stdout else sys.stderr
        self.console = Console(file=stream, no_color=settings.nocolor or None)
        terminal = stream.isatty() and not self.console.is_dumb_terminal  # rich takes a pipe for one with FORCE_COLOR
        self.draws = terminal and self.console.encoding.startswith("utf") and not (settings.dryrun or settings.quiet)
        self.run: Run | None = None
        self.counting = threading.Lock()  # events come from one thread, views are drawn by another
        self.live = Live(console=self.console, get_renderable=self.view, refresh_per_second=4, transient=True)

    @property
    def writes_to_stream(self) -> bool:
        """Where not, Snakemake prints lines of its own."""
        return self.draws

    @property
    def writes_to_file(self) -> bool:
        """The file of all lines is Snakemake's."""
        return False

    @property
    def has_filter(self) -> bool:
        """Snakemake's own is taken."""
        return False

    @property
    def has_formatter(self) -> bool:
        """Snakemake's own is taken."""
        return False

    @property
    def needs_rulegraph(self) -> bool:
        """It does not."""
        return False

    def emit(self, record: logging.LogRecord) -> None:
        """Takes note of an event, or prints a line."""
        if not self.draws:
            return
        try:
            self.handle_event(record)
        except Exception:
            self.handleError(record)

    def handle_event(self, record: logging.LogRecord) -> None:
        """See `emit`."""
        told, now = vars(record), time.monotonic()
        event = told.get("event")
        with self.counting:
            if event == LogEvent.RUN_INFO:
                self.run = Run({rule: count for rule, count in told["stats"].items() if rule != "total"}, now)
            elif self.run and event == LogEvent.JOB_INFO:
                self.run.start(told["jobid"], told["rule_name"], told["rule_msg"] or told["rule_name"], now)
            elif self.run and event == LogEvent.JOB_FINISHED:
                self.run.finish(told["job_id"], now)
            elif self.run and event == LogEvent.JOB_ERROR:
                self.run.fail(told["jobid"])
        if event == LogEvent.RUN_INFO:
            self.live.start()
        self.live.refresh()
        if record.levelno >= logging.WARNING or (event is None and self.is_of_interest(record.getMessage())):
            self.print(self.format(record), STYLES.get(record.levelno, ""))

    def is_of_interest(self, message: str) -> bool:
        """Whether a line is worth its place: all before and after the run, none while the view tells more."""
        if message.startswith(LAST):
            self.close_view()
        return not self.live.is_started

    def print(self, line: str, style: str = "") -> None:
        """Prints above the view, as it is."""
        if line and line != "None":
            self.console.print(Text(line, style), soft_wrap=True)

    def view(self) -> Table:
        """What is drawn of the run; nothing before it."""
        with self.counting:
            return self.view_of(self.run, time.monotonic()) if self.run else Table.grid()

    def view_of(self, run: Run, now: float) -> Table:
        """The bar and the time left, the numbers, and the running jobs, those at work the longest first."""
        left = run.left(now)
        times = f"{clock(now - run.begun)} so far" + (f", {left}" if left else "")
        heading = Table.grid(padding=(0, 2), expand=True)
        heading.add_column(ratio=1)
        heading.add_column(no_wrap=True)
        heading.add_row(ProgressBar(run.total, run.done, complete_style="green", finished_style="green"), times)
        numbers = Text(f"{run.done} done, {len(run.running)} running, {run.to_come} to come")
        if run.failed:
            numbers.append(f", {len(run.failed)} failed", style="bold red")

        jobs = Table.grid(padding=(0, 2))
        jobs.add_column(justify="right", no_wrap=True, style="dim")
        jobs.add_column(no_wrap=True, overflow="ellipsis")
        shown = list(run.running.values())[: max(1, self.console.height - 5)]
        for job in shown:
            jobs.add_row(clock(now - job.since), Text(job.message))
        if len(run.running) > len(shown):
            jobs.add_row("", f"and {len(run.running) - len(shown)} more")
        page = Table.grid(expand=True)
        for part in (heading, numbers, jobs):
            page.add_row(part)
        return page

    def close_view(self) -> None:
        """Takes the view away, and leaves a line of what it last said."""
        if self.run and self.live.is_started:
            self.live.stop()
            failed = f", {len(self.run.failed)} failed" if self.run.failed else ""
            took = clock(time.monotonic() - self.run.begun)
            self.print(f"{self.run.done} of {self.run.total} jobs done in {took}{failed}")

    def close(self) -> None:
        """Leaves the terminal as it was."""
        self.close_view()
        super().close()
