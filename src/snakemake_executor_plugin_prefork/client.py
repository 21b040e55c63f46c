"""The fork server as Snakemake sees it."""

import itertools
import multiprocessing
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

PROGRAM = Path(__file__).with_name("server.py")
#: Seconds that the server has to end; it gives jobs five.
GRACE = 8


class NoFork(Exception):
    """A script was not run, because the server can't fork; says why."""


class ThreadsStarted(NoFork):
    """A library has started threads, whose locks a fork would have without the threads; names it."""


class Server:
    """A process of its own, see server.py, from which jobs are forked: started on construction.

    Args:
        environment: its variables, and those of all its jobs.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.connection, theirs = multiprocessing.Pipe()
        with theirs:
            command = [sys.executable, str(PROGRAM), str(theirs.fileno())]
            self.process = subprocess.Popen(
                command, env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )
        self.numbers = itertools.count()
        self.running: dict[int, Future[int]] = {}
        self.sending = threading.Lock()
        threading.Thread(target=self.listen, daemon=True).start()

    def run(self, script: str, modules: Iterable[str], variables: Mapping[str, str]) -> int:
        """Runs a script in a fork, and waits for its end.

        Args:
            script: an absolute path.
            modules: what the server imports before, where it hasn't.
            variables: of the environment, besides the server's.

        Returns:
            The exit status; of a signal, its negative number.

        Raises:
            NoFork: the script has not been run.
        """
        end: Future[int] = Future()
        with self.sending:
            number = next(self.numbers)
            self.running[number] = end
            try:
                self.connection.send((number, script, list(modules), dict(variables)))
            except OSError:
                return self.status_of_server()
        return end.result()

    def listen(self) -> None:
        """Reports each job that ends, until the server does; then the others have ended, too."""
        with suppress(EOFError, OSError):
            while True:
                number, found = self.connection.recv()
                end = self.running.pop(number)
                if isinstance(found, int):
                    end.set_result(found)
                else:
                    kind, text = found
                    end.set_exception(ThreadsStarted(text) if kind == "threads" else NoFork(text))
        for end in list(self.running.values()):
            end.set_result(self.status_of_server())

    def status_of_server(self) -> int:
        """What ended the server, as the exit status of the jobs that ended with it."""
        return self.process.wait() or -15

    def has_ended(self) -> bool:
        """Whether it takes no more jobs."""
        return self.process.poll() is not None

    def terminate(self) -> None:
        """Asks the server to end, and its jobs with it."""
        self.process.terminate()

    def wait(self) -> None:
        """Waits for the end of a server that is asked to."""
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()  # its jobs die with it
            self.process.wait()
