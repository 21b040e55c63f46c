"""What is shown of each evaluation: its metrics, and how to read them; for any library that draws."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """What a panel shows: a metric and how to read it."""

    metric: str
    title: str
    better: str = ""  # "higher" or "lower"; empty where neither is
    limits: tuple[float | None, float | None] = (None, None)  # of the axis; the numbers' own where None
    logarithmic: bool = False
    line: float | None = None  # a number to compare with, drawn as a dotted line


#: The measures of an evaluation by their headings, which may be empty.
Measures = dict[str, list[Measure]]

DIRECTIONS = {"higher": "higher is better →", "lower": "← lower is better", "": ""}
FEATURES, PCA = "a classifier's features", "PCA space"
SIGNED = "area under the ROC curve of the score\nsum(x′ − x) instead of the BCE"

RECONSTRUCTION: Measures = {
    "": [
        Measure("bce", "binary cross-entropy (nats)", "lower"),
        Measure("sharpness", "sharpness\n(1: as sharp as the originals)", "higher", line=1),
        Measure("thin_strokes", "share of the thin strokes'\nink that is kept", "higher", line=1),
        Measure("live_units", "live latent units"),
    ]
}
SAMPLING: Measures = {
    "Overall": [
        Measure("frechet_features", f"Fréchet distance,\n{FEATURES}", "lower", logarithmic=True),
        Measure("frechet_pca", f"Fréchet distance,\n{PCA}", "lower", logarithmic=True),
        Measure("confidence", "confidence\nof a classifier", "higher"),
        Measure("class_entropy", "entropy of the classes\n(nats)", "higher"),
    ],
    "Fidelity: are samples like real images?": [
        Measure("precision_features", f"precision,\n{FEATURES}", "higher"),
        Measure("precision_pca", f"precision,\n{PCA}", "higher"),
        Measure("density_features", f"density,\n{FEATURES}", "higher"),
        Measure("density_pca", f"density,\n{PCA}", "higher"),
    ],
    "Diversity: are there samples like every real image?": [
        Measure("recall_features", f"recall,\n{FEATURES}", "higher"),
        Measure("recall_pca", f"recall,\n{PCA}", "higher"),
        Measure("coverage_features", f"coverage,\n{FEATURES}", "higher"),
        Measure("coverage_pca", f"coverage,\n{PCA}", "higher"),
    ],
}
INTERPOLATION: Measures = {
    "": [
        Measure("midpoint_distance", "from midpoint to nearest\nreal image: pixel values", "lower"),
        Measure("midpoint_distance_features", "from midpoint to nearest\nreal image: features", "lower"),
        Measure("midpoint_confidence", "a classifier's confidence\nin the midpoint", "higher"),
        Measure("path_confidence", "a classifier's confidence\nalong the path", "higher"),
        Measure("evenness", "evenness of the steps\n(1: all alike)", "higher"),
    ]
}
LATENT_STRUCTURE: Measures = {
    "Are neighbours and classes kept together?": [
        Measure("trustworthiness", "trustworthiness\nof the neighbours", "higher"),
        Measure("knn_accuracy", "accuracy of the\nnearest neighbours", "higher"),
        Measure("silhouette", "silhouette\nof the classes", "higher"),
        Measure("nmi", "k-means and classes:\nmutual information", "higher"),
        Measure("ari", "k-means and classes:\nadjusted Rand index", "higher"),
    ],
    "Which classes are apart, which joined, and what of the code is used?": [
        Measure("apart", "nearest neighbours' accuracy\non classes said to be apart"),
        Measure("joined", "share of the mistakes within\nclasses said to be joined"),
        Measure("active_units", "active units\n(stochastic codes)"),
        Measure("codebook_perplexity", "perplexity of the codebook\n(quantised codes)"),
    ],
}
CLASSIFICATION: Measures = {"": [Measure("accuracy", "test accuracy", "higher", limits=(0, 1))]}
ANOMALY: Measures = {
    "": [
        Measure("auc", "area under the ROC curve\n(dotted: guessing)", "higher", limits=(0, 1), line=0.5),
        Measure("average_precision", "average precision", "higher", limits=(0, 1)),
        Measure("auc_signed", SIGNED, "higher", limits=(0, 1), line=0.5),
    ]
}
TRAINING: Measures = {
    "": [Measure("seconds", "seconds on one core, validation included", "lower", limits=(0, None))],
}
