"""Markdown tables of the metrics: both protocols side by side, baselines below, the article's figures beside ours.

Arguments that all pages share: `titles` (autoencoder -> title, in their order), `failed` (runs without results, from
`aepipe.provenance.failures`), `confidence` of the intervals, `has_labels`, and the number of `test_images`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan

import pandas as pd

from aepipe import catalogue
from aepipe.analysis import measures
from aepipe.analysis.collapse import sentences
from aepipe.analysis.comparisons import competing
from aepipe.analysis.image_variance import NOT_KNOWN, ImageVariance
from aepipe.analysis.scores import Published, of_representation, published_of, wide
from aepipe.analysis.statistics import Estimate, mean_interval
from aepipe.catalogue import BASELINE_TITLES, HIGHER, RIVAL_TITLES, ROLES, Evaluation, Metric, Section
from aepipe.evaluation.metrics import PROTOCOLS
from aepipe.reporting.markdown import (
    Failed,
    about_intervals,
    about_test_images,
    listed,
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
ANSWERS = ("reproduced", "not reproduced", "undecided")
REPRODUCED = (
    "Reproduced: our mean is within the margin of the verdict's *no difference* around the published figure, by two "
    "one-sided tests; not reproduced: it is outside; undecided: neither is certain."
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
        self, metrics: pd.DataFrame, confidence: float, image_variance: ImageVariance = NOT_KNOWN
    ) -> dict[str, Estimate]:
        """Model -> its mean over seeds with an interval."""
        place = self.protocol, self.evaluation.name, self.metric.name
        values = wide(metrics, *place)
        return {
            str(model): mean_interval(values[model], confidence, image_variance.of_mean(*place, str(model))).within(
                self.metric.range
            )
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
    image_variance: ImageVariance = NOT_KNOWN


def columns(evaluation: Evaluation, section: Section, protocols: Sequence[str] = PROTOCOLS) -> list[Column]:
    """Each metric of a section under all protocols, side by side."""
    return [Column(evaluation, metric, protocol) for metric in section.metrics for protocol in protocols]


def evaluation_page(
    name: str,
    metrics: pd.DataFrame,
    titles: dict[str, str],
    *,
    published: Sequence[Mapping[str, str]] = (),
    margins: Mapping[str, float] | None = None,
    failed: Failed = (),
    confidence: float = 0.95,
    has_labels: bool = True,
    class_names: Sequence[str] = (),
    image_variance: ImageVariance = NOT_KNOWN,
    test_images: int | None = None,
) -> str:
    """The page of an evaluation: a table for each section or, where classes are held out, for each kind of run.

    `published` are the article's figures, from `aepipe.config.settings.published`, and `margins` those within which
    they count as reproduced, from the configuration; without `class_names`, classes are named by their numbers.
    """
    evaluation, titles = catalogue.evaluation(name), plain_titles(titles)
    failed = [own for own in failed if ("anomaly" if own["held_out"] else "representation") in evaluation.roles]
    parts: list[str] = []
    headings: list[str] = []
    for part in parts_of(evaluation, metrics, failed, published, class_names, image_variance):
        texts = numbers(part.rows, part.columns, titles, part.failed, confidence, part.image_variance)
        known = (part.published, margins or {}, confidence)
        found = [beside_published(texts, part.rows, column, *known) for column in part.columns]
        if texts.shape[1]:
            about = " ".join(filter(None, [part.about, *found]))
            headings.extend(texts.columns)
            parts += [f"## {part.heading}", about, table_of_models(texts, titles, part.failed)]
    meanings = f"Protocol `paper`: {evaluation.paper}; `corrected`: {evaluation.corrected}." if evaluation.paper else ""
    return page(
        evaluation.title,
        f"{evaluation.about} {meanings} {about_intervals(metrics['seed'].nunique(), confidence)}"
        + (f" Published: {evaluation.published}." if any(text.endswith("Published") for text in headings) else "")
        + (f" {REPRODUCED}" if any(text.endswith("Reproduced") for text in headings) else ""),
        "" if name == "training" else about_test_images(test_images),
        "" if has_labels or evaluation.name == "anomaly" else catalogue.note_without_labels(name),
        use_of_codes(metrics, titles, evaluation.roles),
        *parts,
        failed=failed,
    )


def use_of_codes(metrics: pd.DataFrame, titles: dict[str, str], roles: Sequence[str] = ROLES) -> str:
    """A list of what is said of collapsed codes in some kinds of runs; empty without any."""
    kinds = metrics["held_out"].map(lambda held_out: "anomaly" if held_out else "representation")
    return listed(sentences(metrics[kinds.isin(roles)], titles))


def parts_of(
    evaluation: Evaluation,
    metrics: pd.DataFrame,
    failed: Failed,
    published: Sequence[Mapping[str, str]],
    class_names: Sequence[str],
    image_variance: ImageVariance,
) -> Iterator[Part]:
    """The tables of an evaluation's page; the variance due to test images is that of means over held-out classes."""
    rows = metrics[metrics["evaluation"] == evaluation.name]
    measured = rows.loc[rows["value"].notna(), "metric"]
    if evaluation.roles == ("representation",):
        figures = published_of(published, evaluation.name)
        for section in evaluation.sections:
            about = section.about_shown(measured)
            yield Part(section.heading, about, columns(evaluation, section), rows, failed, figures, image_variance)
        return
    kinds = list(rows[["latent_dim", "held_out"]].drop_duplicates().itertuples(index=False, name=None))
    (section,) = evaluation.sections
    wanted, about = columns(evaluation, section), section.about_shown(measured)
    names = {label: plain(class_names[int(label)]) if class_names and label else label for _, label in kinds}
    if evaluation.roles == ("anomaly",) and len(kinds) > 1:
        yield Part(
            f"Mean over the classes {first_of([*names.values()])}", about, wanted, rows, failed, {}, image_variance
        )
        about = ""
    for latent_dim, held_out in kinds:
        yield Part(
            f"d = {latent_dim}" + (f", anomalies: {names[held_out]}" if held_out else ""),
            about,
            wanted,
            rows[(rows["latent_dim"] == latent_dim) & (rows["held_out"] == held_out)].assign(held_out=""),
            [failure for failure in failed if failure["held_out"] == held_out],
            published_of(published, evaluation.name, held_out),
            image_variance if len(kinds) == 1 else NOT_KNOWN,
        )
        about = ""


def numbers(
    metrics: pd.DataFrame,
    wanted: Iterable[Column],
    titles: dict[str, str],
    failed: Failed,
    confidence: float,
    image_variance: ImageVariance,
) -> pd.DataFrame:
    """The texts of a table, model -> heading, without empty columns."""
    lost = {failure["model"] for failure in failed}
    seeds = metrics["seed"].nunique()
    texts = pd.DataFrame(index=[*titles, *BASELINE_TITLES])
    for column in wanted:
        found = column.estimates(metrics, confidence, image_variance)
        if found:
            texts[column.heading] = [
                number(found[model], column.metric.digits, seeds) if model in found else column.without(model, lost)
                for model in texts.index
            ]
    return texts


def beside_published(
    texts: pd.DataFrame,
    metrics: pd.DataFrame,
    column: Column,
    published: Published,
    margins: Mapping[str, float],
    confidence: float,
) -> str:
    """Inserts after a column of `paper` the article's figures, our difference, and whether it is reproduced.

    Returns:
        A sentence that counts the reproduced figures; empty where none can be judged.
    """
    digits = column.metric.digits
    figures = {model: own for model, own in published.get(column.metric.name, {}).items() if model in texts.index}
    if column.protocol != "paper" or column.heading not in texts or not figures:
        return ""
    added = {"Published": {model: f"{value:.{digits}f}" for model, value in figures.items()}}
    judged: dict[str, str] = {}
    if column.evaluation.paper:
        ours = column.estimates(metrics, confidence)
        off = {model: f"{ours[model].mean / value - 1:+.1%}" for model, value in figures.items() if model in ours}
        added["Difference"] = off
        if margins:
            judged = reproduced(metrics, column, figures, margins, confidence)
            added |= {"Reproduced": judged} if judged else {}
    prefix = f"{column.metric.short}: " if "Published" in texts else ""
    for place, (heading, answers) in enumerate(added.items(), list(texts).index(column.heading) + 1):
        texts.insert(place, f"{prefix}{heading}", [answers.get(model, "") for model in texts.index])
    counts = Counter(judged.values())
    counted = ", ".join(f"{counts[answer]} {answer}" for answer in ANSWERS if answer in counts)
    return f"Published figures ({column.heading}): {counted}." if counted else ""


def reproduced(
    metrics: pd.DataFrame,
    column: Column,
    figures: Mapping[str, float],
    margins: Mapping[str, float],
    confidence: float,
) -> dict[str, str]:
    """Model -> whether our mean is within the margin of its published figure, by two one-sided tests.

    Both at 1 − confidence, which is to ask whether the interval of a confidence of 2 confidence − 1 lies within the
    margin; one that lies outside shows the contrary. The article's networks met the same test images, so that their
    draw is no part of the error. Without two seeds or a margin there is no answer.
    """
    measure = measures.measure(column.evaluation.name, column.metric.name)
    ours = column.estimates(metrics, 2 * confidence - 1)
    margin = measures.margin(measure, margins, lambda model: ours[model].mean if model in ours else nan)
    found = {}
    for model, value in figures.items():
        if model in ours and not isnan(ours[model].low + margin):
            low, high = ours[model].low, ours[model].high
            inside = value - margin < low and high < value + margin
            outside = high < value - margin or value + margin < low
            found[model] = ANSWERS[0] if inside else ANSWERS[1] if outside else ANSWERS[2]
    return found


def summary(
    metrics: pd.DataFrame,
    titles: dict[str, str],
    *,
    failed: Failed = (),
    confidence: float = 0.95,
    has_labels: bool = True,
    image_variance: ImageVariance = NOT_KNOWN,
    test_images: int | None = None,
) -> str:
    """Every task on one page, a table for each protocol, the best of each column marked."""
    titles, sections = plain_titles(titles), list[str]()
    for protocol in metrics["protocol"].unique():
        texts = pd.DataFrame(index=[*titles, *BASELINE_TITLES])
        for task in catalogue.tasks(has_labels):
            column = Column(catalogue.evaluation(task.evaluation), task.measure, protocol)
            lost = [failure for failure in failed if bool(failure["held_out"]) == (task.evaluation == "anomaly")]
            marks = column.marks(metrics, titles)
            texts_of_task = numbers(metrics, [column], titles, lost, confidence, image_variance)
            for shown in texts_of_task.to_dict("series").values():
                texts[task.heading] = [MARKS[marks.get(model, "")].format(text) for model, text in shown.items()]
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
        "" if has_labels else catalogue.tasks_without_labels(metrics["evaluation"]),
        use_of_codes(metrics, titles),
        *sections,
        failed=failed,
    )
