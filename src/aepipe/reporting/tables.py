"""Markdown tables of the metrics: both protocols side by side, baselines below, the article's figures beside ours.

Arguments that all pages share: `titles` (autoencoder -> title, in their order), `failed` (runs without results, from
`aepipe.provenance.failures`), `confidence` of the intervals, `has_labels`, and the number of `test_images`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from aepipe import catalogue
from aepipe.analysis.comparisons import competing
from aepipe.analysis.scores import Published, of_representation, published_of, wide
from aepipe.analysis.statistics import Estimate, mean_interval, prediction_interval
from aepipe.catalogue import BASELINE_TITLES, HIGHER, RIVAL_TITLES, Evaluation, Metric, Section
from aepipe.evaluation.metrics import PROTOCOLS
from aepipe.reporting.markdown import (
    Failed,
    about_intervals,
    about_test_images,
    number,
    page,
    plain,
    plain_titles,
    table_of_models,
)
from aepipe.reporting.names import first_of

#: Marks of numbers, and how Markdown shows them.
BEST, SECOND = "best", "best-autoencoder"
MARKS = {BEST: "**{}**", SECOND: "*{}*", "": "{}"}
ABOUT_MARKS = (
    "Bold: the best of a column, baselines included but for real images, which are a point of reference. Italic: the "
    "best autoencoder, where a baseline is better."
)
PROTOCOL_TITLES = {"paper": "As published (`paper`)", "corrected": "As it should be done (`corrected`)"}


@dataclass(frozen=True)
class Column:
    """A metric under a protocol."""

    evaluation: Evaluation
    metric: Metric
    protocol: str

    @property
    def under(self) -> str:
        """The protocol; empty where the protocols don't differ."""
        return self.protocol if self.evaluation.paper else ""

    @property
    def heading(self) -> str:
        """The metric's name, and the protocol where they differ."""
        return ", ".join(filter(None, [self.metric.short, self.under]))

    def estimates(
        self, metrics: pd.DataFrame, confidence: float, of: Callable[..., Estimate] = mean_interval
    ) -> dict[str, Estimate]:
        """Model -> its mean over seeds with an interval."""
        values = wide(metrics, self.protocol, self.evaluation.name, self.metric.name)
        return {
            str(model): of(values[model], confidence).within(self.metric.range)
            for model in values
            if values[model].notna().any()
        }

    def marks(self, metrics: pd.DataFrame, titles: Iterable[str]) -> dict[str, str]:
        """Model -> BEST: the best mean, baselines included; or SECOND: the best autoencoder, if a baseline is better.

        Empty where neither side is better.
        """
        means = competing(metrics, self.protocol, self.evaluation.name, self.metric).mean().dropna()
        autoencoders = means[means.index.isin(list(titles))]
        rivals = [name for name in RIVAL_TITLES if name != self.metric.given]
        every = means[means.index.isin([*autoencoders.index, *rivals])]
        if not self.metric.better or autoencoders.empty:
            return {}
        best, own = (
            {str(model) for model in of.index[of == (of.max() if self.metric.better == HIGHER else of.min())]}
            for of in (every, autoencoders)
        )
        return dict.fromkeys(best, BEST) | ({} if best & own else dict.fromkeys(own, SECOND))

    def without(self, model: str, lost: Iterable[str]) -> str:
        """The text of a model without this number: `failed` if it must be one of the `lost`, else empty."""
        expected = catalogue.expected(model, self.evaluation, self.metric, self.protocol)
        return "failed" if model in lost and expected else ""


@dataclass(frozen=True)
class Part:
    """A table of a page."""

    heading: str
    about: str
    columns: list[Column]
    rows: pd.DataFrame
    failed: Failed
    published: Published


def columns(evaluation: Evaluation, section: Section) -> list[Column]:
    """Each metric of a section under both protocols, side by side."""
    return [Column(evaluation, metric, protocol) for metric in section.metrics for protocol in PROTOCOLS]


def evaluation_page(
    name: str,
    metrics: pd.DataFrame,
    titles: dict[str, str],
    *,
    published: Sequence[Mapping[str, str]] = (),
    failed: Failed = (),
    confidence: float = 0.95,
    has_labels: bool = True,
    class_names: Sequence[str] = (),
    test_images: int | None = None,
) -> str:
    """The page of an evaluation: a table for each section or, where classes are held out, for each kind of run.

    `published` are the article's figures, from `aepipe.config.settings.published`; without `class_names`, classes are
    named by their numbers.
    """
    evaluation, titles = catalogue.evaluation(name), plain_titles(titles)
    failed = [own for own in failed if ("anomaly" if own["held_out"] else "representation") in evaluation.roles]
    parts: list[str] = []
    headings: list[str] = []
    for part in parts_of(evaluation, metrics, failed, published, class_names):
        texts = numbers(part.rows, part.columns, titles, part.failed, confidence)
        found = [beside_published(texts, part.rows, column, part.published, confidence) for column in part.columns]
        if texts.shape[1]:
            about = " ".join(filter(None, [part.about, *found]))
            headings.extend(texts.columns)
            parts += [f"## {part.heading}", about, table_of_models(texts, titles, part.failed)]
    meanings = f"Protocol `paper`: {evaluation.paper}; `corrected`: {evaluation.corrected}." if evaluation.paper else ""
    return page(
        evaluation.title,
        f"{evaluation.about} {meanings} {about_intervals(metrics['seed'].nunique(), confidence)}"
        + (f" Published: {evaluation.published}." if any(text.endswith("Published") for text in headings) else ""),
        "" if name == "training" else about_test_images(test_images),
        "" if has_labels or evaluation.name == "anomaly" else catalogue.note_without_labels(name),
        *parts,
        failed=failed,
    )


def parts_of(
    evaluation: Evaluation,
    metrics: pd.DataFrame,
    failed: Failed,
    published: Sequence[Mapping[str, str]],
    class_names: Sequence[str],
) -> Iterator[Part]:
    """The tables of an evaluation's page."""
    rows = metrics[metrics["evaluation"] == evaluation.name]
    if evaluation.roles == ("representation",):
        figures = published_of(published, evaluation.name)
        for section in evaluation.sections:
            about = section.about_shown(rows.loc[rows["value"].notna(), "metric"])
            yield Part(section.heading, about, columns(evaluation, section), rows, failed, figures)
        return
    kinds = list(rows[["latent_dim", "held_out"]].drop_duplicates().itertuples(index=False, name=None))
    (section,) = evaluation.sections
    wanted, about = columns(evaluation, section), section.about
    names = {label: plain(class_names[int(label)]) if class_names and label else label for _, label in kinds}
    if evaluation.roles == ("anomaly",) and len(kinds) > 1:
        yield Part(f"Mean over the classes {first_of([*names.values()])}", about, wanted, rows, failed, {})
        about = ""
    for latent_dim, held_out in kinds:
        yield Part(
            f"d = {latent_dim}" + (f", anomalies: {names[held_out]}" if held_out else ""),
            about,
            wanted,
            rows[(rows["latent_dim"] == latent_dim) & (rows["held_out"] == held_out)].assign(held_out=""),
            [failure for failure in failed if failure["held_out"] == held_out],
            published_of(published, evaluation.name, held_out),
        )
        about = ""


def numbers(
    metrics: pd.DataFrame, wanted: Iterable[Column], titles: dict[str, str], failed: Failed, confidence: float
) -> pd.DataFrame:
    """The texts of a table, model -> heading, without empty columns."""
    lost = {failure["model"] for failure in failed}
    seeds = metrics["seed"].nunique()
    texts = pd.DataFrame(index=[*titles, *BASELINE_TITLES])
    for column in wanted:
        found = column.estimates(metrics, confidence)
        if found:
            texts[column.heading] = [
                number(found[model], column.metric.digits, seeds) if model in found else column.without(model, lost)
                for model in texts.index
            ]
    return texts


def beside_published(
    texts: pd.DataFrame, metrics: pd.DataFrame, column: Column, published: Published, confidence: float
) -> str:
    """Inserts after a column of `paper` the article's figures, our difference, and whether our intervals hold them.

    A published figure comes from one seed. The interval of the mean asks whether it may be our mean, the prediction
    interval whether one more of our seeds may give it.

    Returns:
        A sentence that says how many figures lie inside; empty without published figures or intervals.
    """
    digits = column.metric.digits
    figures = {model: own for model, own in published.get(column.metric.name, {}).items() if model in texts.index}
    if column.protocol != "paper" or column.heading not in texts or not figures:
        return ""
    added = {"Published": {model: f"{value:.{digits}f}" for model, value in figures.items()}}
    counts = []
    if column.evaluation.paper:
        ours = column.estimates(metrics, confidence)
        off = {model: f"{ours[model].mean / value - 1:+.1%}" for model, value in figures.items() if model in ours}
        added["Difference"] = off
        for kind, of in (("interval of the mean", mean_interval), ("prediction interval", prediction_interval)):
            found = column.estimates(metrics, confidence, of)
            holds = {model: found[model].holds(value) for model, value in figures.items() if model in found}
            inside = {model: "yes" if held else "no" for model, held in holds.items() if held is not None}
            if inside:
                added[f"In the {kind}"] = inside
                counts.append(f"{list(inside.values()).count('yes')} of {len(inside)} in the {kind}")
    prefix = f"{column.metric.short}: " if "Published" in texts else ""
    for place, (heading, answers) in enumerate(added.items(), list(texts).index(column.heading) + 1):
        texts.insert(place, f"{prefix}{heading}", [answers.get(model, "") for model in texts.index])
    return f"Published figures ({column.heading}): {' and '.join(counts)}." if counts else ""


def summary(
    metrics: pd.DataFrame,
    titles: dict[str, str],
    *,
    failed: Failed = (),
    confidence: float = 0.95,
    has_labels: bool = True,
    test_images: int | None = None,
) -> str:
    """Every task on one page, a table for each protocol, the best of each column marked."""
    titles, sections, notes = plain_titles(titles), list[str](), dict[str, None]()
    for protocol in metrics["protocol"].unique():
        texts = pd.DataFrame(index=[*titles, *BASELINE_TITLES])
        for task in catalogue.tasks(has_labels):
            column = Column(catalogue.evaluation(task.evaluation), task.measure, protocol)
            lost = [failure for failure in failed if bool(failure["held_out"]) == (task.evaluation == "anomaly")]
            marks = column.marks(metrics, titles)
            for shown in numbers(metrics, [column], titles, lost, confidence).to_dict("series").values():
                texts[task.heading] = [MARKS[marks.get(model, "")].format(text) for model, text in shown.items()]
                if task.measure.up_to:
                    notes[task.measure.note] = None
        if texts.shape[1]:
            sections += [f"## {PROTOCOL_TITLES[protocol]}", table_of_models(texts, titles, failed)]
    entries = metrics[metrics["model"].isin(list(titles))]
    dimension = ", ".join(str(size) for size in of_representation(entries)["latent_dim"].unique())
    own = ", ".join(str(size) for size in entries[entries["evaluation"] == "anomaly"]["latent_dim"].unique())
    dimensions = f"{dimension} (anomaly detection: {own})" if own else dimension
    return page(
        "The bake-off",
        f"Latent dimension {dimensions}. {about_intervals(metrics['seed'].nunique(), confidence)} "
        "Protocol `paper` measures as the article does; `corrected` as it should be done: with mean codes, samples "
        f"from all autoencoders, a converged probe, and an anomaly score minus the image's own entropy. {ABOUT_MARKS}"
        + (" `comparisons.md` says whether a lead is significant." if metrics["seed"].nunique() > 1 else "")
        + (" AUC: mean over the held-out classes." if has_labels else ""),
        about_test_images(test_images),
        " ".join(notes),
        "" if has_labels else catalogue.tasks_without_labels(metrics["evaluation"]),
        *sections,
        failed=failed,
    )
