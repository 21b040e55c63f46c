"""The numbers of a section as tables, whose columns follow the protocol and whose rows the switches."""

from dataclasses import dataclass

import numpy as np

from aepipe.analysis.statistics import Estimate
from aepipe.catalogue import Evaluation, Metric, Section
from aepipe.reporting.figures.colours import Entry
from aepipe.reporting.page.results import Results
from aepipe.reporting.tables import Column, columns


@dataclass(frozen=True)
class Cell:
    """A number as it is shown; `text` alone says that it has failed, or nothing where it is not measured."""

    protocol: str  # empty: the same under both
    text: str
    interval: str = ""
    best: bool = False


Rows = list[tuple[Entry, list[Cell]]]


@dataclass(frozen=True)
class Heading:
    """A column's heading, and which side of it is better."""

    protocol: str
    text: str
    arrow: str


@dataclass(frozen=True)
class Table:
    """A table with a row for each model; baselines are set apart."""

    title: str
    text: str
    headings: list[Heading]
    rows: Rows
    baselines: Rows


def tables(results: Results, evaluation: Evaluation) -> list[Table]:
    """A table for each section of which there is a number."""
    found = (table_of(results, evaluation, section) for section in evaluation.sections)
    return [table for table in found if table.headings]


def table_of(results: Results, evaluation: Evaluation, section: Section) -> Table:
    """The numbers of a section; columns without any are left out."""
    headings: list[Heading] = []
    cells: dict[str, list[Cell]] = {entry.name: [] for entry in [*results.entries, *results.baselines]}
    for column in columns(evaluation, section):
        found = column.estimates(results.metrics, results.confidence)
        if not found:
            continue
        side = column.metric.better
        protocol = column.protocol if evaluation.paper else ""
        headings.append(Heading(protocol, column.metric.short, column.metric.arrow))
        means = [found[name].mean for name in results.titles if name in found]
        best = {"higher": max, "lower": min}[side](means, default=np.nan) if side else np.nan
        for model, row in cells.items():
            row.append(cell(results, column, protocol, model, found.get(model), best))
    return Table(
        section.heading,
        section.about,
        headings,
        measured(results.entries, cells),
        measured(results.baselines, cells),
    )


def measured(entries: list[Entry], cells: dict[str, list[Cell]]) -> Rows:
    """The rows in which something is said."""
    return [(entry, cells[entry.name]) for entry in entries if any(cell.text for cell in cells[entry.name])]


def cell(results: Results, column: Column, protocol: str, model: str, found: Estimate | None, best: float) -> Cell:
    """One number, or why there is none."""
    if found is None:
        lost = model in results.lost and column.is_expected_of(model)
        return Cell(protocol, "failed" if lost else "")
    digits = column.metric.digits
    interval = f"[{found.low:.{digits}f}, {found.high:.{digits}f}]" if found.n > 1 else ""
    if found.n != len(results.seeds):
        interval = f"{interval} n = {found.n}".strip()
    return Cell(protocol, f"{found.mean:.{digits}f}", interval, best=model in results.titles and found.mean == best)


def missing(results: Results, evaluation: Evaluation) -> list[Metric]:
    """The metrics of an evaluation that no model has."""
    rows = results.metrics[results.metrics["evaluation"] == evaluation.name].dropna(subset="value")
    known = set(rows["metric"])
    return [metric for metric in evaluation.metrics if metric.name not in known]
