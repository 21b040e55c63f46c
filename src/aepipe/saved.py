"""Numbers of earlier runs, which need not be computed again.

Imported by the Snakefile, so nothing here imports pandas.
"""

import csv
from functools import cache
from pathlib import Path

from aepipe.configuration import Cell


def cells(folder: str | None, dataset: str, file: str = "metrics.csv") -> frozenset[Cell]:
    """The cells of which <folder>/<dataset>/<file> has numbers; none where there is no folder or no such file."""
    path = Path(folder or "", dataset, file)
    return read(path) if folder and path.is_file() else frozenset()


@cache
def read(path: Path) -> frozenset[Cell]:
    """The cells whose numbers a table of metrics has."""
    with path.open(newline="") as file:
        return frozenset(
            Cell(row["dataset"], row["model"], int(row["latent_dim"]), row["left_out"] or "none", int(row["seed"]))
            for row in csv.DictReader(file)
        )
