"""Numbers of earlier runs, which need not be computed again.

Imported by the Snakefile, so nothing here imports pandas.
"""

import csv
from functools import cache
from pathlib import Path

from aepipe.config.configuration import Run


def file(folder: str | None, dataset: str, name: str) -> str | None:
    """<folder>/<dataset>/<name>, or None where there is no folder or no such file."""
    path = Path(folder or "", dataset, name)
    return str(path) if folder and path.is_file() else None


def runs(folder: str | None, dataset: str, name: str) -> frozenset[Run]:
    """The runs of which that table of metrics has numbers."""
    path = file(folder, dataset, name)
    return read(path) if path else frozenset()


@cache
def read(path: str) -> frozenset[Run]:
    """The runs of which a table of metrics has numbers."""
    with Path(path).open(newline="") as table:
        return frozenset(
            Run(row["dataset"], row["model"], int(row["latent_dim"]), row["held_out"] or "none", int(row["seed"]))
            for row in csv.DictReader(table)
        )
