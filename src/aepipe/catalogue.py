"""What is measured: the metrics of each evaluation, the tasks that autoencoders are compared in, and the baselines.

Tables, score figures, the report's sections, the metrics that a bake-off gathers, notes on missing labels and
docs/metrics.md follow from this module. Evaluations return `{protocol: {metric: value}}` and never import it: a new
title redraws figures, but reruns no evaluation.

Imported by the Snakefile, so nothing here imports torch or pandas.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf
from typing import Any

HIGHER, LOWER = "higher", "lower"
#: Kinds of runs: networks trained on all classes, and networks trained without a held-out class.
ROLES = ("representation", "anomaly")
SHARE = (0.0, 1.0)
POSITIVE = (0.0, inf)
Limits = tuple[float | None, float | None]


@dataclass(frozen=True)
class Metric:
    """A number, and how to read and show it."""

    name: str  # in metrics.csv
    short: str  # in tables and in headings of tasks
    title: str  # of a panel; may be divided into lines
    unit: str
    range: tuple[float, float]  # of possible values
    better: str  # HIGHER or LOWER; empty where neither is better
    about: str  # in docs/metrics.md
    digits: int = 3  # decimals in tables
    needs_labels: bool = False  # measured only on data sets with class labels
    given: str = ""  # the baseline whose number is the best by definition, and so no rival
    of_some: bool = False  # some autoencoders or data sets lack it by design
    note: str = ""  # a sentence on tables that show it
    up_to: str = ""  # the baseline beyond whose score more is no better
    limits: Limits = (None, None)  # of a panel's axis; those of the values where None
    logarithmic: bool = False  # the panel's axis
    line: float | None = None  # a reference value, drawn as a dotted line

    @property
    def arrow(self) -> str:
        """Points to the better side."""
        return {HIGHER: "↑", LOWER: "↓", "": ""}[self.better]

    @property
    def direction(self) -> str:
        """The same, in words."""
        return {HIGHER: "higher is better →", LOWER: "← lower is better", "": ""}[self.better]


@dataclass(frozen=True)
class Section:
    """Metrics that belong together: a table, and a line of panels."""

    heading: str
    about: str
    metrics: tuple[Metric, ...]

    def about_shown(self, names: Iterable[str]) -> str:
        """What is said of the section, and of those metrics that are shown."""
        shown = set(names)
        notes = dict.fromkeys(own.note for own in self.metrics if own.name in shown)
        return " ".join(filter(None, [self.about, *notes]))


@dataclass(frozen=True)
class Evaluation:
    """A group of metrics that one job measures."""

    name: str  # in metrics.csv; its metrics are in `metrics/<name>.csv` of each run
    title: str  # of its pages and sections
    about: str  # how it is done
    sections: tuple[Section, ...] = ()  # of its table, figure and part of the report
    figure: str = ""  # title of `figures/<name>_scores.png`; empty where another figure shows its scores
    paper: str = ""  # meaning of the protocol `paper`; empty where the protocols don't differ
    corrected: str = ""  # meaning of the protocol `corrected`
    protocols: tuple[str, ...] = ("paper", "corrected")  # that it is measured under
    roles: tuple[str, ...] = ("representation",)  # kinds of runs that it is gathered from
    needs_labels: bool = False  # done only on data sets with class labels
    needs_normal: bool = False  # done only where one class is normal and all others are anomalies
    unlabelled: str = ""  # how it differs on data sets without labels
    documented: tuple[Metric, ...] = ()  # metrics that appear in no table
    published: str = "the article's figures, from one seed and with sampled codes"  # what these are

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All of its metrics."""
        return (*(metric for section in self.sections for metric in section.metrics), *self.documented)

    @property
    def missing_without_labels(self) -> list[Metric]:
        """Its metrics that need labels."""
        return [metric for metric in self.metrics if self.needs_labels or metric.needs_labels]


@dataclass(frozen=True)
class Task:
    """What autoencoders compete in, and the metric that decides."""

    name: str
    evaluation: str
    metric: str
    selects: tuple[str, str] | None = None  # evaluation and metric that tuning selects settings by, if others

    @property
    def selected_by(self) -> tuple[str, str]:
        """The evaluation and the metric, under `corrected`, that tuning selects settings by."""
        return self.selects or (self.evaluation, self.metric)

    @property
    def selects_lowest(self) -> bool:
        """Whether the lowest value of that is selected."""
        return metric(*self.selected_by).better == LOWER

    @property
    def measure(self) -> Metric:
        """That metric."""
        return metric(self.evaluation, self.metric)

    @property
    def heading(self) -> str:
        """Task and metric, with an arrow to the better side."""
        return f"{self.name}: {self.measure.short} {self.measure.arrow}"

    @property
    def lower_is_better(self) -> bool:
        """Whether the lowest value wins."""
        return self.measure.better == LOWER


@dataclass(frozen=True)
class Baseline:
    """A model that gives the scores of autoencoders a scale."""

    name: str  # in metrics.csv
    title: str  # in tables and figures
    about: str
    evaluations: frozenset[str]  # those that it takes part in
    network: str = ""  # class of its network; CONFIGURED for that of `baseline_network`; empty without a network
    pictured: bool = False  # whether its images are shown beside those of the autoencoders
    reference: bool = False  # a point of reference, which wins nothing

    @property
    def fitted(self) -> bool:
        """Whether it leaves the weights of a network, as autoencoders do; one that only classifies leaves none."""
        return bool(self.network) and self.evaluations != {"classification"}


#: A `network` that is configured.
CONFIGURED = "baseline"


def in_both_spaces(
    name: str, short: str, unit: str, range: tuple[float, float], better: str, about: str, **known: Any
) -> tuple[Metric, Metric]:
    """A metric in the features of the feature extractor, which needs labels, and in principal components."""
    title = short[0].lower() + short[1:] if short != "Fréchet distance" else short
    rest: dict[str, Any] = {"unit": unit, "range": range, "better": better, **known}
    pca = Metric(f"{name}_pca", f"{short} in PCA space", f"{title},\nPCA space", about=f"{about}, in PCA space", **rest)
    names: dict[str, Any] = {"name": f"{name}_features", "short": short, "title": f"{title},\nextracted features"}
    return replace(pca, **names, about=f"{about}, in extracted features", needs_labels=True), pca


DENSITY = (
    "A density above that of real images is no better: samples that crowd where real images are densest exceed it "
    "(Naeem et al. 2020). In ranks, differences and bold numbers, such a density counts as that of real images."
)
#: Meanings of the protocols wherever codes are used.
SAMPLED, MEAN = "sampled codes of stochastic autoencoders", "mean codes"
# fmt: off
EVALUATIONS = (
    Evaluation(
        "reconstruction", "Reconstruction",
        "Test images are encoded and decoded. The binary cross-entropy (BCE) between an image and its reconstruction "
        "is summed over pixels.",
        (
            Section("Error",
                "Means over the test images: BCE in nats, mean squared error of a pixel (MSE) in [0, 1], peak "
                "signal-to-noise ratio (PSNR) in dB, and structural similarity (SSIM), at most 1. Of the last two, "
                "higher is better.", (
                Metric("bce", "BCE", "binary cross-entropy (nats)", "nats per image", POSITIVE, LOWER,
                       "binary cross-entropy, summed over pixels, mean over images", digits=2),
                Metric("mse", "MSE", "mean squared error\nof a pixel", "squared pixel values in [0, 1]", SHARE, LOWER,
                       "mean squared error over pixels and images", digits=4),
                Metric("psnr", "PSNR", "peak signal-to-noise ratio (dB)", "dB", POSITIVE, HIGHER,
                       "-10 log10 of an image's mean squared error, mean over images; none of perfect copies",
                       digits=2, of_some=True),
                Metric("ssim", "SSIM", "structural similarity\n(1: equal)", "ratio", (-1.0, 1.0), HIGHER,
                       "structural similarity in windows of 7 x 7 pixels (Wang et al. 2004, with scikit-image's "
                       "defaults), mean over images; of images of at least that size", of_some=True),
            )),
            Section("Detail",
                "Sharpness: gradient energy of the reconstructions divided by that of the originals; 1 is as sharp. "
                "Edges and fine detail: the same of the gradient energy per variance, and of the share of variance at "
                "high frequencies, which contrast does not change. A latent unit is live if its code, or the mean of "
                "a stochastic one, differs between test images.", (
                Metric("sharpness", "Sharpness", "sharpness\n(1: as sharp as the originals)", "ratio", POSITIVE, "",
                       "gradient energy of the reconstructions divided by that of the originals; 1: as sharp", line=1),
                Metric("edge_energy", "Edges", "gradient energy per variance\n(1: that of the originals)", "ratio",
                       POSITIVE, "", "gradient energy per variance, divided by that of the originals", line=1),
                Metric("high_frequencies", "Fine detail", "share of high frequencies\n(1: that of the originals)",
                       "ratio", POSITIVE, "", "share of the variance above half of the highest frequency, divided by "
                       "that of the originals", line=1),
                Metric("thin_strokes", "Thin strokes", "share of the ink of\nthin strokes kept", "ratio",
                       POSITIVE, HIGHER, "ink of the originals' thin strokes that the reconstructions keep; of grey "
                       "images with a black border alone, where light is ink", line=1, of_some=True,
                       note="Thin strokes: share of their ink that the reconstructions keep."),
                Metric("thin_to_all_ink", "Thin to all ink", "share of thin strokes' ink kept,\nto that of all ink",
                       "ratio", POSITIVE, "", "share of the ink of thin strokes that is kept, divided by the share of "
                       "all ink that is kept", line=1, of_some=True),
                Metric("live_units", "Live units", "live latent units", "units", POSITIVE, "",
                       "latent units whose code, or mean code of stochastic ones, differs between images; at most d",
                       digits=1),
            )),
        ),
        figure="Reconstruction of the test images of {dataset}", paper=SAMPLED, corrected=MEAN,
    ),
    Evaluation(
        "sampling", "Sampling",
        "Generated images are compared with real training images in the features of a small classifier and in the "
        "space of the images' principal components, since features of a classifier generalise poorly. Real images: "
        "test images instead of samples.",
        (
            Section("Overall",
                "Fréchet and kernel distance: lower is better. Confidence: mean probability of a sample's most "
                "probable class. Class entropy: entropy of the mean class probabilities, in nats; highest if all "
                "classes are drawn equally often. The last two should match those of real images.", (
                *in_both_spaces("frechet", "Fréchet distance", "squared units of the space", POSITIVE, LOWER,
                                "squared Fréchet distance between samples and real images; comparable only between "
                                "equal numbers of samples", digits=2, logarithmic=True),
                *in_both_spaces("kid", "Kernel distance", "kernel units", (-inf, inf), LOWER,
                                "unbiased kernel distance between samples and real images (KID, Bińkowski et al. "
                                "2018); 0 on average for equal distributions, so that it may be below 0"),
                Metric("confidence", "Confidence", "confidence\nof a classifier", "probability", SHARE, HIGHER,
                       "a classifier's probability of its most probable class, mean over samples; at least 1/C",
                       needs_labels=True, up_to="real"),
                Metric("class_entropy", "Class entropy", "entropy of the classes\n(nats)", "nats", POSITIVE, HIGHER,
                       "entropy of the mean class probabilities; at most ln C, where all classes are equally frequent",
                       needs_labels=True, up_to="real"),
            )),
            Section("Fidelity: samples like real images",
                "Precision: share of samples that lie among real images. Density: how densely real images lie where "
                "samples do. Higher is better.", (
                *in_both_spaces("precision", "Precision", "share", SHARE, HIGHER, "samples that lie among real images"),
                *in_both_spaces("density", "Density", "ratio", POSITIVE, HIGHER,
                                "how densely real images lie where samples do; 1, as among themselves, is best",
                                up_to="real", note=DENSITY),
            )),
            Section("Diversity: samples like every real image",
                "Recall: share of real images that lie among samples. Coverage: share of real images with a sample "
                "nearby. Higher is better.", (
                *in_both_spaces("recall", "Recall", "share", SHARE, HIGHER, "real images that lie among samples"),
                *in_both_spaces("coverage", "Coverage", "share", SHARE, HIGHER, "real images with a sample nearby"),
            )),
        ),
        figure="Samples of {dataset}",
        paper="codes from the autoencoder's prior, where it has one",
        corrected="codes from a Gaussian mixture fitted to the training codes, as the autoencoder emits them",
    ),
    Evaluation(
        "interpolation", "Interpolation",
        "Interpolation between pairs of test images of different classes, linear in the encoder's output. Real images: "
        "test images instead of midpoints.",
        (
            Section("Distance",
                "From a path's midpoint to the nearest training image; lower is better. Ends: the same of the "
                "reconstructions that a path begins and ends with. Cross-fade: paths that are averages of two images, "
                "pixel by pixel.", (
                Metric("midpoint_distance_features", "Distance of midpoints",
                       "from midpoint to nearest\nreal image: features", "L2, features", POSITIVE, LOWER,
                       "of midpoints to the nearest training image, in extracted features", needs_labels=True),
                Metric("midpoint_distance_pca", "Distance of midpoints in PCA space",
                       "from midpoint to nearest\nreal image: PCA space", "L2, PCA space", POSITIVE, LOWER,
                       "of midpoints to the nearest training image, in PCA space"),
                Metric("end_distance_features", "Distance of ends",
                       "from reconstructed ends to\nnearest real image: features", "L2, features", POSITIVE, LOWER,
                       "of the ends' reconstructions to the nearest training image, in extracted features",
                       needs_labels=True, of_some=True),
                Metric("midpoint_distance", "Distance of midpoints in pixels",
                       "from midpoint to nearest\nreal image: pixel values", "L2, pixels in [0, 1]", POSITIVE, LOWER,
                       "of midpoints to the nearest training image"),
            )),
            Section("Path",
                "A classifier's confidence at the midpoint and along the path. Evenness of the path's steps: 1 if all "
                "are equal. Higher is better.", (
                Metric("midpoint_confidence", "Confidence at the midpoint",
                       "a classifier's confidence\nat the midpoint", "probability", SHARE, HIGHER,
                       "a classifier's probability of its most probable class, at the midpoint", needs_labels=True),
                Metric("path_confidence", "Confidence along the path",
                       "a classifier's confidence\nalong the path", "probability", SHARE, HIGHER,
                       "the same, mean over all images between the ends", needs_labels=True),
                Metric("evenness", "Evenness", "evenness of the steps\n(1: all equal)", "ratio", SHARE, HIGHER,
                       "of the path's steps in extracted features; 1: all equal", needs_labels=True),
            )),
        ),
        documented=(
            Metric("end_distance_pca", "Distance of ends in PCA space", "from reconstructed ends to\nreal images",
                   "L2, PCA space", POSITIVE, LOWER,
                   "of the ends' reconstructions to the nearest training image, in PCA space"),
            Metric("end_distance", "Distance of ends in pixels", "from reconstructed ends to\nreal images",
                   "L2, pixels in [0, 1]", POSITIVE, LOWER,
                   "of the ends' reconstructions to the nearest training image"),
        ),
        figure="Interpolation between test images of {dataset}", paper=SAMPLED, corrected=MEAN,
        unlabelled="Pairs are of any two test images.",
    ),
    Evaluation(
        "latent_structure", "Latent structure",
        "The arrangement of the test images' codes, measured on the codes, not on their maps; higher is better unless "
        "noted.",
        (
            Section("Neighbours",
                "Trustworthiness: whether neighbours of codes are neighbours of images. kNN accuracy: whether they are "
                "of one class. Silhouette: how far apart classes are.", (
                Metric("trustworthiness", "Trustworthiness", "trustworthiness\nof the neighbours", "ratio", SHARE,
                       HIGHER, "whether neighbours in the codes are neighbours in the images", given="pixels"),
                Metric("knn_accuracy", "kNN accuracy", "accuracy of the\nnearest neighbours", "share", SHARE, HIGHER,
                       "images whose class is that of most nearest neighbours in the codes", digits=4,
                       needs_labels=True),
                Metric("silhouette", "Silhouette", "silhouette\nof the classes", "ratio", (-1.0, 1.0), HIGHER,
                       "how much closer images are to their own class than to the next one", needs_labels=True),
            )),
            Section("Clusters",
                "Agreement of k-means clusters with classes: normalised mutual information (NMI) and adjusted Rand "
                "index (ARI).", (
                Metric("nmi", "NMI", "k-means and classes:\nmutual information", "ratio", SHARE, HIGHER,
                       "normalised mutual information of k-means clusters and classes", needs_labels=True),
                Metric("ari", "ARI", "k-means and classes:\nadjusted Rand index", "ratio", (-0.5, 1.0), HIGHER,
                       "adjusted Rand index of k-means clusters and classes; 0: chance", needs_labels=True),
            )),
            Section("Classes said to be apart or joined",
                "The article's observations on its maps. Own group: share of nearest neighbours in the other classes "
                "of the own joined group, minus that in as many classes outside of it. Mixing: share of nearest "
                "neighbours in other classes, of the joined classes minus of those apart.", (
                Metric("own_group_excess", "Own group", "neighbours in the own group\nminus in as many other classes",
                       "share", (-1.0, 1.0), "", "neighbours in the other classes of the own group, minus those in as "
                       "many classes outside of it", needs_labels=True, line=0, of_some=True),
                Metric("mixing_gap", "Mixing", "neighbours in other classes:\njoined classes minus those apart",
                       "share", (-1.0, 1.0), "", "neighbours in other classes, of the classes said to be joined minus "
                       "of those said to be apart", needs_labels=True, line=0, of_some=True),
            )),
            Section("Use of the code",
                "Active units of stochastic codes, and perplexity of codebooks; some autoencoders have neither.", (
                Metric("active_units", "Active units", "active units\n(stochastic codes)", "units", POSITIVE, "",
                       "of variational autoencoders: units whose mean varies between images; at most d", digits=1,
                       of_some=True),
                Metric("codebook_perplexity", "Codebook perplexity", "perplexity of the codebook\n(quantised codes)",
                       "entries", (1.0, inf), "", "of vq: entries in use, as if used evenly; mean over the codebooks",
                       digits=1, of_some=True),
                Metric("codebook_used", "Entries used", "entries of the codebook\nthat are used", "entries", POSITIVE,
                       "", "of vq: entries that some test image has; at most `codebook_entries`", digits=0,
                       of_some=True),
            )),
        ),
        documented=(
            Metric("codebook_entries", "Entries", "entries of the codebook", "entries", POSITIVE, "",
                   "of vq: all entries, of all codebooks"),
        ),
        figure="Latent structure of the test images of {dataset}", paper=SAMPLED, corrected=MEAN,
    ),
    Evaluation(
        "rate", "Rate and distortion",
        "How much information a code takes (rate), and how much of an image it loses (distortion: the image's negative "
        "log-likelihood given a code, which is drawn where codes are random). The likelihood is that of the loss in "
        "training: numbers of networks with other losses, or of images with other pixels, are not comparable. "
        "Cross-entropy of grey pixels (`bce`) is that of images whose pixels are drawn as black or white.",
        (
            Section("Trade-off",
                "Autoencoders without random or quantised codes have a distortion alone. None of these is better if "
                "higher or lower: what counts is the distortion at a rate.", (
                Metric("rate", "Rate", "rate (nats)", "nats per image", POSITIVE, "",
                       "of variational autoencoders: divergence of the posterior from the prior, mean over images; of "
                       "vq: entropy of the entries, summed over elements, at most d ln K with K entries, and d ln n of "
                       "n images", digits=2, of_some=True),
                Metric("distortion", "Distortion", "distortion (nats)", "nats per image", (-inf, inf), "",
                       "-log p(x|z), mean over images and codes, with the loss in training as a likelihood; of mse "
                       "with variance 1/2", digits=2),
                Metric("mutual_information", "Mutual information", "information of the\ncode about the image (nats)",
                       "nats", POSITIVE, "", "rate minus the divergence of the aggregated posterior from the prior; at "
                       "most the rate, and ln n of n test images", digits=2, of_some=True),
            )),
            Section("Likelihood",
                "Lower bounds on log p(x) of variational autoencoders. ELBO: minus rate and distortion. "
                "Importance-weighted: with many codes for each image. Bits per dimension: the latter, by pixel.", (
                Metric("elbo", "ELBO", "ELBO (nats)", "nats per image", (-inf, inf), HIGHER,
                       "-(rate + distortion), a lower bound on log p(x), whatever β in training", digits=2,
                       of_some=True),
                Metric("importance_bound", "Importance-weighted bound", "importance-weighted\nbound (nats)",
                       "nats per image", (-inf, inf), HIGHER, "a tighter bound, with `samples` codes for each of "
                       "`images` test images (`evaluation.rate`): at least the ELBO", digits=2, of_some=True),
                Metric("bits_per_dimension", "Bits per dimension", "bits per dimension", "bits", (-inf, inf), LOWER,
                       "that bound, negative and divided by D ln 2, of D pixels, padding and colours included; of "
                       "densities, it may be negative", of_some=True),
            )),
        ),
        figure="Rate and distortion of the test images of {dataset}", protocols=("corrected",),
    ),
    Evaluation(
        "classification", "Classification with few labels",
        "Test accuracy of a linear layer on the frozen codes, trained on few labelled images. Baselines: an encoder "
        "with random weights, of which only the batch normalisation adapts to the images, and one trained from scratch "
        "with its linear layer on the same labels, and the most frequent class for every image. The article calls its "
        "only baseline trained from scratch, but its optimiser updated the linear layer alone: its figure is listed "
        "with the untrained encoder.",
        (
            Section("Accuracy", "On the test images; higher is better.", (
                Metric("accuracy", "Accuracy", "test accuracy", "share", SHARE, HIGHER,
                       "of a linear layer on the codes, with few labels; `scratch` trains the encoder, too", digits=4,
                       limits=(0, 1)),
                Metric("balanced_accuracy", "Balanced accuracy", "balanced test accuracy", "share", SHARE, HIGHER,
                       "mean over the classes of each one's accuracy; 1/C for the most frequent class alone", digits=4,
                       limits=(0, 1)),
            )),
        ),
        documented=(
            Metric("cross_validated", "Cross-validated accuracy", "accuracy within\nthe labelled images", "share",
                   SHARE, HIGHER, "under `corrected`: of the probe in the cross-validation within the labelled images, "
                   "by which tuning selects settings", of_some=True),
        ),
        figure="Linear classification of the codes of {dataset}, {labelled} labels",
        paper="a short training as published, on sampled codes",
        corrected="a converged, cross-validated probe on standardised mean codes; from scratch, epochs by "
        "cross-validation",
        needs_labels=True,
    ),
    Evaluation(
        "anomaly", "Anomaly detection",
        "Images of a class that was not trained on should have the largest reconstruction errors.",
        (
            Section("Areas",
                "AUC: area under the ROC curve; 1: every image of the unseen class scores higher than all others, "
                "0.5: chance.", (
                Metric("auc", "AUC", "area under the ROC curve\n(dotted: chance)", "share", SHARE, HIGHER,
                       "area under the ROC curve of the score of the held-out class; 0.5: chance",
                       limits=(0, 1), line=0.5),
                Metric("average_precision", "Average precision", "average precision", "share", SHARE, HIGHER,
                       "of the same score; chance: the share of the held-out class", limits=(0, 1)),
                Metric("found", "Found at the threshold", "found at the threshold", "share", SHARE, HIGHER,
                       "anomalies above the threshold; see `defects`", limits=(0, 1), of_some=True),
                Metric("auc_bce", "AUC by BCE", "area under the ROC curve of the BCE\n(the article's text)", "share",
                       SHARE, HIGHER, "AUC of the cross-entropy from sampled codes, the score of the article's "
                       "text", limits=(0, 1), line=0.5,
                       note="Under `paper`, text and code of the article part: the text names the cross-entropy (AUC "
                       "by BCE), the published figures are of the score sum(x' − x), and the code was changed "
                       "afterwards. That score favours dark classes: MNIST's digit 1 is the darkest."),
            )),
        ),
        paper="sum(x' − x) of sampled codes", corrected="BCE of mean codes minus the image's own entropy",
        roles=("anomaly",), needs_labels=True,
    ),
    Evaluation(
        "defects", "Anomalies of all classes",
        "Networks are trained on normal images. Anomalies should have larger reconstruction errors than normal test "
        "images. The threshold is the score that few normal validation images exceed.",
        (
            Section("Areas", "AUC: 0.5 by chance. Average precision: by chance, the share of anomalies.", (
                Metric("auc_all", "AUC", "area under the ROC curve\n(dotted: chance)", "share", SHARE, HIGHER,
                       "as in `anomaly`, of all anomalies together", limits=(0, 1), line=0.5),
                Metric("average_precision_all", "Average precision", "average precision", "share", SHARE, HIGHER,
                       "of the same score; chance: the share of anomalies", limits=(0, 1)),
            )),
            Section("At the threshold", "Shares of test images above the threshold.", (
                Metric("found_all", "Anomalies found", "anomalies found\nat the threshold", "share", SHARE, HIGHER,
                       "anomalies above the threshold", limits=(0, 1)),
                Metric("false_alarms", "False alarms", "normal images\nabove the threshold", "share", SHARE, LOWER,
                       "normal test images above the threshold", limits=(0, 1)),
            )),
            Section("Where the anomalies are",
                "Of the pixels, where the images have masks. AUPRO: area under the curve of per-region overlap, up to "
                "30 % of false positives.", (
                Metric("pixel_auc", "Pixel AUC", "area under the ROC curve\nof the pixels", "share", SHARE, HIGHER,
                       "area under the ROC curve of the error of a pixel", limits=(0, 1), line=0.5, of_some=True),
                Metric("aupro", "AUPRO", "area under the curve\nof per-region overlap", "share", SHARE, HIGHER,
                       "mean overlap with each anomalous region, up to 30 % of false positives", limits=(0, 1),
                       of_some=True),
            )),
        ),
        figure="Anomalies of {dataset}",
        paper="BCE of sampled codes", corrected="BCE of mean codes minus the image's own entropy",
        needs_normal=True,
    ),
    Evaluation(
        "training", "Training time",
        "Time of training, including validation after each epoch. Each job has one core or one GPU; times depend on "
        "the machine and its load.",
        (
            Section("Time", "Seconds of training.", (
                Metric("seconds", "Seconds", "seconds, validation included", "seconds", POSITIVE, LOWER,
                       "of training, validation included; for stacked autoencoders, of all layers", digits=1,
                       limits=(0, None)),
            )),
        ),
        figure="Training time on {dataset}, of networks trained on all classes", protocols=("paper",),
        roles=ROLES, published="times on the author's GPU",
    ),
)
#: Evaluations without a table in a bake-off.
DOCUMENTED = (
    Evaluation(
        "latent_similarity", "Latent similarity", "Whether the codes of two autoencoders are arranged alike.",
        documented=(
            Metric("overlap_<model>", "Overlap", "overlap", "share", SHARE, "",
                   "nearest neighbours in the codes that another autoencoder's codes share"),
        ),
    ),
    Evaluation(
        "prior_sampling", "Sampling from the prior",
        "As `sampling` under `paper`, of the networks of the protocol `corrected` that have a prior.",
        documented=next(own for own in EVALUATIONS if own.name == "sampling").metrics,
    ),
    Evaluation(
        "stacking", "Stacking", "Joint against greedy training of one network.",
        documented=(
            Metric("bce", "BCE", "BCE", "nats per image", POSITIVE, LOWER, "as in `reconstruction`, from mean codes"),
            Metric("probe_accuracy", "Probe", "probe", "share", SHARE, HIGHER,
                   "as in `classification`, with the labels of the bake-off"),
            Metric("accuracy_<labels>", "Accuracy", "accuracy", "share", SHARE, HIGHER,
                   "after training the encoder and a linear layer with this many labels, or with `all`"),
            Metric("epochs", "Epochs", "epochs", "epochs", POSITIVE, "",
                   "of training without labels, all layers together"),
            Metric("flops", "FLOP", "FLOP", "operations", POSITIVE, "", "floating-point operations of that training"),
        ),
    ),
)
#: What is known of a classification without other labels, and of anomaly detection without anomalies.
WITHIN_LABELS, OF_NORMAL = ("classification", "cross_validated"), ("reconstruction", "bce")
TASKS = (
    Task("Reconstruction", "reconstruction", "bce"),
    Task("Sampling", "sampling", "frechet_features"),
    Task("Interpolation", "interpolation", "midpoint_distance_features"),
    Task("Latent structure", "latent_structure", "knn_accuracy"),
    Task("Classification", "classification", "accuracy", WITHIN_LABELS),
    Task("Anomaly detection", "anomaly", "auc", OF_NORMAL),
)
#: On a data set without labels.
TASKS_WITHOUT_LABELS = (
    TASKS[0],
    Task("Sampling", "sampling", "frechet_pca"),
    Task("Interpolation", "interpolation", "midpoint_distance"),
    Task("Latent structure", "latent_structure", "trustworthiness"),
    Task("Anomaly detection", "defects", "auc_all", OF_NORMAL),  # where one class is normal
)
#: Sources of images that the article's conclusions are tested on.
ARTICLE_SOURCES = ("mnist", "fmnist")
#: In the order of tables and figures, below the autoencoders.
BASELINES = (
    Baseline(
        "pca", "PCA", "principal components, as many as code elements: the best linear autoencoder",
        frozenset(
            {
                "reconstruction", "sampling", "interpolation", "latent_structure", "rate", "classification", "anomaly",
                "defects",
            }
        ),
        network="aepipe.models.pca.PCA", pictured=True,
    ),
    Baseline(
        "untrained", "Untrained encoder", "a network with random weights whose batch normalisation has seen the images",
        frozenset({"reconstruction", "latent_structure", "classification"}), network=CONFIGURED,
    ),
    Baseline(
        "scratch", "Trained from scratch", "an encoder and a linear layer, trained on the labelled images alone",
        frozenset({"classification"}), network=CONFIGURED,
    ),
    Baseline(
        "pixels", "Raw pixels", "the images themselves as codes", frozenset({"latent_structure", "classification"})
    ),
    Baseline(
        "majority", "Most frequent class", "always the class that most of the labelled images have",
        frozenset({"classification"}),
    ),
    Baseline(
        "cross_fade", "Cross-fade", "averages of two images, pixel by pixel, in place of an autoencoder's paths",
        frozenset({"interpolation"}), reference=True,
    ),
    Baseline(
        "real", "Real images",
        "a reference point: test images as samples and midpoints, and perfect copies as reconstructions",
        frozenset({"reconstruction", "sampling", "interpolation", "anomaly"}), reference=True,
    ),
)
# fmt: on
#: Name -> title.
BASELINE_TITLES = {own.name: own.title for own in BASELINES}
#: Baselines beside the curves of grids, at each of their latent dimensions.
OF_GRIDS = [own.name for own in BASELINES if own.fitted and "rate" in own.evaluations]
#: Name -> title, of those that can be better than an autoencoder.
RIVAL_TITLES = {own.name: own.title for own in BASELINES if not own.reference}


def evaluation(name: str) -> Evaluation:
    """The evaluation of that name; KeyError where there is none."""
    return {own.name: own for own in (*EVALUATIONS, *DOCUMENTED)}[name]


def metric(evaluation_name: str, name: str) -> Metric:
    """The metric of that name; KeyError where there is none."""
    return {own.name: own for own in evaluation(evaluation_name).metrics}[name]


def baseline(name: str) -> Baseline | None:
    """The baseline of that name, if there is one."""
    return next((own for own in BASELINES if own.name == name), None)


def participants(evaluation_name: str, models: list[str]) -> list[str]:
    """The autoencoders, and the baselines that take part in an evaluation."""
    return [*models, *(own.name for own in BASELINES if evaluation_name in own.evaluations)]


def expected(model: str, own: Evaluation, of: Metric, protocol: str) -> bool:
    """Whether a model without this number must have failed."""
    if (known := baseline(model)) is not None:
        return own.name in known.evaluations
    return not of.of_some and (own.name, protocol) != ("sampling", "paper")


def tasks(has_labels: bool) -> tuple[Task, ...]:
    """The tasks of data sets with class labels, or without."""
    return TASKS if has_labels else TASKS_WITHOUT_LABELS


def needs_labels(metric_name: str) -> bool:
    """Whether a metric is measured only on data sets with class labels."""
    return any(own.name == metric_name for every in EVALUATIONS for own in every.missing_without_labels)


def note_without_labels(evaluation_name: str) -> str:
    """A note on an evaluation of a data set without class labels; empty if nothing is missing."""
    own = evaluation(evaluation_name)
    missing = ", ".join(metric.short for metric in own.missing_without_labels)
    return f"Networks see no labels here. Not measured: {missing}. {own.unlabelled}".strip() if missing else ""


def tasks_without_labels(measured: Iterable[str] = ()) -> str:
    """A note on the tasks of a data set without class labels; `measured` are the evaluations that were done."""
    there = [task for task in TASKS_WITHOUT_LABELS if not evaluation(task.evaluation).needs_normal]
    there += [task for task in TASKS_WITHOUT_LABELS if task.evaluation in set(measured) and task not in there]
    missing = [task.name for task in TASKS if task.name not in {own.name for own in there}]
    instead = [f"{own.name}: {own.measure.short}" for own in there if own not in TASKS]
    return (
        f"Networks see no labels here. Not measured: {', '.join(missing)}. Other metrics decide: {'; '.join(instead)}."
    )
