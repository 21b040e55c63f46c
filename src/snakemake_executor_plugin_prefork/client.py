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
GRACE = 7


class ForkingUnsafe(Exception):
    """A library has started threads, of which a fork would have locks but not the threads; names it."""


class Server:
    """A process of its own, see server.py, from which jobs are forked: started when it is made.

    Args:
        environment: its variables, and those of all its jobs.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.connection, theirs = multiprocessing.Pipe()
        with theirs:
            # -P: what lies in the working directory is no library
            command = [sys.executable, "-P", str(PROGRAM), str(theirs.fileno())]
            self.process = subprocess.Popen(command, env=environment, pass_fds=[theirs.fileno()])
        self.numbers = itertools.count()
        self.running: dict[int, Future[int]] = {}
        self.sending = threading.Lock()
        threading.Thread(target=self.listen, daemon=True).start()

    def run(self, script: str, modules: Iterable[str]) -> int:
        """Runs a script in a fork, and waits for its end.

        Args:
            script: an absolute path.
            modules: what the server imports before, where it hasn't.

        Returns:
            The exit status; of a signal, its negative number.

        Raises:
            ForkingUnsafe: the modules start threads; the script has not been run.
        """
        end: Future[int] = Future()
        with self.sending:
            number = next(self.numbers)
            self.running[number] = end
            try:
                self.connection.send((number, script, list(modules)))
            except OSError:
                return self.status_of_server()
        return end.result()

    def listen(self) -> None:
        """Tells of each job that has ended, until the server has; its jobs end with it."""
        try:
            while True:
                number, status = self.connection.recv()
                end = self.running.pop(number)
                end.set_result(status) if isinstance(status, int) else end.set_exception(ForkingUnsafe(status))
        except (EOFError, OSError):
            for end in list(self.running.values()):
                end.set_result(self.status_of_server())

    def status_of_server(self) -> int:
        """What ended the server, as the exit status of the jobs that ended with it."""
        return self.process.wait() or -15

    def has_ended(self) -> bool:
        """Whether it takes no more jobs."""
        return self.process.poll() is not None

    def end(self) -> None:
        """Ends its jobs and the server; returns when they are gone."""
        with self.sending, suppress(OSError):  # where it has ended
            self.connection.send(None)
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()  # its jobs die with it
            self.process.wait()
