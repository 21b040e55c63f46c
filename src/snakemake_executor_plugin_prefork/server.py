"""The fork server, run as a program: `python server.py <file descriptor>`.

Requests come through a connection: a job's number, its script, and modules to import before. The job's number and exit
status go back. A request of None, or the end of the process at the other end, ends all jobs and the server.

Nothing of Snakemake or of the project is imported here, so that each job runs the code as it is when the job starts.
"""

import atexit
import contextlib
import ctypes
import gc
import importlib
import multiprocessing
import os
import runpy
import signal
import sys
import threading
import time
import weakref
from collections.abc import Iterable
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from setproctitle import setproctitle

#: Seconds between SIGTERM and SIGKILL.
GRACE = 5
PR_SET_PDEATHSIG = 1  # of Linux's prctl.h
#: For Snakemake, which ends the server; jobs take them as any process does.
IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

forks = multiprocessing.get_context("fork")


class Libraries:
    """What is loaded here.

    Attributes:
        tried: names of modules.
        threaded: the one that has started threads, after which forking isn't safe any more.
    """

    def __init__(self) -> None:
        self.tried: set[str] = set()
        self.threaded = ""

    def load(self, modules: Iterable[str]) -> None:
        """Imports what is not loaded yet; what can't be imported fails in the job."""
        for name in modules:
            if name not in self.tried and not self.threaded:
                self.tried.add(name)
                with contextlib.suppress(Exception, SystemExit):
                    importlib.import_module(name)
                if threading.active_count() > 1:
                    self.threaded = name
        # at the end of a job, only the job's own are called; those of PyTorch alone take longer than a fork
        for finalizer in weakref.finalize._registry:  # type: ignore[attr-defined]
            finalizer.atexit = False


def run(script: str, connection: Connection, handlers: dict[int, Any]) -> None:
    """Runs a script as its own process would: the life of a fork."""
    connection.close()
    gc.enable()
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # where the server itself is killed
    for number, handler in handlers.items():
        signal.signal(number, handler)
    setproctitle(f"{sys.executable} {script}")
    # random numbers begin from the system's, as they do when these libraries are imported; `random` sees to it itself
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.seed()
    sys.argv = [script]
    sys.path.insert(0, os.path.dirname(script))  # noqa: PTH120
    try:
        runpy.run_path(script, run_name="__main__")
    finally:
        atexit._run_exitfuncs()  # multiprocessing ends a fork without them


def serve(connection: Connection) -> None:
    """Takes requests until there are no more, then ends what runs."""
    gc.disable()  # and frozen before a fork: as Python's documentation advises, so that memory stays shared
    libraries = Libraries()
    handlers = {number: signal.signal(number, signal.SIG_IGN) for number in IGNORED}
    jobs: dict[Any, tuple[int, BaseProcess]] = {}  # by what becomes ready when they end
    with contextlib.suppress(EOFError, OSError):
        while True:
            for ready in wait([connection, *jobs]):
                if ready is connection:
                    request = connection.recv()
                    if request is None:
                        raise EOFError
                    number, script, modules = request
                    libraries.load(modules)
                    if libraries.threaded:
                        connection.send((number, libraries.threaded))
                        continue
                    gc.freeze()
                    started = forks.Process(target=run, args=(script, connection, handlers), name=script)
                    started.start()
                    with contextlib.suppress(OSError):
                        os.setpgid(group_of(started), group_of(started))  # the job does so, too, if later
                    jobs[started.sentinel] = number, started
                else:
                    number, ended = jobs.pop(ready)
                    ended.join()
                    connection.send((number, ended.exitcode))
                    ended.close()
    end([job for _, job in jobs.values()])


def group_of(job: BaseProcess) -> int:
    """The process group of a job and of what it starts: its own number."""
    assert job.pid is not None, "it has not been started"
    return job.pid


def end(jobs: list[BaseProcess]) -> None:
    """Ends jobs and all that they have started: with SIGTERM, then with SIGKILL."""
    deadline = time.monotonic() + GRACE
    for how in (signal.SIGTERM, signal.SIGKILL):
        for job in jobs:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group_of(job), how)
        for job in jobs:
            job.join(max(0, deadline - time.monotonic()))
    for job in jobs:
        job.join()


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
    os._exit(0)  # without taking its libraries apart, which takes longer than a fork
