"""The measures of the conclusions' panels: where they are found, which side is better, and which differences are none.

Margins and panels are those of docs/preregistration.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from aepipe import catalogue
from aepipe.catalogue import EVALUATIONS


@dataclass(frozen=True)
class Measure:
    """A metric that tests conclusions."""

    evaluation: str  # in metrics.csv
    metric: str
    margin: str = "share"  # which of the configured margins
    of: tuple[str, ...] = ()  # the margin is a share of this model's number, or of its excess over that of a second one
    lower_is_better: bool = False
    up_to: str = ""  # the baseline beyond whose number more is no better


def margin(measure: Measure, margins: Mapping[str, float], mean: Callable[[str], float]) -> float:
    """The difference that counts as none, in units of the measure.

    Where it is relative, it is a share of a model's `mean` over seeds, or of its excess over that of a second one. The
    means count as known: their errors are a few hundredths of them, and so of the margin.
    """
    share = margins[measure.margin]
    means = [mean(model) for model in measure.of]
    return share * (means[0] - sum(means[1:])) if means else share


@cache
def titles_of_metrics() -> dict[str, str]:
    """Metric -> what tables call it."""
    return {own.name: own.short for evaluation in EVALUATIONS for own in evaluation.metrics}


def title(metric: str) -> str:
    """What tables call a metric; those that the catalogue lacks are called by their names."""
    return titles_of_metrics().get(metric, metric)


def in_both_spaces(measure: Measure) -> tuple[Measure, Measure]:
    """The measure in the features of a classifier, and in principal components of the pixels."""
    features, pca = (replace(measure, metric=f"{measure.metric}_{space}") for space in ("features", "pca"))
    return features, pca


BCE = Measure("reconstruction", "bce", "bce", ("vanilla", "real"), lower_is_better=True)
MSE = Measure("reconstruction", "mse", "mse", ("vanilla",), lower_is_better=True)
RECONSTRUCTION = (BCE, MSE)
EDGES = Measure("reconstruction", "edge_energy", "sharpness")
DETAIL = Measure("reconstruction", "high_frequencies", "sharpness")
THIN_STROKES = Measure("reconstruction", "thin_to_all_ink")
QUALITY = (
    *in_both_spaces(Measure("sampling", "frechet", "distance", ("vae",), lower_is_better=True)),
    *in_both_spaces(Measure("sampling", "kid", "distance", ("vae",), lower_is_better=True)),
    *in_both_spaces(Measure("sampling", "density", "samples", up_to="real")),
    *in_both_spaces(Measure("sampling", "precision", "samples")),
)
DIVERSITY = (
    *in_both_spaces(Measure("sampling", "recall", "samples")),
    *in_both_spaces(Measure("sampling", "coverage", "samples")),
)
MIDPOINTS = in_both_spaces(Measure("interpolation", "midpoint_distance", "midpoint", ("real",), lower_is_better=True))
END_DISTANCES = in_both_spaces(Measure("interpolation", "end_distance", "midpoint", ("real",)))
KNN = Measure("latent_structure", "knn_accuracy")
NMI = Measure("latent_structure", "nmi")
ARI = Measure("latent_structure", "ari")
OWN_GROUP = Measure("latent_structure", "own_group_excess")
MIXING = Measure("latent_structure", "mixing_gap")
OVERLAP = Measure("latent_similarity", "overlap")  # of two autoencoders; its metrics are named after one of them
ACCURACY = Measure("classification", "accuracy")
AUC = Measure("anomaly", "auc", "auc")
#: What panels are called in words.
PANELS = {"reconstruction": RECONSTRUCTION, "quality": QUALITY, "diversity": DIVERSITY}
MEASURES = {
    (own.evaluation, own.metric): own
    for own in (*RECONSTRUCTION, *QUALITY, *DIVERSITY, *MIDPOINTS, KNN, NMI, ARI, ACCURACY, AUC)
}
LOWER_IS_BETTER = {own.metric for own in MEASURES.values() if own.lower_is_better}


def measure(evaluation: str, metric: str) -> Measure:
    """The measure of a metric; AUCs of all scores are alike.

    Raises:
        KeyError: no conclusion is tested by it, so that it has no margin.
    """
    return MEASURES[evaluation, "auc" if metric.startswith("auc_") else metric]


def headlines() -> tuple[Measure, ...]:
    """The measure of each task that autoencoders compete in."""
    return tuple(measure(task.evaluation, task.metric) for task in catalogue.TASKS)
