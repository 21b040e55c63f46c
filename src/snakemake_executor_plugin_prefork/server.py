"""The fork server, run as a program: `python server.py <file descriptor>`.

Requests come through a connection: a job's number, its script, modules to import before, and variables of its
environment. The job's number goes back with its exit status or, where there is no fork for it, the kind of reason and
its text.
The end of the process at the other end, or SIGTERM, ends all jobs and the server.

Nothing of the project is imported here, so that each job runs the code as it is when the job starts.
"""

import atexit
import contextlib
import ctypes
import gc
import importlib
import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import types
import weakref
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn

from setproctitle import setproctitle

#: Seconds that jobs have to end.
GRACE = 5
PR_SET_PDEATHSIG = 1  # of Linux's prctl.h
#: Left to Snakemake, which ends the server; jobs take them as any process does.
OURS: dict[int, Any] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGHUP: signal.SIG_DFL,
}
#: What libraries have removed at their end are the server's files.
REMOVALS = (shutil.rmtree, os.remove, os.unlink, os.rmdir)


class Ended(BaseException):
    """The server is to end."""


class ThreadsStarted(Exception):
    """A library has started threads, whose locks a fork would have without the threads; names it."""


def end_server(*_: object) -> NoReturn:
    """For SIGTERM, also in the middle of an import."""
    raise Ended


def load(modules: Iterable[str], tried: set[str]) -> None:
    """Imports what is not loaded yet. Import errors are left for the job to raise."""
    for name in modules:
        parent, _, attribute = name.rpartition(".")
        if name in tried or hasattr(sys.modules.get(parent), attribute):
            continue
        tried.add(name)
        try:
            importlib.import_module(name)
        except Ended:
            raise
        except BaseException:  # libraries have some of their own
            pass
        if threading.active_count() > 1:
            raise ThreadsStarted(name)


def fork(number: int, script: str, variables: dict[str, str], connection: Connection, jobs: dict[int, int]) -> None:
    """Starts a job, and notes it before the server can be ended."""
    server = os.getpid()
    gc.freeze()  # as Python's documentation advises, so that memory stays shared
    signal.pthread_sigmask(signal.SIG_BLOCK, OURS)
    try:
        if pid := os.fork():
            jobs[pid] = number
            with contextlib.suppress(OSError):
                os.setpgid(pid, pid)  # the job does so, too, if later
            return
        try:
            become_a_job(script, variables, connection, server)
            run(script)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(1)  # not to go on as a second server
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, OURS)


def become_a_job(script: str, variables: dict[str, str], connection: Connection, server: int) -> None:
    """Makes a fork what a new interpreter with the same libraries would be."""
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # where the server is killed
    if os.getppid() != server:
        os._exit(1)
    connection.close()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, handler in OURS.items():
        signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, OURS)
    gc.enable()
    os.environ.update(variables)
    tempfile.tempdir = None
    for removal in REMOVALS:
        atexit.unregister(removal)
    for finalizer in weakref.finalize._registry:  # type: ignore[attr-defined]
        finalizer.atexit = False
    # random numbers begin from the system's, as they do when these libraries are imported; `random` sees to it itself
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.seed()
    setproctitle(f"{sys.executable} {script}")
    sys.argv = [script]
    sys.path.insert(0, str(Path(script).parent))


def run(script: str) -> NoReturn:
    """Runs a script as `__main__`, and ends the process as Python does, but for taking its libraries apart."""
    main = types.ModuleType("__main__")
    main.__file__ = script
    sys.modules["__main__"] = main
    status = 0
    try:
        exec(compile(Path(script).read_bytes(), script, "exec", dont_inherit=True), main.__dict__)
    except SystemExit as error:
        status = status_of(error)
    except BaseException as error:
        status = -signal.SIGINT if isinstance(error, KeyboardInterrupt) else 1
        ours = error.__traceback__
        if status == 1:
            sys.excepthook(type(error), error, ours.tb_next if ours else None)
    with contextlib.suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as at Python's end
    with contextlib.suppress(BaseException):
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


def status_of(error: SystemExit) -> int:
    """The exit status that `sys.exit` was given; 1 for a message, which is printed."""
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    print(error.code, file=sys.stderr)
    return 1


def serve(connection: Connection, jobs: dict[int, int]) -> None:
    """Takes requests until there are no more.

    Args:
        connection: to Snakemake.
        jobs: process number, which is also that of its group -> number of each job that runs; kept up to date.
    """
    ended, told = os.pipe()
    for end in (ended, told):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    tried: set[str] = set()
    while True:
        ready = wait([connection, ended])
        if ended in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(ended, 4096)
            for pid, status in reaped():
                if status < 0:
                    signal_group(pid, signal.SIGKILL)  # what a killed job has started
                connection.send((jobs.pop(pid), status))
        if connection in ready:
            number, script, modules, variables = connection.recv()
            try:
                load(modules, tried)
                fork(number, script, variables, connection, jobs)
            except ThreadsStarted as error:
                connection.send((number, ("threads", str(error))))
            except OSError as error:
                connection.send((number, ("fork", str(error))))


def reaped() -> Iterator[tuple[int, int]]:
    """Process numbers and exit statuses of the jobs that have ended; of a signal, its negative number."""
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            yield pid, os.waitstatus_to_exitcode(status)


def end(groups: list[int]) -> None:
    """Ends jobs and all that they have started: as Ctrl-C does, and what is left after GRACE seconds, with SIGKILL."""
    deadline = time.monotonic() + GRACE
    for group in groups:
        signal_group(group, signal.SIGINT)
    while time.monotonic() < deadline and any(signal_group(group, 0) for group in groups):
        list(reaped())
        time.sleep(0.02)
    for group in groups:
        signal_group(group, signal.SIGKILL)


def signal_group(group: int, number: int) -> bool:
    """Sends a signal to a process group; whether there is one."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def main(descriptor: int) -> None:
    """Serves the connection with this file descriptor to its end."""
    sys.path.pop(0)  # this file's folder holds no libraries
    gc.disable()
    for number in OURS:
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, end_server)
    jobs: dict[int, int] = {}
    try:
        serve(Connection(descriptor), jobs)
    except (Ended, EOFError, OSError):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end(list(jobs))
    with contextlib.suppress(BaseException):
        atexit._run_exitfuncs()
    logging.shutdown()
    os._exit(0)  # without taking its libraries apart, which takes longer than a fork


if __name__ == "__main__":
    main(int(sys.argv[1]))
