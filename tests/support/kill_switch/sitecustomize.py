"""Imported by every Python that has this folder on its path: stops a workflow's job at the moment that STOP_AT names.

STOP_AT is an audit event of Python and a pattern: `os.rename metrics.csv$` is the moment before the results of a job
get that name, `open codes.npz$` the moment before such a file is opened. STOPPED names a file that is made then; while
it exists, no other job is stopped. STOP_HOW is `kill`, or `hang`: the job then does nothing until the file is gone.
"""

import os
import re
import signal
import sys
import time

EVENT, _, PATTERN = os.environ.get("STOP_AT", "").partition(" ")
STOPPED = os.environ.get("STOPPED", "")
STOPS = iter([True])  # one for each job


def stop_at(event: str, arguments: tuple) -> None:
    """SIGKILL, which leaves no time for anything, or an endless wait, if this is the moment."""
    if event == EVENT and ".snakemake/scripts/" in sys.argv[0]:
        path = str(arguments[1] if event == "os.rename" else arguments[0])
        if re.search(PATTERN, path) and not os.path.exists(STOPPED) and next(STOPS, False):  # noqa: PTH110
            os.close(os.open(STOPPED, os.O_CREAT))
            if os.environ["STOP_HOW"] == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            while os.path.exists(STOPPED):  # noqa: PTH110
                time.sleep(0.01)


if EVENT:
    sys.addaudithook(stop_at)
