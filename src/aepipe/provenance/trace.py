"""Where a number comes from: `python -m aepipe.provenance.trace results/digits/metrics.csv model=vae`.

Prints the rows that are asked for, and the record of each job behind them, from a run's metrics back to the images.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pandas as pd
import yaml

from aepipe.config.paths import autoencoder_of, protocols_of, run_of
from aepipe.errors import AepipeError
from aepipe.evaluation import metrics
from aepipe.provenance import records


def main(arguments: list[str]) -> None:
    """Prints where rows of a metrics.csv, or any other result, come from.

    Raises:
        DamagedFileError: a file on the way is not what its job wrote.
        AepipeError: there is no such file or row, or no record.
    """
    parser = argparse.ArgumentParser(
        prog="python -m aepipe.provenance.trace", description="Says where a result comes from."
    )
    parser.add_argument("path", help="a metrics.csv, or any other file under results/")
    parser.add_argument("filters", nargs="*", metavar="column=value", help="which rows of metrics.csv")
    asked = parser.parse_args(arguments)
    path = os.path.relpath(asked.path)
    if not Path(path).is_file():
        raise AepipeError(f"{path} is no file here: give one under results/, in the folder of the workflow.")
    if Path(path).parent.name == records.FOLDER:
        raise AepipeError(f"{path} is a record itself: give a result, such as one of its `outputs`.")
    results = records.results_of(path)
    records.checked([path], results)
    paths = [path]
    if asked.filters:
        if Path(path).name != "metrics.csv":
            raise AepipeError(f"{path} is no metrics.csv: only that has rows to choose.")
        rows = select(metrics.read(path), asked.filters)
        print(rows.to_string(index=False))
        made = records.maker(path, results)
        if made is None:
            raise AepipeError(f"{path} has no record: no result of this workflow, or not called in its folder.")
        paths = sorted({file_of_row(row, made["inputs"]) for row in rows.to_dict("records")})
    for record in origins(paths):
        records.checked(record["inputs"], results)
        print()
        print(yaml.safe_dump(record, sort_keys=False), end="")


def select(table: pd.DataFrame, filters: list[str]) -> pd.DataFrame:
    """The rows of metrics in which each `column=value` holds; AepipeError where there are none."""
    for item in filters:
        column, equals, value = item.partition("=")
        if column not in metrics.KEY or not equals:
            raise AepipeError(f"{item}: give column=value; the columns are {', '.join(metrics.KEY)}.")
        chosen = table[table[column].astype(str) == value]
        if chosen.empty:
            raise AepipeError(f"{item}: no such row; {column} is one of {', '.join(map(str, table[column].unique()))}.")
        table = chosen
    return table


def file_of_row(row: dict, gathered: Iterable[str]) -> str:
    """Which of the `gathered` tables a row of metrics.csv is from: mostly one of its run's, else one of many runs.

    A run's rows have the name of the network, and the protocol that it is measured under.
    """
    gathered = list(gathered)
    runs = {path: run_of(path) for path in gathered if "/runs/" in path}
    others = [path for path in gathered if path not in runs]
    networks = dict.fromkeys([*(run["model"] for run in runs.values()), row["model"]])
    for network in networks:
        if autoencoder_of(network) != row["model"]:
            continue
        run = {"model": network, "latent_dim": str(row["latent_dim"]), "seed": str(row["seed"])}
        run["held_out"] = row["held_out"] or "none"
        own = [path for path in runs if runs[path] == run]
        for measured, reported in protocols_of(network, networks).items():
            key = tuple({**row, "model": network, "protocol": measured}[name] for name in metrics.KEY)
            if reported == row["protocol"]:
                for path in own + others:
                    if key in keys(path):
                        return path
    if row["protocol"] == "tuned":  # of a baseline, whose numbers are those under `corrected`
        return file_of_row({**row, "protocol": "corrected"}, gathered)
    raise AepipeError(f"no table of a run has the row {tuple(row[name] for name in metrics.KEY)}.")


@cache
def keys(path: str) -> frozenset[tuple]:
    """The keys of a table's rows."""
    return frozenset(metrics.read(path)[metrics.KEY].itertuples(index=False, name=None))


def origins(paths: list[str]) -> Iterator[records.Record]:
    """The records behind files, each once: first of the jobs that made them, then of those that made their inputs.

    Raises:
        AepipeError: a file has no record.
    """
    waiting, seen, results = list(paths), set(), records.results_of(paths[0])
    while waiting:
        path = waiting.pop(0)
        record = records.maker(path, results)
        if record is None and records.folder_of(path, results) is None and path not in paths:
            continue  # no result: it came with the project
        if record is None:
            raise AepipeError(f"{path} has no record: no result of this workflow, or not called in its folder.")
        job = (record["rule"], *record["wildcards"].values())
        if job not in seen:
            seen.add(job)
            yield record
            waiting += record["inputs"]


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (AepipeError, OSError) as error:
        sys.exit(str(error))
