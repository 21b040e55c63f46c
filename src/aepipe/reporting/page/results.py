"""What a report is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from aepipe.reporting.figures.colours import Entry, baselines, entries
from aepipe.reporting.markdown import Failed

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Results:
    """The results of a bake-off on one data set.

    Attributes:
        dataset: its name.
        titles: autoencoder -> its name in tables, in their order.
        metrics: tidy rows.
        claims: verdicts, as `aepipe.analysis.claims.verdicts` gives them; may be empty.
        comparisons: pairs, as `aepipe.analysis.comparisons.differences` gives them.
        images: uint8 (N, H, W), or (N, H, W, 3) in colour; the last ones are the test set.
        classes: (N,) titles of the images.
        class_names: name of each class; empty where the images have no labels.
        origin: of the images, as `aepipe.data.images.store` writes it.
        reconstructions: model -> `originals` and `images`.
        samples: model -> `images` from its prior; none where it has no prior.
        mixtures: model -> `images` from a mixture fitted to its codes.
        interpolations: model -> `images` on the way between the two `ends`.
        maps: model -> `positions` (n, 2) of the test images' codes.
        anomaly_maps: the same, of networks that have not seen the class left out.
        held_out: the class that those have not seen, or None.
        roc_curves: model -> a table of curves for each seed and held-out class.
        training_curves: model -> a table of losses for each seed.
        layerwise: autoencoder that is trained layer by layer -> what inner layers learn, `codes` or `pixels`.
        labelled: number of titles that classification has.
        failed: the runs without numbers.
        confidence: of all intervals.
    """

    dataset: str
    titles: dict[str, str]
    metrics: pd.DataFrame
    claims: pd.DataFrame
    comparisons: pd.DataFrame
    images: np.ndarray
    classes: np.ndarray
    class_names: Sequence[str]
    origin: Mapping[str, object]
    reconstructions: Mapping[str, Arrays]
    samples: Mapping[str, Arrays]
    mixtures: Mapping[str, Arrays]
    interpolations: Mapping[str, Arrays]
    maps: Mapping[str, Arrays]
    anomaly_maps: Mapping[str, Arrays]
    held_out: int | None
    roc_curves: Mapping[str, Sequence[pd.DataFrame]]
    training_curves: Mapping[str, Sequence[pd.DataFrame]]
    layerwise: Mapping[str, str]
    labelled: int | None
    failed: Failed
    confidence: float

    @cached_property
    def entries(self) -> list[Entry]:
        """The autoencoders."""
        return entries(self.titles)

    @cached_property
    def baselines(self) -> list[Entry]:
        """The baselines that have numbers."""
        return baselines(self.metrics["model"])

    @cached_property
    def seeds(self) -> list[int]:
        """The seeds of the bake-off."""
        return sorted(int(seed) for seed in self.metrics["seed"].unique())

    @property
    def classes_held_out(self) -> list[str]:
        """The names of the classes that anomaly detection has left out, one after the other."""
        found = self.metrics.loc[self.metrics["evaluation"] == "anomaly", "held_out"].unique()
        return [self.class_names[int(label)] for label in found]

    @property
    def lost(self) -> set[str]:
        """The models that have failed runs."""
        return {failure["model"] for failure in self.failed}

    def switch(self, model: str) -> str:
        """The name of the switch that shows and hides a model: its own, or that of all baselines."""
        return model if model in self.titles else "baselines"
