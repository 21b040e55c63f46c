"""Tidy metrics, a row per number, and the two protocols.

Hundreds of short jobs write a few rows each, so writing needs no pandas, which takes a third of a second to import.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
Metrics = dict[str, dict[str, float]]  # protocol -> metric -> number

COLUMNS = ["dataset", "model", "latent_dim", "held_out", "seed", "protocol", "evaluation", "metric", "value"]
KEY = COLUMNS[:-1]
#: Columns of text and of numbers that may be missing, of these tables and of those made of them.
NAMES = ("dataset", "model", "other", "held_out", "protocol", "evaluation", "metric", "contrast")
NUMBERS = ("value", "difference", "estimate", "low", "high")
#: How an evaluation is done: as published, or as it should be.
PROTOCOLS = ("paper", "corrected")
#: All that numbers are reported under: `tuned` is `corrected`, of networks with selected settings.
REPORTED = (*PROTOCOLS, "tuned")


def protocols(table: "pd.DataFrame") -> list[str]:
    """The protocols that a table has numbers of, in the order of REPORTED."""
    return [protocol for protocol in REPORTED if protocol in set(table["protocol"])]


def chosen(arrays: dict[str, np.ndarray], name: str, protocol: str) -> np.ndarray:
    """An array for a protocol: `paper` uses sampled codes, if there are any, and `corrected` mean codes."""
    return arrays.get(f"{name}_sampled", arrays[name]) if protocol == "paper" else arrays[name]


def tidy(run: Mapping[str, str], evaluation: str, values: Mapping[str, Mapping[str, float]]) -> list[Row]:
    """The numbers of one evaluation of one run as tidy rows.

    Args:
        run: the wildcards dataset, model, latent_dim, held_out ("none" becomes empty) and seed.
        evaluation: its name.
        values: protocol -> metric -> number.
    """
    identity = {name: run[name] for name in ("dataset", "model", "latent_dim", "held_out", "seed")}
    identity["held_out"] = identity["held_out"].replace("none", "")
    return [
        {**identity, "protocol": protocol, "evaluation": evaluation, "metric": metric, "value": float(value)}
        for protocol, numbers in values.items()
        for metric, value in numbers.items()
    ]


def write(rows: Sequence[Mapping[str, Any]], path: str | Path, columns: Sequence[str] = COLUMNS) -> None:
    """Writes rows with the same columns as CSV, with all digits; without rows, a header of `columns`."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0] if rows else columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_table(table: "pd.DataFrame", path: str | Path) -> None:
    """Writes a table as CSV, with all digits."""
    table.to_csv(path, index=False, lineterminator="\n")


def read(path: str | Path) -> "pd.DataFrame":
    """Reads a table of metrics, or of what is made of them; names are text, also `null` and `true`.

    `held_out` is a class, empty where none is held out.
    """
    import pandas as pd

    missing = {name: ["", "nan"] for name in NUMBERS}
    return pd.read_csv(path, dtype=dict.fromkeys(NAMES, str), keep_default_na=False, na_values=missing)
