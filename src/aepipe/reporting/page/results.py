"""The input of a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from aepipe.analysis.image_variance import NOT_KNOWN, ImageVariance
from aepipe.evaluation.detail import borders, is_ink
from aepipe.evaluation.metrics import protocols
from aepipe.reporting.figures.colours import Entry, baselines, entries
from aepipe.reporting.markdown import Failed

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The metrics of autoencoders on one data set, and what their comparison needs."""

    titles: dict[str, str]  # of the autoencoders, in their order
    metrics: pd.DataFrame  # tidy rows
    has_labels: bool  # whether networks see images of several classes; otherwise, one may be normal
    confidence: float  # of all intervals
    image_variance: ImageVariance = NOT_KNOWN  # of means over seeds, due to the draw of the test images

    @cached_property
    def protocols(self) -> list[str]:
        """The protocols that there are numbers of."""
        return protocols(self.metrics)

    @cached_property
    def seeds(self) -> list[int]:
        """The seeds of the bake-off."""
        return sorted(int(seed) for seed in self.metrics["seed"].unique())


@dataclass(frozen=True, kw_only=True)
class Results(Numbers):
    """The results of a bake-off on one data set; dicts are by model."""

    dataset: str
    claims: pd.DataFrame  # from `aepipe.analysis.claims.overview`; may be empty
    claims_by_measure: pd.DataFrame  # from `aepipe.analysis.claims.by_measure`
    comparisons: pd.DataFrame  # from `aepipe.analysis.comparisons.differences`
    images: np.ndarray  # uint8 (N, H, W), or (N, H, W, 3) in colour; the last ones are the test set
    classes: np.ndarray  # (N,) labels of the images
    split: Arrays  # indices of each part, with the first seed; those of `test` are the images of maps
    class_names: Sequence[str]  # empty if the images have no labels
    origin: Mapping[str, object]  # of the images, from `aepipe.data.images.store`
    reconstructions: Mapping[str, Arrays]  # `originals` and `images`
    samples: Mapping[str, Arrays]  # `images` from the prior; of length 0 without a prior
    mixtures: Mapping[str, Arrays]  # `images` from a mixture fitted to the codes
    interpolations: Mapping[str, Arrays]  # `images` between the two `ends`
    maps: Mapping[str, Arrays]  # `positions` (n, 2) of the test images' codes
    anomaly_maps: Mapping[str, Arrays]  # the same, of runs trained without the held-out class
    held_out: int | None  # the held-out class of those runs
    roc_curves: Mapping[str, Sequence[pd.DataFrame]]  # one for each seed and held-out class
    training_curves: Mapping[str, Sequence[pd.DataFrame]]  # one for each seed
    layerwise: Mapping[str, str]  # of greedy training: what inner layers learn, `codes` or `pixels`
    labelled: int | None  # number of labels of classification
    failed: Failed  # runs without results
    in_article: bool  # whether the article's conclusions are about these images
    extractor_accuracy: float | None  # of the feature extractor, on the test images
    settings: Mapping[tuple[str, str], str]  # that tuning selected, by autoencoder and evaluation; empty without tuning
    defects: bytes = b""  # a PNG of anomalies and their errors, where one class is normal

    @cached_property
    def entries(self) -> list[Entry]:
        """The autoencoders."""
        return entries(self.titles)

    @cached_property
    def baselines(self) -> list[Entry]:
        """The baselines that have scores."""
        return baselines(self.metrics["model"])

    @property
    def test(self) -> np.ndarray:
        """Indices of the test images, those of maps and reconstructions."""
        return self.split["test"]

    @cached_property
    def as_read(self) -> bool:
        """Whether images are shown as they were read: grey ones of light ink on black are shown black on white."""
        return self.images.ndim == 4 or not is_ink(borders(self.images[self.test[:100]] / 255))

    @property
    def every(self) -> list[Entry]:
        """Autoencoders, then baselines."""
        return [*self.entries, *self.baselines]

    @property
    def classes_held_out(self) -> dict[str, str]:
        """Held-out class, or class of anomalies, as metrics call it -> its name."""
        found = self.metrics.loc[self.metrics["evaluation"] == "anomaly", "held_out"].unique()
        return {str(label): self.class_names[int(label)] for label in found}

    @property
    def lost(self) -> set[str]:
        """The models that have failed runs."""
        return {failure["model"] for failure in self.failed}

    def switch(self, model: str) -> str:
        """The switch that shows and hides a model: its own, or that of all baselines."""
        return model if model in self.titles else "baselines"
