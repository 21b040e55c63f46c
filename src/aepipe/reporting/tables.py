"""Markdown tables of the metrics: both protocols side by side, baselines below, the article's figures beside ours.

Arguments that all of them share: `titles` (autoencoder -> its name in tables, in their order), `failed` (the runs
without numbers, as `aepipe.provenance.failures` describes them) and `confidence` of the intervals; of those that are
made without labels, too, `has_labels`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aepipe.analysis.scores import by_model, of_representation, tasks, wide
from aepipe.analysis.statistics import Estimate, mean_interval, prediction_interval
from aepipe.baselines import BASELINES
from aepipe.evaluation.metrics import PROTOCOLS
from aepipe.labels import note
from aepipe.reporting.markdown import Failed, about_intervals, number, page, table_of_models

#: Metrics that not every autoencoder has, and so no sign of failure where they lack.
OF_SOME = {"active_units", "codebook_perplexity"}
#: Baseline -> the evaluations that it takes part in.
PARTS = {
    "pca": {"reconstruction", "sampling", "interpolation", "latent_structure", "classification", "anomaly"},
    "untrained": {"reconstruction", "latent_structure", "classification"},
    "scratch": {"classification"},
    "pixels": {"latent_structure", "classification"},
    "real": {"reconstruction", "sampling", "interpolation", "anomaly"},
}
#: The class that the article leaves out.
PUBLISHED_WITHOUT = "1"
PROTOCOL_NOTE = (
    "Protocol `paper`: as published, with sampled codes of stochastic autoencoders; `corrected`: with mean codes."
)


@dataclass(frozen=True)
class Column:
    """A metric under a protocol, and how a table shows it."""

    heading: str
    evaluation: str
    metric: str
    protocol: str
    digits: int

    def estimates(
        self, metrics: pd.DataFrame, confidence: float, of: Callable[..., Estimate] = mean_interval
    ) -> dict[str, Estimate]:
        """Model -> its mean over seeds with an interval."""
        values = wide(metrics, self.protocol, self.evaluation, self.metric)
        return {str(model): of(values[model], confidence) for model in values if values[model].notna().any()}

    def is_expected_of(self, model: str) -> bool:
        """Whether a model without this number must have failed."""
        if model in PARTS:
            return self.evaluation in PARTS[model]
        return self.metric not in OF_SOME and (self.evaluation, self.protocol) != ("sampling", "paper")


def both(name: str, evaluation: str, metric: str, digits: int) -> list[Column]:
    """A metric under both protocols, side by side."""
    return [Column(f"{name}, {protocol}", evaluation, metric, protocol, digits) for protocol in PROTOCOLS]


def columns(evaluation: str, digits: int, names: dict[str, str]) -> list[Column]:
    """Metrics of an evaluation (metric -> its name), each under both protocols."""
    return [column for metric, name in names.items() for column in both(name, evaluation, metric, digits)]


@dataclass(frozen=True)
class Section:
    """A table below a heading of its own."""

    heading: str
    text: str
    columns: list[Column]


ERRORS = columns("reconstruction", 2, {"bce": "BCE"})
DETAIL = [
    Section(
        "Detail",
        "A unit is live if its code differs between test images. Sharpness: gradient energy of reconstructions over "
        "that of the originals; 1 is as sharp. Thin strokes: share of their ink that the reconstruction keeps.",
        columns("reconstruction", 1, {"live_units": "Live units"})
        + columns("reconstruction", 3, {"sharpness": "Sharpness", "thin_strokes": "Thin strokes"}),
    )
]
SAMPLING = [
    Section(
        "Fréchet distance",
        "Lower is better.",
        columns("sampling", 2, {"frechet_features": "Classifier", "frechet_pca": "PCA"}),
    ),
    Section(
        "Quality",
        "Precision and density: whether samples lie among real images; higher is better.",
        columns("sampling", 3, {"precision_features": "Precision (classifier)", "precision_pca": "Precision (PCA)"})
        + columns("sampling", 3, {"density_features": "Density (classifier)", "density_pca": "Density (PCA)"}),
    ),
    Section(
        "Diversity",
        "Recall and coverage: whether real images lie among samples; higher is better.",
        columns("sampling", 3, {"recall_features": "Recall (classifier)", "recall_pca": "Recall (PCA)"})
        + columns("sampling", 3, {"coverage_features": "Coverage (classifier)", "coverage_pca": "Coverage (PCA)"}),
    ),
    Section(
        "What a classifier makes of them",
        "Confidence: mean probability of its class; class entropy: of the mean probabilities, in nats, highest where "
        "all classes are drawn alike. Both should be those of real images.",
        columns("sampling", 3, {"confidence": "Confidence", "class_entropy": "Class entropy"}),
    ),
]
INTERPOLATION = [
    Section(
        "Distance",
        "From the midpoint to the nearest training image; lower is better.",
        columns("interpolation", 3, {"midpoint_distance_features": "Classifier", "midpoint_distance": "Pixels"}),
    ),
    Section(
        "Path",
        "Confidence of a classifier at the midpoint and along the path; evenness of its steps, 1 where all are alike; "
        "higher is better.",
        columns(
            "interpolation",
            3,
            {
                "midpoint_confidence": "Confidence, midpoint",
                "path_confidence": "Confidence, path",
                "evenness": "Evenness",
            },
        ),
    ),
]
LATENT_STRUCTURE = [
    Section(
        "Neighbours",
        "Trustworthiness: whether neighbours of codes are neighbours of images; kNN accuracy: whether they are of one "
        "class; silhouette: how far classes lie apart.",
        columns(
            "latent_structure",
            3,
            {"trustworthiness": "Trustworthiness", "knn_accuracy": "kNN accuracy", "silhouette": "Silhouette"},
        ),
    ),
    Section(
        "Clusters",
        "k-means clusters against classes: mutual information (NMI) and Rand index (ARI). What the article sees on its "
        "maps: classes that lie apart, and the share of the joined groups' errors that stay in their group.",
        columns("latent_structure", 3, {"nmi": "NMI", "ari": "ARI", "apart": "Apart", "joined": "Joined"}),
    ),
    Section(
        "Use of the code",
        "Active units of stochastic codes, and perplexity of the codebooks; of some autoencoders only.",
        columns("latent_structure", 1, {"active_units": "Active units", "codebook_perplexity": "Codebook perplexity"}),
    ),
]


ACCURACIES = columns("classification", 4, {"accuracy": "Accuracy"})
AREAS = [
    *columns("anomaly", 3, {"auc": "AUC", "average_precision": "Average precision"}),
    Column("AUC, paper, signed", "anomaly", "auc_signed", "paper", 3),
]


def numbers(
    metrics: pd.DataFrame, wanted: Iterable[Column], titles: dict[str, str], failed: Failed, confidence: float
) -> pd.DataFrame:
    """The texts of a table, model -> heading; without columns that no model has a number in."""
    lost = {failure["model"] for failure in failed}
    seeds = count_seeds(metrics)
    texts = pd.DataFrame(index=[*titles, *BASELINES])
    for column in wanted:
        found = column.estimates(metrics, confidence)
        if found:
            texts[column.heading] = [
                number(found[model], column.digits, seeds)
                if model in found
                else ("failed" if model in lost and column.is_expected_of(model) else "")
                for model in texts.index
            ]
    return texts


def count_seeds(metrics: pd.DataFrame) -> int:
    """How many seeds a bake-off has."""
    return int(metrics["seed"].nunique())


def beside_published(
    texts: pd.DataFrame,
    metrics: pd.DataFrame,
    column: Column,
    figures: dict[str, float],
    confidence: float,
    prefix: str = "",
) -> str:
    """Puts the article's figures behind a column, and whether they lie in its intervals.

    A published figure comes from one seed. The interval of the mean asks whether it is our mean, the prediction
    interval whether it is what one more of our seeds would give.

    Args:
        texts: the table.
        metrics: tidy rows.
        column: of the protocol `paper`.
        figures: model -> published figure.
        confidence: of both intervals.
        prefix: for headings where the figures stand in the table already; then the answers alone are added.

    Returns:
        How many lie inside, in a sentence; empty where nothing is published.
    """
    figures = {model: value for model, value in figures.items() if model in texts.index}
    if column.heading not in texts or not figures:
        return ""
    added = {} if prefix else {"Published": {model: f"{value:.{column.digits}f}" for model, value in figures.items()}}
    counts = []
    for kind, of in (("interval of the mean", mean_interval), ("prediction interval", prediction_interval)):
        found = column.estimates(metrics, confidence, of)
        holds = {model: found[model].holds(value) for model, value in figures.items() if model in found}
        inside = {model: "yes" if held else "no" for model, held in holds.items() if held is not None}
        if inside:
            added[f"{prefix}in the {kind}".capitalize()] = inside
            counts.append(f"{list(inside.values()).count('yes')} of {len(inside)} in the {kind}")
    for place, (heading, answers) in enumerate(added.items(), list(texts).index(column.heading) + 1):
        texts.insert(place, heading, [answers.get(model, "") for model in texts.index])
    return f"Published figures ({column.heading}): {' and '.join(counts)}." if counts else ""


def reconstruction(
    metrics: pd.DataFrame,
    published: pd.DataFrame,
    titles: dict[str, str],
    failed: Failed = (),
    confidence: float = 0.95,
) -> str:
    """Test BCE beside the published one; and live units, sharpness and thin strokes, of the runs that see all."""
    failed = [failure for failure in failed if not failure["held_out"]]
    figures = by_model(published, "bce")
    texts = numbers(metrics, ERRORS, titles, failed, confidence)
    inside = beside_published(texts, metrics, ERRORS[0], figures, confidence)
    if "Published" in texts:
        ours = ERRORS[0].estimates(metrics, confidence)
        off = {model: f"{ours[model].mean / value - 1:+.1%}" for model, value in figures.items() if model in ours}
        place = list(texts).index("Published") + 1
        texts.insert(place, "Difference", [off.get(model, "") for model in texts.index])
    return page(
        "Reconstruction",
        "Binary cross-entropy of the test images in nats, summed over pixels; lower is better. "
        f"{PROTOCOL_NOTE} {about_intervals(count_seeds(metrics), confidence)} {about_published(published)} {inside}",
        table_of_models(texts, titles, failed),
        *of_sections(DETAIL, metrics, titles, (), confidence),
        failed=failed,
    )


def sampling(
    metrics: pd.DataFrame,
    titles: dict[str, str],
    failed: Failed = (),
    confidence: float = 0.95,
    has_labels: bool = True,
) -> str:
    """Quality and diversity of samples, in a classifier's features and in PCA space."""
    failed = [failure for failure in failed if not failure["held_out"]]
    return page(
        "Sampling",
        "Samples against real training images, in the features of a small classifier, and in the space of the images' "
        "principal components, since a classifier's features generalise poorly. Protocol `paper`: codes from the "
        "autoencoder's prior, where it has one; `corrected`: codes from a Gaussian mixture that is fitted to the codes "
        "of the training images, for all. Real images: held-out ones in place of samples. "
        f"{about_intervals(count_seeds(metrics), confidence)}",
        "" if has_labels else note("sampling"),
        *of_sections(SAMPLING, metrics, titles, failed, confidence),
        failed=failed,
    )


def interpolation(
    metrics: pd.DataFrame,
    titles: dict[str, str],
    failed: Failed = (),
    confidence: float = 0.95,
    has_labels: bool = True,
) -> str:
    """How real the midpoints of two images are, and how even the way is."""
    failed = [failure for failure in failed if not failure["held_out"]]
    return page(
        "Interpolation",
        f"The way between two test images{' of different classes' if has_labels else ''}, linear before the "
        "bottleneck, over many pairs. Protocol `paper`: sampled from the interpolated parameters; `corrected`: their "
        f"mean. Real images: held-out ones in place of midpoints. {about_intervals(count_seeds(metrics), confidence)}",
        "" if has_labels else note("interpolation"),
        *of_sections(INTERPOLATION, metrics, titles, failed, confidence),
        failed=failed,
    )


def latent_structure(
    metrics: pd.DataFrame,
    titles: dict[str, str],
    failed: Failed = (),
    confidence: float = 0.95,
    has_labels: bool = True,
) -> str:
    """How codes keep the images' neighbours and separate their classes."""
    failed = [failure for failure in failed if not failure["held_out"]]
    return page(
        "Latent structure",
        "Measured on the codes of test images, not on their maps; higher is better where nothing else is said. "
        f"{PROTOCOL_NOTE} {about_intervals(count_seeds(metrics), confidence)}",
        "" if has_labels else note("latent_structure"),
        *of_sections(LATENT_STRUCTURE, metrics, titles, failed, confidence),
        failed=failed,
    )


def classification(
    metrics: pd.DataFrame,
    published: pd.DataFrame,
    titles: dict[str, str],
    labelled: int,
    failed: Failed = (),
    confidence: float = 0.95,
) -> str:
    """Accuracy of a linear layer on the codes, and the baselines."""
    failed = [failure for failure in failed if not failure["held_out"]]
    texts = numbers(metrics, ACCURACIES, titles, failed, confidence)
    inside = beside_published(texts, metrics, ACCURACIES[0], by_model(published, "accuracy"), confidence)
    return page(
        "Classification with few titles",
        f"Test accuracy of a linear layer trained on {labelled} labelled images; higher is better. Protocol `paper`: "
        "the short, unscaled training as published, on sampled codes of stochastic autoencoders; `corrected`: "
        "standardised mean codes, converged, the regularisation cross-validated. "
        f"{about_intervals(count_seeds(metrics), confidence)}",
        "Baselines: an encoder with random weights, of which only the batch normalisation follows the images, and one "
        "trained from scratch with its linear layer on the same titles. The article's single baseline is called "
        "trained from scratch, but its optimiser held the linear layer alone: it stands beside the untrained encoder. "
        f"{about_published(published)} {inside}",
        table_of_models(texts, titles, failed),
        failed=failed,
    )


def anomaly(
    metrics: pd.DataFrame,
    published: pd.DataFrame,
    titles: dict[str, str],
    failed: Failed = (),
    confidence: float = 0.95,
    class_names: Sequence[str] = (),
) -> str:
    """Area under the ROC curve and average precision for each held-out class, by their names, where they have some."""
    failed = [failure for failure in failed if failure["held_out"]]
    rows = metrics[metrics["evaluation"] == "anomaly"]
    classes = list(rows["held_out"].unique())
    names = {held_out: class_names[int(held_out)] if class_names else held_out for held_out in classes}
    sections: list[str] = []
    if len(classes) > 1:
        texts = numbers(rows, AREAS, titles, failed, confidence)
        sections += section(f"Mean over the classes {', '.join(names.values())}", "", texts, titles, failed)
    for held_out in classes:
        own = rows[rows["held_out"] == held_out]
        lost = [failure for failure in failed if failure["held_out"] == held_out]
        texts = numbers(own, AREAS, titles, lost, confidence)
        figures = by_model(published, "auc") if held_out == PUBLISHED_WITHOUT else {}
        auc, *_, signed = AREAS
        inside = [
            beside_published(texts, own, auc, figures, confidence),
            beside_published(texts, own, signed, figures, confidence, prefix="signed "),
        ]
        sections += section(f"Without {names[held_out]}", " ".join(inside), texts, titles, lost)
    dimensions = ", ".join(str(size) for size in rows["latent_dim"].unique())
    return page(
        "Anomaly detection",
        f"Area under the ROC curve (AUC) and average precision, d = {dimensions}. AUC 1: every image of the class that "
        "was left out of training scores higher than all others; 0.5: guessing. Protocol `paper`: an image's score is "
        "its binary cross-entropy, from sampled codes of stochastic autoencoders; `corrected`: from mean codes, less "
        "the image's own entropy, which a perfect copy has, too. "
        f"{about_intervals(count_seeds(metrics), confidence)}",
        "Signed: the score sum(x' − x) instead: the published code scored so when its figures were made, and was "
        "changed to the cross-entropy afterwards. It favours classes with little ink, and digit 1 has the least. "
        f"{about_published(published)}",
        *sections,
        failed=failed,
    )


def training(
    metrics: pd.DataFrame,
    published: pd.DataFrame,
    titles: dict[str, str],
    failed: Failed = (),
    confidence: float = 0.95,
) -> str:
    """Seconds of training, by kind of run."""
    rows = metrics[metrics["evaluation"] == "training"]
    parts = []
    for (latent_dim, held_out), own in rows.groupby(["latent_dim", "held_out"], sort=False):
        heading = f"d = {latent_dim}" + (f", without {held_out}" if held_out else "")
        lost = [failure for failure in failed if failure["held_out"] == held_out]
        column = Column(heading, "training", "seconds", "paper", 1)
        parts.append(numbers(own.assign(held_out=""), [column], titles, lost, confidence))
    texts = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=list(titles))
    if figures := by_model(published, "seconds"):
        texts["Published"] = [f"{figures[model]:.1f}" if model in figures else "" for model in texts.index]
    return page(
        "Training time",
        "Seconds of training, validation after each epoch included, each job on one core. They depend on the machine "
        f"and its load. {about_intervals(count_seeds(metrics), confidence)} "
        + ("Published: on the author's GPU." if figures else ""),
        table_of_models(texts, titles, failed),
        failed=failed,
    )


def summary(
    metrics: pd.DataFrame,
    titles: dict[str, str],
    failed: Failed = (),
    confidence: float = 0.95,
    has_labels: bool = True,
) -> str:
    """Every task on one page, a table for each protocol, the best autoencoder of each column in bold."""
    sections: list[str] = []
    names = {"paper": "As published (`paper`)", "corrected": "As it should be done (`corrected`)"}
    for protocol in metrics["protocol"].unique():
        texts = pd.DataFrame(index=[*titles, *BASELINES])
        for task in tasks(has_labels):
            column = Column(task.heading, task.evaluation, task.metric, protocol, task.digits)
            lost = [failure for failure in failed if bool(failure["held_out"]) == (task.evaluation == "anomaly")]
            shown = numbers(metrics, [column], titles, lost, confidence)
            found = column.estimates(metrics, confidence)
            means = {model: found[model].mean for model in titles if model in found}
            best = (min if task.lower_is_better else max)(means.values(), default=np.nan)
            for heading in shown:
                texts[heading] = [
                    f"**{text}**" if means.get(str(model)) == best else text for model, text in shown[heading].items()
                ]
        sections += section(names[protocol], "", texts, titles, failed)
    entries = metrics[metrics["model"].isin(list(titles))]
    dimension = ", ".join(str(size) for size in of_representation(entries)["latent_dim"].unique())
    own = ", ".join(str(size) for size in entries[entries["evaluation"] == "anomaly"]["latent_dim"].unique())
    dimensions = f"{dimension} (anomaly detection: {own})" if own else dimension
    return page(
        "The bake-off",
        f"Latent dimension {dimensions}. {about_intervals(count_seeds(metrics), confidence)} "
        "Protocol `paper` measures as the article does; `corrected` as it should be done: with mean codes, samples of "
        "all, a converged probe, and an anomaly score less the image's own entropy. The best autoencoder of each "
        "column is in bold; whether it is better than another, the comparisons tell."
        + (" AUC: mean over the classes left out." if has_labels else ""),
        "" if has_labels else note("summary"),
        *sections,
        failed=failed,
    )


def of_sections(
    sections: Iterable[Section], metrics: pd.DataFrame, titles: dict[str, str], failed: Failed, confidence: float
) -> list[str]:
    """The parts of a page that sections make."""
    return [
        part
        for own in sections
        for part in section(
            own.heading, own.text, numbers(metrics, own.columns, titles, failed, confidence), titles, failed
        )
    ]


def section(
    heading: str, text: str, texts: pd.DataFrame, titles: dict[str, str], failed: Failed = ()
) -> tuple[str, ...]:
    """A heading, what the numbers are, the table; nothing where there are no numbers."""
    return (f"## {heading}", text, table_of_models(texts, titles, failed)) if texts.shape[1] else ()


def about_published(published: pd.DataFrame) -> str:
    """What the published column is, where there is one."""
    if published.empty:
        return ""
    return (
        "Published: the article's figures, from one seed and with sampled codes. The interval of the mean asks whether "
        "such a figure is our mean, the prediction interval whether it is what one more of our seeds would give."
    )
