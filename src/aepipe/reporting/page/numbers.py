"""The scores of a section as tables: the page shows the columns of one protocol, and the rows that are switched on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from aepipe.analysis.image_variance import NOT_KNOWN, ImageVariance
from aepipe.analysis.statistics import Estimate
from aepipe.catalogue import Evaluation, Metric
from aepipe.reporting.figures.colours import Entry
from aepipe.reporting.markdown import brackets
from aepipe.reporting.page.results import Results
from aepipe.reporting.tables import Column, columns


@dataclass(frozen=True)
class Cell:
    """A number as shown; `text` may be `failed`, or empty where nothing is measured."""

    protocol: str  # empty where the protocols don't differ
    text: str
    interval: str = ""
    mark: str = ""  # of `aepipe.reporting.tables`


Rows = list[tuple[Entry, list[Cell]]]


@dataclass(frozen=True)
class Table:
    """A table with a row for each model."""

    heading: str
    about: str
    columns: list[Column]
    rows: Rows
    baselines: Rows


def tables(results: Results, evaluation: Evaluation) -> list[Table]:
    """A table for each section or, `by_class`, each class that has numbers, without empty columns and rows."""
    if not by_class(results, evaluation):
        return list(tables_of(results, results.metrics, evaluation, results.image_variance))
    return [
        replace(table, heading=name, about="" if place else table.about)
        for place, (label, name) in enumerate(results.classes_held_out.items())
        for table in tables_of(results, results.metrics[results.metrics["held_out"] == label], evaluation, NOT_KNOWN)
    ]


def by_class(results: Results, evaluation: Evaluation) -> bool:
    """Whether an evaluation is shown class by class, as that of all classes together is another one."""
    return evaluation.roles == ("anomaly",) and not results.has_labels and bool(results.classes_held_out)


def tables_of(
    results: Results, metrics: pd.DataFrame, evaluation: Evaluation, variance: ImageVariance
) -> Iterator[Table]:
    """A table of some metrics for each section."""
    for section in evaluation.sections:
        estimates = {
            column: own
            for column in columns(evaluation, section, results.protocols)
            if (own := column.estimates(metrics, results.confidence, variance))
        }
        marks = {column: column.marks(metrics, results.titles) for column in estimates}
        cells = {
            entry.name: [cell(results, column, entry.name, own, marks[column]) for column, own in estimates.items()]
            for entry in results.every
        }
        shown, baselines = (
            [(entry, cells[entry.name]) for entry in entries if any(cell.text for cell in cells[entry.name])]
            for entries in (results.entries, results.baselines)
        )
        if estimates:
            about = section.about_shown(column.metric.name for column in estimates)
            yield Table(section.heading, about, list(estimates), shown, baselines)


def cell(results: Results, column: Column, model: str, found: dict[str, Estimate], marks: dict[str, str]) -> Cell:
    """A model's number, or why there is none."""
    if model not in found:
        return Cell(column.under, column.without(model, results.lost))
    own, form = found[model], f".{column.metric.digits}f"
    seeds = f"n = {own.n}" if own.n != len(results.seeds) else ""
    interval = f"{brackets(own, form)} {seeds}".strip()
    return Cell(column.under, f"{own.mean:{form}}", interval, marks.get(model, ""))


def missing(results: Results, evaluation: Evaluation) -> list[Metric]:
    """The metrics of an evaluation that no model has, without those that not all data sets can have."""
    if by_class(results, evaluation):
        return []
    rows = results.metrics[results.metrics["evaluation"] == evaluation.name].dropna(subset="value")
    known = set(rows["metric"])
    return [metric for metric in evaluation.metrics if metric.name not in known and not metric.of_some]
