"""Curves of runs: ROC curves, and what losses of the validation images say of a training: too long, or too short."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aepipe.config.paths import autoencoder_of, protocols_of

#: What is compared over epochs: other terms, as those of a codebook, may rise while images are reconstructed better.
LOSS = "validation_reconstruction"
TRAIN_LOSS = "train_reconstruction"  # the same of the training images
WINDOW = 3  # epochs of a moving mean: single epochs are noisy
LEAST = 8  # epochs that say something
#: Changes below this share of the loss are no change.
CHANGE = 0.01


@dataclass(frozen=True)
class Trend:
    """The end of a training: of an autoencoder trained layer by layer, of its outermost layer."""

    epochs: int
    lowest: int  # the epoch with the lowest loss, 1 the first
    rise: float  # from there to the last epochs, as a share of the lowest loss
    fall: float  # over the last fifth of the epochs, as a share of the loss before

    @property
    def rises(self) -> bool:
        """Whether the loss rises at the end: the training went on too long."""
        return self.rise > CHANGE

    @property
    def falls(self) -> bool:
        """Whether the loss still falls at the end: the training may go on."""
        return not self.rises and self.fall > CHANGE


def roc_curves(paths: Mapping[str, Sequence[str]]) -> dict[str, list[pd.DataFrame]]:
    """Model -> the ROC curves of each run, a table each; `paths` are those of the networks.

    Of an autoencoder with a network of its own under `paper`, each run has the curves of its protocol alone.
    """
    found: dict[str, list[pd.DataFrame]] = {}
    for network, own in paths.items():
        protocols = list(protocols_of(network, paths))
        tables = [pd.read_csv(path) for path in own]
        found.setdefault(autoencoder_of(network), []).extend(
            table[table["protocol"].isin(protocols)] for table in tables
        )
    return found


def under(curves: Sequence[pd.DataFrame], protocol: str) -> list[pd.DataFrame]:
    """Those of `roc_curves` that are of a protocol."""
    return [curve for curve in curves if protocol in set(curve["protocol"])]


def trend(curves: Sequence[pd.DataFrame]) -> Trend | None:
    """The trend of the mean over seeds of some curves, a table each, with a row for each epoch; None if too short."""
    own = [curve.loc[curve.get("layer", pd.Series(1, curve.index)) == 1, LOSS].to_numpy() for curve in curves]
    epochs = min(map(len, own), default=0)
    if epochs < LEAST:
        return None
    mean = np.mean([values[:epochs] for values in own], axis=0)
    smooth = np.convolve(mean, np.ones(WINDOW) / WINDOW, mode="valid")  # of the epochs WINDOW // 2 + 1, ...
    lowest = int(smooth.argmin())
    scale = max(abs(float(smooth[lowest])), 1e-9)
    before = smooth[-1 - max(1, epochs // 5)]
    return Trend(
        epochs,
        lowest + WINDOW // 2 + 1,
        float(smooth[-1] - smooth[lowest]) / scale,
        float(before - smooth[-1]) / max(abs(float(before)), 1e-9),
    )
