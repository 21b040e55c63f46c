"""Gathers the scores of a bake-off from its runs, and selects some."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from aepipe.config.paths import autoencoder_of, protocols_of
from aepipe.evaluation.metrics import KEY, read

#: Metric -> model -> the article's figure.
Published = Mapping[str, Mapping[str, float]]


def gather(paths: Iterable[str], saved: Iterable[str] = (), wanted: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """All rows of many tables, in the order of the tables.

    An autoencoder that has a network of its own under the protocol `paper` takes its numbers under `paper` from that,
    and all others from the other one.

    Args:
        paths: of the tables.
        saved: tables of earlier runs, of which the `wanted` rows are taken.
        wanted: `models`, `seeds`, and `kinds`: pairs of latent dimension and held-out class (or "none").

    Raises:
        ValueError: two rows have the same key.
    """
    kept = [chosen(read(path), **wanted) for path in saved] if wanted else []
    tables = [read(path) for path in paths]
    networks = {*(wanted or {}).get("models", []), *(model for table in tables for model in table["model"])}
    table = pd.concat([*(by_protocol(table, networks) for table in tables), *kept], ignore_index=True)
    doubles = table[table.duplicated(KEY, keep=False)]
    if len(doubles):
        raise ValueError(f"metrics given twice:\n{doubles.to_string(index=False)}")
    return table


def by_protocol(table: pd.DataFrame, models: Iterable[str]) -> pd.DataFrame:
    """The rows of each network under the protocols that it is for, with its autoencoder's name; `models` are all."""
    known = set(models)
    protocols = {network: protocols_of(network, known) for network in table["model"].unique()}
    rows = zip(table["model"], table["protocol"], strict=True)
    reported = [protocols[network].get(protocol, "") for network, protocol in rows]
    found = table.assign(model=table["model"].map(autoencoder_of), protocol=reported)
    return found[found["protocol"] != ""]


def chosen(table: pd.DataFrame, models: list[str], seeds: list[int], kinds: list[tuple[int, str]]) -> pd.DataFrame:
    """The rows of some models, seeds and kinds of runs; see `gather`."""
    wanted = {tuple(kind) for kind in kinds}
    found = zip(table["latent_dim"], table["held_out"].replace("", "none"), strict=True)
    of_kind = pd.Series([kind in wanted for kind in found], index=table.index)
    return table[of_kind & table["model"].isin(models) & table["seed"].isin(seeds)]


def of_representation(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the runs trained on all classes."""
    return table[table["held_out"] == ""]


def wide(table: pd.DataFrame, protocol: str, evaluation: str, metric: str) -> pd.DataFrame:
    """A metric with a row for each seed and a column for each model.

    Anomaly detection is averaged over the held-out classes; NaN where a model lacks one. Other evaluations are of the
    runs trained on all classes.
    """
    rows = table if evaluation == "anomaly" else of_representation(table)
    rows = rows[(rows["protocol"] == protocol) & (rows["evaluation"] == evaluation) & (rows["metric"] == metric)]
    runs = rows.pivot(index=["seed", "held_out"], columns="model", values="value")
    return runs.groupby(level="seed").mean(skipna=False)


def published_of(rows: Sequence[Mapping[str, str]], evaluation: str, held_out: str = "") -> Published:
    """The article's figures of an evaluation, of the rows from `aepipe.config.settings.published`."""
    found: dict[str, dict[str, float]] = {}
    for own in rows:
        if own["evaluation"] == evaluation and own["held_out"] == held_out:
            found.setdefault(own["metric"], {})[own["model"]] = float(own["value"])
    return found
