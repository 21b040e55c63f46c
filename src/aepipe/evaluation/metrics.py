"""Tidy metrics: a row for every number.

Hundreds of short jobs write a few rows each: they need no pandas, which takes a third of a second to import.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]

COLUMNS = [
    "dataset",
    "model",
    "latent_dim",
    "held_out",
    "seed",
    "protocol",
    "evaluation",
    "metric",
    "value",
]
KEY = COLUMNS[:-1]
#: How an evaluation is done: as published, or as it should be.
PROTOCOLS = ("paper", "corrected")


def tidy(run: Mapping[str, str], evaluation: str, values: Mapping[str, Mapping[str, float]]) -> list[Row]:
    """The numbers of one evaluation of one run as tidy rows.

    Args:
        run: dataset, model, latent_dim, held_out ("none" becomes empty) and seed, as a job's wildcards give them.
        evaluation: what the numbers are of.
        values: protocol -> metric -> number.
    """
    identity = {name: run[name] for name in ("dataset", "model", "latent_dim", "held_out", "seed")}
    identity["held_out"] = identity["held_out"].replace("none", "")
    return [
        {**identity, "protocol": protocol, "evaluation": evaluation, "metric": metric, "value": float(value)}
        for protocol, numbers in values.items()
        for metric, value in numbers.items()
    ]


def write(rows: Sequence[Mapping[str, Any]], path: str | Path) -> None:
    """Writes rows of the same columns as CSV, with every digit; of no rows, the heading of metrics."""
    with Path(path).open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0] if rows else COLUMNS), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_table(table: "pd.DataFrame", path: str | Path) -> None:
    """Writes a table as CSV, with every digit of its numbers."""
    table.to_csv(path, index=False, lineterminator="\n")


def read(path: str | Path) -> "pd.DataFrame":
    """Reads a table of metrics; `held_out` is text, empty where no class is left out."""
    import pandas as pd

    return pd.read_csv(path, dtype={"held_out": str}, keep_default_na=False, na_values={"value": ["", "nan"]})
