"""Markdown pages: text, tables with the controls set apart below the autoencoders, and the cells that failed."""

from collections.abc import Iterable, Sequence

import pandas as pd

from aepipe.analysis.statistics import Estimate
from aepipe.controls import CONTROLS

#: Cells without numbers, as `aepipe.provenance.failures.described` gives them.
Failed = Sequence[dict[str, str]]


def number(estimate: Estimate, digits: int, seeds: int) -> str:
    """A mean with its interval; the number of seeds where it is not that of the whole page; nothing without a mean."""
    if estimate.n == 0:
        return ""
    text = f"{estimate.mean:.{digits}f}"
    if estimate.n > 1:
        text += f" [{estimate.low:.{digits}f}, {estimate.high:.{digits}f}]"
    return text + (f" (n = {estimate.n})" if estimate.n != seeds else "")


def about_intervals(seeds: int, confidence: float) -> str:
    """What stands in brackets behind the means of a page."""
    if seeds < 2:
        return "One seed, so no interval."
    return f"Means over {seeds} seeds [t-interval of the mean, {confidence:.0%}]."


def table(rows: pd.DataFrame, left: int = 1) -> str:
    """A table of texts: its first columns, as many as `left`, to the left, the others to the right."""
    alignment = ("left",) * left + ("right",) * (rows.shape[1] - left)
    return str(rows.to_markdown(index=False, disable_numparse=True, colalign=alignment))


def table_of_models(texts: pd.DataFrame, labels: dict[str, str], failed: Failed = ()) -> str:
    """A table with a row for each model: the autoencoders in their order, below a line the controls that have numbers.

    Args:
        texts: model -> texts.
        labels: autoencoder -> its name in tables.
        failed: marks with † the models of these cells.
    """
    lost = {failure["model"] for failure in failed}
    names = {model: f"{label} †" if model in lost else label for model, label in (labels | CONTROLS).items()}
    controls = [model for model in CONTROLS if model in texts.index and (texts.loc[model] != "").any()]
    parts = [texts.reindex(list(labels), fill_value="").rename(index=names)]
    if controls:
        line = pd.DataFrame("", index=["**Controls**"], columns=texts.columns)
        parts += [line, texts.loc[controls].rename(index=names)]
    return table(pd.concat(parts).reset_index(names="Autoencoder"))


def page(title: str, *parts: str, failed: Failed = ()) -> str:
    """A page of paragraphs and tables, with the reasons of failed cells at its end."""
    text = "\n\n".join([f"# {title}", *(part.strip() for part in parts if part.strip())])
    notes = "".join(f"- {failure['cell']}: {failure['reason']}\n" for failure in failed)
    below = f"\n† Without these cells, which failed:\n\n{notes}" if failed else ""
    return f"{text}\n{below}"


def listed(items: Iterable[str]) -> str:
    """A list with a bullet for each item."""
    return "\n".join(f"- {item}" for item in items)
