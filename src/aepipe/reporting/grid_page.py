"""The table of a grid: its points by their settings, with every metric under both protocols."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from aepipe import catalogue
from aepipe.analysis.image_variance import NOT_KNOWN
from aepipe.catalogue import Evaluation
from aepipe.config.grids import symbol, text
from aepipe.reporting.markdown import Failed, about_intervals, page, plain, table
from aepipe.reporting.tables import MARKS, Column, columns, numbers

#: Point -> the name of its entry, `of`, and its `values` by axis, as in `aepipe.config.configuration.points`.
Points = Mapping[str, Mapping[str, Any]]


def points_table(points: Points) -> pd.DataFrame:
    """A row for each point: `model`, as in the metrics, `entry`, and a column for each axis."""
    rows = [{"model": name, "entry": point["of"], **point["values"]} for name, point in points.items()]
    return pd.DataFrame(rows, dtype=object)  # or 2 of a model would be 2.0, where others have no such setting


def page_of(
    metrics: pd.DataFrame, titles: dict[str, str], points: Points, failed: Failed = (), confidence: float = 0.95
) -> str:
    """A table for each entry with a grid and each group of metrics.

    Args:
        metrics: tidy, of all points.
        titles: entry -> title.
        points: of all grids.
        failed: runs without results, from `aepipe.provenance.failures`.
        confidence: of the intervals.
    """
    parts = [
        f"{about_intervals(metrics['seed'].nunique(), confidence)} Bold: the best mean of a grid. `metrics.csv` has "
        "every number, `points.csv` the settings of each of its models."
    ]
    for entry, title in titles.items():
        own = {name: point["values"] for name, point in points.items() if point["of"] == entry}
        rows = metrics[metrics["model"].isin(list(own))]
        settings = pd.DataFrame(
            {symbol(axis): [text(values[axis]) for values in own.values()] for axis in next(iter(own.values()))},
            index=list(own),
        )
        parts.append(f"## {plain(title)}")
        for evaluation in catalogue.EVALUATIONS:
            for heading, shown in tables_of(evaluation):
                texts = numbers(rows, shown, dict.fromkeys(own, ""), failed, confidence, NOT_KNOWN)
                if texts.shape[1]:
                    marked = {column.heading: best(column, rows, texts) for column in shown if column.heading in texts}
                    body = settings.join(pd.DataFrame(marked))
                    parts += [f"### {heading}", table(body, left=settings.shape[1])]
    return page("The grid", *parts, failed=failed)


def tables_of(evaluation: Evaluation) -> Iterator[tuple[str, list[Column]]]:
    """The headings and columns of an evaluation's tables."""
    for section in evaluation.sections:
        heading = evaluation.title if len(evaluation.sections) == 1 else f"{evaluation.title}: {section.heading}"
        yield heading, [column for column in columns(evaluation, section) if column.protocol in evaluation.protocols]


def best(column: Column, metrics: pd.DataFrame, texts: pd.DataFrame) -> pd.Series:
    """The texts of a column, with that of the best mean in bold."""
    marks = column.marks(metrics, texts.index)
    shown = texts[column.heading].to_dict()
    return pd.Series({name: MARKS[marks.get(str(name), "")].format(own) for name, own in shown.items()}, dtype=str)
