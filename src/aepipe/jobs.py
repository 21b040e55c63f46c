"""What every workflow job does around its work."""

import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aepipe.errors import AepipeError

#: Says in a line how far a job is.
Report = Callable[[str], None]


@contextmanager
def job_log(path: str) -> Iterator[None]:
    """Sends all output of the block, also that of libraries, to the log at `path`.

    An error ends the job with exit status 1: one of ours with its message, any other with its traceback.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with Path(path).open("w") as log:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(log.fileno(), stream.fileno())
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    try:
        yield
    except AepipeError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except Exception:
        traceback.print_exc()
        sys.exit(1)


def by_model(paths: Iterable[str]) -> dict[str, list[str]]:
    """Files of cells, results/<dataset>/cells/<model>/<cell>/<file>, grouped by model, in their order."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(Path(path).parts[-3], []).append(path)
    return groups
