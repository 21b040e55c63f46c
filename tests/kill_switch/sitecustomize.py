"""Imported by every Python that has this folder on its path: kills a workflow's job at the moment that KILL_AT names.

KILL_AT is an audit event of Python and a pattern: `os.rename metrics.csv$` is the moment before the results of a job
get that name, `open codes.npz$` the moment before such a file is opened. KILLED names a file that tells of the kill;
while it is there, no other job is killed.
"""

import os
import re
import signal
import sys

EVENT, _, PATTERN = os.environ.get("KILL_AT", "").partition(" ")


def kill_at(event: str, arguments: tuple) -> None:
    """SIGKILL, which leaves no time for anything, if this is the moment."""
    if event == EVENT and ".snakemake/scripts/" in sys.argv[0]:
        path = str(arguments[1] if event == "os.rename" else arguments[0])
        if re.search(PATTERN, path) and not os.path.exists(os.environ["KILLED"]):  # noqa: PTH110  # pathlib starts slowly
            os.close(os.open(os.environ["KILLED"], os.O_CREAT))
            os.kill(os.getpid(), signal.SIGKILL)


if EVENT:
    sys.addaudithook(kill_at)
