"""Locks: one run of Snakemake at a time works on the results of a data set, and jobs know who else is at work.

Snakemake's own lock lies in `.snakemake`, which two clones with one `results` don't share and `--nolock` ignores.
These locks lie beside the results. They are POSIX record locks, which network file systems have, too, and which end
with the process that holds them, however it ends. Where a file system has none, nothing is locked.

Imported by the Snakefile, so nothing here imports torch.
"""

import atexit
import errno
import fcntl
import os
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from aepipe.errors import AepipeError
from aepipe.provenance import records

RESULTS = Path(records.RESULTS)
LOCK = ".lock"
#: Those of this process: closing a file would release its lock.
HELD: list[TextIO] = []


def folders(outputs: Iterable[str]) -> list[Path]:
    """The folders to lock for results: those of their data sets, or `results` for what belongs to several of them."""
    inside = [Path(path).parts[1:-1] for path in outputs if Path(path).is_relative_to(RESULTS)]
    return sorted({RESULTS.joinpath(*parts[:1]) for parts in inside})


def last_used() -> dict[Path, int]:
    """Folders of results -> when a run last began or ended to work on them, in nanoseconds."""
    return {lock.parent: time_of(lock) for lock in (*RESULTS.glob(LOCK), *RESULTS.glob(f"*/{LOCK}"))}


def time_of(lock: Path) -> int:
    """When the file of a lock was written, in nanoseconds; 0 if nobody has written to it yet."""
    status = lock.stat()
    return status.st_mtime_ns if status.st_size else 0


def hold(names: Iterable[Path], planned: dict[Path, int]) -> None:
    """Locks folders for this process, until it ends.

    Args:
        names: the folders.
        planned: what `last_used` said before this run looked which results are there.

    Raises:
        AepipeError: another run holds one of them, or has worked on it since then, so that the plan may be out of date;
            or a folder can't be written.
    """
    for folder in names:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = (folder / LOCK).open("a+", encoding="utf-8")
        except OSError as error:
            problem = f"{error.filename or folder / LOCK} can't be written: {error.strerror or error}"
            raise AepipeError(f"{problem}. Make {folder} a folder of your own, or work in another one.") from error
        if not acquired(lock):
            lock.seek(0)
            raise AepipeError(
                f"{folder} is in use by another run of Snakemake, {lock.read().strip()}. "
                "Wait until it ends, then run the command again."
            )
        if time_of(folder / LOCK) != planned.get(folder, 0):
            raise AepipeError(f"Another run has changed {folder} since this one looked at it. Run the command again.")
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}, since {time.strftime('%Y-%m-%d %H:%M:%S')}\n")
        lock.flush()
        HELD.append(lock)


@atexit.register
def release() -> None:
    """Gives up the locks of this process, and lets `last_used` know when."""
    while HELD:
        with HELD.pop() as lock:
            os.utime(lock.fileno())


def lock_in(folder: Path) -> None:
    """Locks a folder that no other process knows yet, until this one ends."""
    HELD.append((folder / LOCK).open("w", encoding="utf-8"))
    acquired(HELD[-1])


def acquired(file: TextIO, *, wait: bool = False) -> bool:
    """Locks an open file, unless another process holds it; with `wait`, as soon as none does."""
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN)  # others: the file system has no locks
    return True


def wait_for(folder: Path) -> None:
    """Waits until no process holds the lock of a folder, if it has one."""
    with suppress(OSError), (folder / LOCK).open("r+", encoding="utf-8") as file:
        acquired(file, wait=True)
