"""Tidy metrics: a row for every number."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

COLUMNS = [
    "dataset",
    "model",
    "latent_dim",
    "left_out",
    "seed",
    "protocol",
    "evaluation",
    "metric",
    "value",
]
KEY = COLUMNS[:-1]


def tidy(cell: Mapping[str, str], evaluation: str, values: Mapping[str, float]) -> pd.DataFrame:
    """The numbers of one evaluation of one cell as tidy rows.

    Args:
        cell: dataset, model, latent_dim, left_out ("none" becomes empty) and seed, as a job's wildcards give them.
        evaluation: what the numbers are of.
        values: metric -> number.
    """
    identity = {name: cell[name] for name in ("dataset", "model", "latent_dim", "left_out", "seed")}
    identity["left_out"] = identity["left_out"].replace("none", "")
    rows = [
        {**identity, "protocol": "paper", "evaluation": evaluation, "metric": metric, "value": float(value)}
        for metric, value in values.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def write(table: pd.DataFrame, path: str | Path) -> None:
    """Writes a table as CSV, with every digit of its numbers."""
    table.to_csv(path, index=False, lineterminator="\n")


def read(path: str | Path) -> pd.DataFrame:
    """Reads a table of metrics; `left_out` is text, empty where no class is left out."""
    return pd.read_csv(path, dtype={"left_out": str}, keep_default_na=False, na_values={"value": ["", "nan"]})


def gather(paths: Iterable[str]) -> pd.DataFrame:
    """All rows of many tables, in the order of the tables; ValueError where two rows have the same key."""
    table = pd.concat([read(path) for path in paths], ignore_index=True)
    doubles = table[table.duplicated(KEY, keep=False)]
    if len(doubles):
        raise ValueError(f"metrics given twice:\n{doubles.to_string(index=False)}")
    return table


def of_representation(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the cells that see every class."""
    return table[table["left_out"] == ""]


def read_published(path: str, source: str) -> pd.DataFrame:
    """The article's figures for a source of images: model, evaluation, metric, value; empty where it has none."""
    table = pd.read_csv(path)
    return table[table["source"] == source]


def by_model(table: pd.DataFrame, metric: str) -> dict[str, float]:
    """Model -> mean value of a metric."""
    values = table[table["metric"] == metric].groupby("model")["value"].mean()
    return {str(model): float(value) for model, value in values.items()}
