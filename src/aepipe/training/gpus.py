"""Which GPU of several a job takes: one that no other job on this machine has."""

import fcntl
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

#: Locks of this process by the GPU's name; the system releases them when it ends, however it ends.
HELD: dict[str, IO[str]] = {}


def claim(names: Sequence[str]) -> int:
    """The index of the first GPU that no other job of this user has claimed, which it is until this process ends.

    Args:
        names: what tells each visible GPU from all others of the machine, one at least.

    Returns:
        An index into `names`. Where all are claimed, jobs have to share: each takes that of its process number.
    """
    if len(names) > 1:
        for index, name in enumerate(names):
            if name in HELD:
                return index
            lock = (Path(tempfile.gettempdir()) / f"aepipe-{os.getuid()}-gpu-{name}.lock").open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
            else:
                HELD[name] = lock
                return index
    return os.getpid() % len(names)
