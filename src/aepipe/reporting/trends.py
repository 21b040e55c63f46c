"""How the trainings of autoencoders end, in words."""

from collections.abc import Mapping, Sequence

import pandas as pd

from aepipe.analysis.curves import Trend, trend

#: Autoencoder -> a training curve for each seed.
Curves = Mapping[str, Sequence[pd.DataFrame]]


def trends(titles: Mapping[str, str], curves: Curves) -> dict[str, Trend]:
    """Autoencoder -> how its training ends, of those that have been trained long enough to tell."""
    found = {model: trend(curves.get(model, [])) for model in titles}
    return {model: own for model, own in found.items() if own}


def rising(titles: Mapping[str, str], curves: Curves) -> list[str]:
    """A sentence on each autoencoder whose reconstruction of validation images gets worse at the end."""
    return [
        f"{titles[model]}: the reconstruction loss of the validation images rises from epoch {own.lowest:,} of "
        f"{own.epochs:,} on, by {own.rise:.1%}."
        for model, own in trends(titles, curves).items()
        if own.rises
    ]
