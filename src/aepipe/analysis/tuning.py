"""Tuning: which trial is selected, and how much settings matter."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from aepipe.analysis.scores import by_protocol, chosen
from aepipe.catalogue import BASELINE_TITLES
from aepipe.config.grids import symbol, text
from aepipe.config.paths import number_of, tuned_for
from aepipe.errors import AepipeError
from aepipe.evaluation.metrics import read

#: Columns of the table of selected settings.
COLUMNS = ["model", "evaluation", "selected_by", "trial", "settings", "selected", "configured", "median", "worst"]


def select(tables: Iterable[pd.DataFrame], trials: Mapping[str, Any], by: Mapping[str, Any]) -> dict[str, Any]:
    """The best of some trials by the mean over their runs, with its network and training.

    Args:
        tables: the metrics of the trials' runs.
        trials: trial -> `values`, `network` and `training`; of several that are as good, the first is selected.
        by: `evaluation`, `metric`, and whether `lower` is better.

    Returns:
        `trial`, its `values`, `network` and `training`; `selected_by`, and the `scores` of all trials by it.

    Raises:
        AepipeError: no trial has a number.
    """
    rows = pd.concat(tables, ignore_index=True)
    rows = rows[(rows["evaluation"] == by["evaluation"]) & (rows["metric"] == by["metric"])]
    runs = rows[rows["protocol"] == "corrected"].pivot_table(
        index="model", columns=["held_out", "seed"], values="value", dropna=False
    )
    means = runs.mean(axis="columns", skipna=False).reindex(list(trials)).dropna()
    if means.empty:
        raise AepipeError(
            f"none of the trials {', '.join(trials)} has a number of {by['metric']} for each of its runs; narrow "
            "`tuning.space`, or the autoencoder's own `space`"
        )
    best = str(means.idxmin() if by["lower"] else means.idxmax())
    scores = {str(trial): float(score) for trial, score in means.items()}
    return {"trial": best, **trials[best], "selected_by": dict(by), "scores": scores}


def table(selected: Mapping[tuple[str, str], Mapping[str, Any]]) -> pd.DataFrame:
    """What was selected: a row for each network, with the spread of its trials' scores.

    Args:
        selected: autoencoder and the evaluation that it is tuned for -> what `select` gave.

    Returns:
        COLUMNS: `selected`, `configured`, `median` and `worst` are scores of trials, as in `selected_by`; the
        configured settings are the first trial, whose score may be missing.
    """
    rows = []
    for (model, evaluation), found in selected.items():
        by, scores = found["selected_by"], pd.Series(found["scores"])
        configured = [score for trial, score in found["scores"].items() if number_of(trial) == 0]
        rows.append(
            {
                "model": model,
                "evaluation": evaluation,
                "selected_by": by["metric"],
                "trial": number_of(found["trial"]),
                "settings": in_words(found["values"]),
                "selected": scores[found["trial"]],
                "configured": configured[0] if configured else float("nan"),
                "median": scores.median(),
                "worst": scores.max() if by["lower"] else scores.min(),
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def in_words(values: Mapping[str, Any]) -> str:
    """The settings of a trial."""
    return ", ".join(f"{symbol(axis)} = {text(value)}" for axis, value in values.items()) or "as configured"


def seconds_spent(*tables: pd.DataFrame) -> float:
    """The sum of all training times in some tables."""
    return float(sum(table.loc[table["metric"] == "seconds", "value"].sum() for table in tables))


def mean_seconds(tables: Iterable[pd.DataFrame]) -> dict[tuple[str, str], float]:
    """Autoencoder and evaluation -> the mean training time of its tuned network, of the tables of their runs."""
    known = list(tables)
    if not known:
        return {}
    rows = pd.concat(known, ignore_index=True)
    means = rows[rows["metric"] == "seconds"].groupby("model")["value"].mean()
    return {tuned_for(str(network)): float(value) for network, value in means.items()}


def with_tuned(metrics: pd.DataFrame, paths: Iterable[str], saved: Iterable[str] = (), **wanted: Any) -> pd.DataFrame:
    """The metrics of a bake-off, and those under the protocol `tuned`, where baselines are as under `corrected`.

    Args:
        metrics: of the bake-off.
        paths: of the tables of tuned networks.
        saved: tables of earlier runs, of which tuned rows are taken.
        wanted: see `aepipe.analysis.scores.gather`.
    """
    tuned = [by_protocol(read(path), ()) for path in paths]
    for path in saved:
        kept = chosen(read(path), **wanted)
        tuned.append(kept[(kept["protocol"] == "tuned") & ~kept["model"].isin(list(BASELINE_TITLES))])
    baselines = metrics[metrics["model"].isin(list(BASELINE_TITLES)) & (metrics["protocol"] == "corrected")]
    return pd.concat([metrics, *tuned, baselines.assign(protocol="tuned")], ignore_index=True)
