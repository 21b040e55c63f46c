"""Whether scores support a claim: *holds*, *does not hold*, *undecided* or *not tested*.

A claim is tested by contrasts: one number for each unit (a seed), positive where it supports the claim. A claim holds
if all of its contrasts do, which needs no correction (the intersection-union test of Berger 1982, Technometrics 24).
One failing contrast refutes it, so there the level is corrected for their number (Bonferroni).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import copysign, inf, isnan, nan, sqrt

import pandas as pd

from aepipe.analysis.statistics import Estimate, mean_interval

HOLDS, DOES_NOT_HOLD, UNDECIDED, NOT_TESTED = "holds", "does not hold", "undecided", "not tested"
NOTHING = Estimate(nan, nan, nan, 0)


@dataclass(frozen=True)
class Thresholds:
    """The configuration's block `claims`."""

    confidence: float
    min_seeds: int
    fidelity: float
    apart: float
    joined: float
    alike: float
    hardly: float
    little: float


@dataclass(frozen=True)
class Contrast:
    """Numbers that are positive where they support a claim."""

    name: str
    values: pd.Series  # unit -> number


@dataclass(frozen=True)
class Verdict:
    """The decision, and the contrast that supports the claim least."""

    verdict: str
    reason: str
    contrast: str = ""
    estimate: Estimate = NOTHING
    agree: int = 0  # of its units, those in which all contrasts are positive


def decide(contrasts: Sequence[Contrast], confidence: float, min_units: int, units: str = "seeds") -> Verdict:
    """The verdict on a claim from its contrasts.

    Args:
        contrasts: one or more, each over the units (seeds) that it has.
        confidence: of the two-sided intervals.
        min_units: with fewer, a claim is undecided.
        units: their name.
    """
    estimates = [mean_interval(contrast.values, confidence) for contrast in contrasts]
    strict = 1 - (1 - confidence) / len(contrasts)
    against = [mean_interval(contrast.values, strict).high < 0 for contrast in contrasts]
    weakest = min(range(len(contrasts)), key=lambda i: strength(estimates[i], contrasts[i].values))
    shared = pd.concat([contrast.values for contrast in contrasts], axis=1)
    fewest = min(estimate.n for estimate in estimates)

    def verdict(text: str, reason: str) -> Verdict:
        measured = shared[shared.iloc[:, weakest].notna()]
        agree = int(((measured > 0) | measured.isna()).all(axis=1).sum())
        return Verdict(text, reason, contrasts[weakest].name, estimates[weakest], agree)

    if fewest < min_units:
        return verdict(UNDECIDED, f"{fewest} of at least {min_units} {units}")
    if all(estimate.low > 0 for estimate in estimates):
        return verdict(HOLDS, "every interval lies above 0")
    if any(against):
        return verdict(DOES_NOT_HOLD, f"{sum(against)} of {len(contrasts)} intervals lie below 0")
    open_ = sum(not estimate.low > 0 for estimate in estimates)
    return verdict(UNDECIDED, f"{open_} of {len(contrasts)} intervals do not lie above 0, none significantly below")


def strength(estimate: Estimate, values: pd.Series) -> tuple[float, float]:
    """How much a contrast supports its claim: its mean in units of its standard error, then its mean."""
    error = values.std() / sqrt(estimate.n) if estimate.n else nan
    if error > 0:
        return estimate.mean / error, estimate.mean
    sign = 0.0 if estimate.mean == 0 or isnan(estimate.mean) else copysign(inf, estimate.mean)
    return sign, estimate.mean
