"""The numbers of a section as tables, whose columns follow the protocol and whose rows the switches."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from aepipe.analysis.statistics import Estimate
from aepipe.reporting.figures.colours import Entry
from aepipe.reporting.figures.measures import Measure, Measures
from aepipe.reporting.page.results import Results
from aepipe.reporting.tables import Column, Section


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


def tables(results: Results, sections: Iterable[Section], measures: Measures) -> list[Table]:
    """A table for each section of which there is a number."""
    better = {measure.metric: measure.better for line in measures.values() for measure in line}
    return [table for section in sections if (table := table_of(results, section, better)).headings]


def table_of(results: Results, section: Section, better: dict[str, str]) -> Table:
    """The numbers of a section; columns without any are left out."""
    headings: list[Heading] = []
    cells: dict[str, list[Cell]] = {entry.name: [] for entry in [*results.entries, *results.baselines]}
    for column in section.columns:
        found = column.estimates(results.metrics, results.confidence)
        if not found:
            continue
        side = better.get(column.metric, "")
        protocol = "" if column.evaluation == "training" else column.protocol
        name = column.heading.replace(f", {column.protocol}", "")
        headings.append(Heading(protocol, name, {"higher": "↑", "lower": "↓", "": ""}[side]))
        means = [found[name].mean for name in results.titles if name in found]
        best = {"higher": max, "lower": min}[side](means, default=np.nan) if side else np.nan
        for model, row in cells.items():
            row.append(cell(results, column, protocol, model, found.get(model), best))
    return Table(
        section.heading,
        section.text,
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
    digits = column.digits
    interval = f"[{found.low:.{digits}f}, {found.high:.{digits}f}]" if found.n > 1 else ""
    if found.n != len(results.seeds):
        interval = f"{interval} n = {found.n}".strip()
    return Cell(protocol, f"{found.mean:.{digits}f}", interval, best=model in results.titles and found.mean == best)


def missing(results: Results, evaluation: str, measures: Measures) -> list[Measure]:
    """The measures of an evaluation that no model has."""
    rows = results.metrics[results.metrics["evaluation"] == evaluation].dropna(subset="value")
    known = set(rows["metric"])
    return [measure for line in measures.values() for measure in line if measure.metric not in known]
