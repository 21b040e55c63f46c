"""Markdown pages: text, tables with the baselines below the autoencoders, and the failed runs."""

import re
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from aepipe.analysis.statistics import Estimate
from aepipe.catalogue import BASELINE_TITLES
from aepipe.errors import printable

#: What Markdown and HTML may take for more than text; underscores inside of words are safe.
SPECIAL = re.compile(r"[\\`*\[\]<>&|~$#]|(?<![^\W_])_|_(?![^\W_])")
#: What makes a list of a line that begins with it.
BULLET = re.compile(r"^(\d*)([-+.)])")
#: With fewer test images, the standard error of a share is above 5 %.
FEW_TEST_IMAGES = 100
#: Runs without results, from `aepipe.provenance.failures.described`.
Failed = Sequence[dict[str, str]]


def plain(text: str) -> str:
    """Text from outside as Markdown that shows it as it is, in a line, a heading or a table."""
    return BULLET.sub(r"\1\\\2", SPECIAL.sub(r"\\\g<0>", printable(text).strip()))


def plain_titles(titles: Mapping[str, str]) -> dict[str, str]:
    """Model -> title, as Markdown."""
    return {model: plain(title) for model, title in titles.items()}


def number(estimate: Estimate, digits: int, seeds: int) -> str:
    """A mean with its interval, and its number of seeds where that is not the page's; empty without a mean."""
    if estimate.n == 0:
        return ""
    return with_interval(estimate, f".{digits}f") + (f" (n = {estimate.n})" if estimate.n != seeds else "")


def with_interval(estimate: Estimate, form: str) -> str:
    """A mean with its interval in brackets, if there is one; `form` is the format of the numbers."""
    return " ".join(filter(None, [format(estimate.mean, form), brackets(estimate, form)]))


def brackets(estimate: Estimate, form: str) -> str:
    """An interval in brackets; empty where there is none."""
    return f"[{estimate.low:{form}}, {estimate.high:{form}}]" if estimate.n > 1 else ""


def marked(text: str, difference: Estimate) -> str:
    """The text of a difference, in bold where its interval excludes 0."""
    return f"**{text}**" if difference.holds(0) is False else text


def about_intervals(seeds: int, confidence: float) -> str:
    """The meaning of the brackets on a page."""
    if seeds < 2:
        return "One seed, so no interval."
    return f"Means over {seeds} seeds [t-interval of the mean, {confidence:.0%}]."


def about_test_images(count: int | None) -> str:
    """What so few test images mean for scores; empty where they are enough, or their number is not known."""
    if count is None or count >= FEW_TEST_IMAGES:
        return ""
    return (
        f"There are only {count} test images: scores of so few mean little, since each is {1 / count:.1%} of a share "
        "such as the accuracy. Intervals cover this for scores that are means over test images; more seeds don't help."
    )


def table(rows: pd.DataFrame, left: int = 1) -> str:
    """A table of texts; the first `left` columns are aligned to the left, the others to the right."""
    alignment = ("left",) * left + ("right",) * (rows.shape[1] - left)
    return str(rows.to_markdown(index=False, disable_numparse=True, colalign=alignment))


def table_of_models(texts: pd.DataFrame, titles: dict[str, str], failed: Failed = ()) -> str:
    """A table with a row for each model: the autoencoders in their order, then the baselines that have numbers.

    `texts` have a row for each model; models of `failed` runs are marked with †.
    """
    lost = {failure["model"] for failure in failed}
    names = {model: f"{title} †" if model in lost else title for model, title in (titles | BASELINE_TITLES).items()}
    baselines = [model for model in BASELINE_TITLES if model in texts.index and (texts.loc[model] != "").any()]
    parts = [texts.reindex(list(titles), fill_value="").rename(index=names)]
    if baselines:
        line = pd.DataFrame("", index=["**Baselines**"], columns=texts.columns)
        parts += [line, texts.loc[baselines].rename(index=names)]
    return table(pd.concat(parts).reset_index(names="Autoencoder"))


def page(title: str, *parts: str, failed: Failed = ()) -> str:
    """A page of paragraphs and tables, with the reasons of failures at its end."""
    text = "\n\n".join([f"# {title}", *(part.strip() for part in parts if part.strip())])
    notes = "".join(f"- {plain(failure['run'])}: {plain(failure['reason'])}\n" for failure in failed)
    below = f"\n† Without these failed runs:\n\n{notes}" if failed else ""
    return f"{text}\n{below}"


def listed(items: Iterable[str]) -> str:
    """A list with a bullet for each item."""
    return "\n".join(f"- {item}" for item in items)
