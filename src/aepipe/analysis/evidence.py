"""The scores of a bake-off as conclusions ask for them: contrasts of models with the errors of the test images."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from math import nan, sqrt

import numpy as np
import pandas as pd

from aepipe.analysis.image_variance import ImageVariance
from aepipe.analysis.measures import OVERLAP, Measure, margin
from aepipe.analysis.statistics import means
from aepipe.analysis.verdict import Contrast, Limits
from aepipe.catalogue import BASELINE_TITLES

VAES = ["vae", "beta_vae_strict", "beta_vae_loose"]
GENERATIVE = [*VAES, "vq"]
STACKED = {"paper": ["stacked_pixels"], **{own: ["stacked", "stacked_pixels"] for own in ("corrected", "tuned")}}
#: Both variants of stacking are the article's, whichever a protocol counts.
ARTICLE = ["shallow", "vanilla", *STACKED["corrected"], "sparse", "denoising", *GENERATIVE]
#: The article's baseline of classification: as its code measured it, and as its text describes it.
BASELINE = {"paper": "untrained", "corrected": "scratch", "tuned": "scratch"}
#: The evaluation of samples from the autoencoders' own priors.
PRIOR = {"paper": "sampling", "corrected": "prior_sampling", "tuned": "prior_sampling"}

#: (evaluation, metric) -> numbers, seed × model, of the same seeds in the same order whatever the metric.
Scores = Callable[[str, str], pd.DataFrame]
#: A measure, and the weight of each model in a contrast.
Term = tuple[Measure, Mapping[str, float]]


@dataclass
class Evidence:
    """The scores under one protocol; `missing` collects those that were asked for and not found."""

    protocol: str
    limits: Limits
    scores: Scores
    image_variance: ImageVariance = field(default_factory=ImageVariance)
    added: Sequence[str] = ()  # autoencoders that the article lacks
    classes: int = 10  # number of classes, 0 if they are not known
    sweep: dict[int, "Evidence"] = field(default_factory=dict)  # latent dimension -> mean over held-out classes
    missing: dict[str, list[str]] = field(default_factory=dict)  # metric -> models
    known: dict[tuple[Measure, str], np.ndarray] = field(default_factory=dict)  # what `score` has found

    @property
    def stacked(self) -> list[str]:
        """What "stacked" means under this protocol."""
        return STACKED[self.protocol]

    @property
    def all(self) -> list[str]:
        """What "all autoencoders" means under this protocol."""
        return [model for model in ARTICLE if model not in STACKED["corrected"] or model in self.stacked]

    @property
    def baseline(self) -> str:
        """What "the baseline" of classification means under this protocol."""
        return BASELINE[self.protocol]

    def others(self, *but: str) -> list[str]:
        """All autoencoders except some."""
        return [model for model in self.all if model not in but]

    def place(self, measure: Measure, model: str) -> tuple[str, str]:
        """Evaluation and metric of a model's scores: samples are from its prior, and real images have none."""
        has_prior = measure.evaluation == "sampling" and model not in BASELINE_TITLES
        return PRIOR[self.protocol] if has_prior else measure.evaluation, measure.metric

    def has(self, measure: Measure, model: str) -> bool:
        """Whether a model has scores by a measure."""
        return model in (table := self.scores(*self.place(measure, model))) and bool(table[model].notna().any())

    def score(self, measure: Measure, model: str) -> np.ndarray:
        """A model's number for each seed (S,), as it competes; a single NaN where it is missing, which is noted."""
        if (measure, model) in self.known:
            return self.known[measure, model]
        if not self.has(measure, model):
            self.note(measure.metric, model)
            return np.array([nan])
        found = self.scores(*self.place(measure, model))[model].to_numpy(dtype=float)
        if measure.up_to:
            found = np.minimum(found, self.score(replace(measure, up_to=""), measure.up_to))
        return self.known.setdefault((measure, model), found)

    def mean(self, measure: Measure, model: str) -> float:
        """The mean of a model's score over seeds; NaN where it is missing, which is noted."""
        return float(means(self.score(measure, model)[:, None]).mean[0])

    def note(self, metric: str, model: str) -> None:
        """Notes that a score is missing."""
        known = self.missing.setdefault(metric, [])
        known += [] if model in known else [model]

    def margin(self, measure: Measure) -> float:
        """The difference that counts as none."""
        unbounded = replace(measure, up_to="")
        return margin(measure, self.limits.margins, partial(self.mean, unbounded))

    def contrast(
        self,
        name: str,
        *terms: Term,
        constant: float = 0.0,
        at: float | None = None,
        within: float | None = None,
    ) -> list[Contrast]:
        """The contrast constant + sum of weight × score, without alternatives.

        Args:
            name: its name.
            terms: measures with the weights of models.
            constant: is added.
            at: of a nonlinear contrast, its value at the means over seeds: the weights are its gradient there (delta
                method), and what is added makes this value the mean.
            within: the margin; by default that of the first measure.
        """
        weights: dict[Measure, dict[str, float]] = {}
        for measure, each in terms:
            known = weights.setdefault(measure, {})
            known |= {model: known.get(model, 0.0) + weight for model, weight in each.items()}
        parts = [
            weight * self.score(measure, model) for measure, own in weights.items() for model, weight in own.items()
        ]
        values = sum(parts[1:], parts[0]) + constant
        if at is not None:
            values = values - means(values[:, None]).mean + at
        error = sum(self.image_error(measure, each) for measure, each in weights.items())
        return [Contrast(name, values, error**2, self.margin(terms[0][0]) if within is None else within)]

    def image_error(self, measure: Measure, weights: Mapping[str, float]) -> float:
        """The standard error of a weighted sum of scores due to the draw of the test images, √(w' V w).

        Covariances between metrics are not recorded, so that errors of several metrics are added, which is the most
        that they can be together.
        """
        return sqrt(self.image_variance.of(self.protocol, *self.place(measure, next(iter(weights))), weights))

    def better(self, measure: Measure, first: Iterable[str], second: Sequence[str]) -> list[list[Contrast]]:
        """The contrasts of a claim that each of the first is better by a measure than each of the second."""
        sign = -1 if measure.lower_is_better else 1
        return [
            self.contrast(f"{b} − {a}" if sign < 0 else f"{a} − {b}", (measure, {a: sign, b: -sign}))
            for a in first
            for b in second
        ]

    def falling(self, measure: Measure, *models: str) -> list[list[Contrast]]:
        """The contrasts of a claim that each model is better than the next."""
        return [contrast for a, b in pairwise(models) for contrast in self.better(measure, [a], [b])]

    def overlap(self, first: str, second: str, weight: float) -> list[Term]:
        """The share of nearest neighbours that two models' codes have in common, recorded with either or both."""
        pairs = [(replace(OVERLAP, metric=f"overlap_{b}"), a) for a, b in ((first, second), (second, first))]
        known = [(measure, model) for measure, model in pairs if self.has(measure, model)]
        if not known:
            self.note("latent similarity", f"{first} and {second}")
        return [(measure, {model: weight / len(known)}) for measure, model in known]
