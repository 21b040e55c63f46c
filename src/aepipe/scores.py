"""The scores of a bake-off: gathered from its cells, selected, and those that were published."""

from collections.abc import Iterable

import pandas as pd

from aepipe.metrics import KEY, read


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
