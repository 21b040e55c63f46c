"""Markdown pages: text, tables with the baselines set apart below the autoencoders, and the runs that failed."""

from collections.abc import Iterable, Sequence

import pandas as pd

from aepipe.analysis.statistics import Estimate
from aepipe.catalogue import BASELINE_TITLES

#: Runs without numbers, as `aepipe.provenance.failures.described` gives them.
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


def table_of_models(texts: pd.DataFrame, titles: dict[str, str], failed: Failed = ()) -> str:
    """A table with a row for each model: the autoencoders in their order, below a line the baselines that have numbers.

    Args:
        texts: model -> texts.
        titles: autoencoder -> its name in tables.
        failed: marks with † the models of these runs.
    """
    lost = {failure["model"] for failure in failed}
    names = {model: f"{label} †" if model in lost else label for model, label in (titles | BASELINE_TITLES).items()}
    baselines = [model for model in BASELINE_TITLES if model in texts.index and (texts.loc[model] != "").any()]
    parts = [texts.reindex(list(titles), fill_value="").rename(index=names)]
    if baselines:
        line = pd.DataFrame("", index=["**Baselines**"], columns=texts.columns)
        parts += [line, texts.loc[baselines].rename(index=names)]
    return table(pd.concat(parts).reset_index(names="Autoencoder"))


def page(title: str, *parts: str, failed: Failed = ()) -> str:
    """A page of paragraphs and tables, with the reasons of failed runs at its end."""
    text = "\n\n".join([f"# {title}", *(part.strip() for part in parts if part.strip())])
    notes = "".join(f"- {failure['run']}: {failure['reason']}\n" for failure in failed)
    below = f"\n† Without these runs, which failed:\n\n{notes}" if failed else ""
    return f"{text}\n{below}"


def listed(items: Iterable[str]) -> str:
    """A list with a bullet for each item."""
    return "\n".join(f"- {item}" for item in items)
