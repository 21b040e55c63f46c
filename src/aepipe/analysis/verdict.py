"""Whether scores support a conclusion, by the rules of docs/preregistration.md.

A conclusion is tested by contrasts: a number for each seed, positive where it supports the conclusion. Each measure of
its panel tests all of them. It *holds* if every contrast of every measure lies above 0, which needs no correction (the
intersection-union test of Berger 1982, Technometrics 24). One failing contrast refutes it, so there the level is
corrected for their number (Bonferroni). *No difference* takes two one-sided tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from math import inf, isfinite, nan

import numpy as np

from aepipe.analysis.statistics import Estimate, Means, holm, means, seeds_needed

HOLDS, DOES_NOT_HOLD, DEPENDS = "holds", "does not hold", "depends on the measure"
NO_DIFFERENCE, UNDECIDED, NOT_TESTED = "no difference", "undecided", "not tested"
#: In the order of counts.
VERDICTS = (HOLDS, DOES_NOT_HOLD, DEPENDS, NO_DIFFERENCE, UNDECIDED, NOT_TESTED)
NOTHING = Estimate(nan, nan, nan, 0)


@dataclass(frozen=True)
class Limits:
    """The configuration's block `claims`."""

    confidence: float
    min_seeds: int
    alike: float
    hardly: float
    little: float
    slightly: float
    margins: Mapping[str, float]


@dataclass(frozen=True)
class Contrast:
    """Numbers that are positive where they support a conclusion."""

    name: str
    values: np.ndarray  # (S,) a number for each seed; NaN where it is missing
    image_variance: float = 0.0  # of their mean, due to the draw of the test images
    margin: float = 0.0  # a difference of this size counts as none


#: A contrast, or several of which one that lies above 0 will do.
Alternatives = Sequence[Contrast]


@dataclass(frozen=True)
class Finding:
    """What one measure says of a conclusion, and the contrast that supports it least."""

    contrast: str
    estimate: Estimate
    n: int  # seeds of the contrast with the fewest
    p: float  # two-sided: below 1 − confidence if every contrast lies above 0
    needed: float  # seeds at which the weakest contrast would be decided; infinite where no number would do
    hopeless: str  # why none would; empty otherwise
    holds: bool  # every contrast lies above 0
    fails: bool  # some contrast lies below 0
    alike: bool  # every contrast that does not lie above 0 is within its margin
    strength: tuple[float, float] = field(repr=False)  # sorts findings, the weakest first

    @property
    def verdict(self) -> str:
        """The verdict by this measure alone."""
        marks = {HOLDS: self.holds, DOES_NOT_HOLD: self.fails, NO_DIFFERENCE: self.alike}
        return next((verdict for verdict, true in marks.items() if true), UNDECIDED)


@dataclass(frozen=True)
class Verdict:
    """The decision on a conclusion, and the measure whose contrast supports it least."""

    verdict: str
    reason: str
    p: float = nan  # the largest of all contrasts and measures; 1 with too few seeds
    measure: str = ""
    weakest: Finding | None = None
    findings: Mapping[str, Finding] = field(default_factory=dict)  # measure -> what it says

    @property
    def needed(self) -> float:
        """The number of seeds that would decide the weakest contrast, of an undecided conclusion; otherwise NaN."""
        return self.weakest.needed if self.weakest and self.verdict == UNDECIDED else nan


class Tests:
    """The tests of one measure's contrasts, each of which may have several alternatives."""

    def __init__(self, contrasts: Sequence[Alternatives], confidence: float) -> None:
        """`confidence` is that of the two-sided intervals."""
        self.flat = [one for alternatives in contrasts for one in alternatives]
        self.sizes = np.array([len(alternatives) for alternatives in contrasts])
        self.starts = np.array([0, *accumulate(self.sizes[:-1])])
        self.confidence = confidence
        values = np.column_stack([one.values for one in self.flat])
        self.means: Means = means(values, [one.image_variance for one in self.flat])

    def any_of(self, p: np.ndarray) -> np.ndarray:
        """p-values of contrasts of which one alternative will do, corrected for their number (Bonferroni)."""
        return np.minimum(1, np.minimum.reduceat(p, self.starts) * self.sizes)

    def all_of(self, p: np.ndarray) -> np.ndarray:
        """p-values of contrasts all of whose alternatives have to be shown."""
        return np.maximum.reduceat(p, self.starts)

    @cached_property
    def above(self) -> np.ndarray:
        """One-sided p-values: contrasts are not above 0."""
        return self.any_of(self.means.p_above())

    @property
    def below(self) -> np.ndarray:
        """One-sided p-values: contrasts are not below 0."""
        return self.all_of(self.means.p_below())

    @property
    def within(self) -> np.ndarray:
        """p-values: contrasts are not within their margins, by two one-sided tests (Schuirmann 1987)."""
        margins = np.array([one.margin for one in self.flat])
        return np.maximum(self.all_of(self.means.p_below(margins)), self.any_of(self.means.p_above(-margins)))

    def finding(self) -> Finding:
        """What they say together."""
        level = 1 - self.confidence
        t = np.nan_to_num(self.means.t(), nan=0.0, posinf=inf, neginf=-inf)
        strongest = np.maximum.reduceat(t, self.starts)  # of the alternatives
        holds = self.above < level / 2
        weakest = int(np.lexsort((strongest, -self.above))[0])
        start, size = self.starts[weakest], self.sizes[weakest]
        place = int(start + t[start : start + size].argmax())
        confidence = 1 - level / size
        needed, hopeless = self.needed(place, confidence)
        return Finding(
            contrast=self.flat[place].name,
            estimate=self.means.estimate(place, confidence),
            n=int(self.means.n.min()),
            p=float(min(1, 2 * self.above.max())),
            needed=needed,
            hopeless=hopeless,
            holds=bool(holds.all()),
            fails=bool((self.below < level / 2 / len(self.sizes)).any()),
            alike=bool((holds | (self.within < level)).all()),
            strength=(-float(self.above[weakest]), float(strongest[weakest])),
        )

    def needed(self, place: int, confidence: float) -> tuple[float, str]:
        """The number of seeds that a contrast would take, and why no number would do."""
        found = self.means
        mean, deviation, variance = (float(of[place]) for of in (found.mean, found.deviation, found.image_variance))
        number = seeds_needed(mean, deviation, variance, confidence)
        if isfinite(number):
            return number, ""
        if not mean > 0:
            return number, "the contrast is not positive"
        enough = isfinite(seeds_needed(mean, deviation, 0.0, confidence))
        return number, "there are too few test images" if enough else "the contrast is too small"


def decide(measures: Mapping[str, Sequence[Alternatives]], confidence: float, min_seeds: int) -> Verdict:
    """The verdict on a conclusion.

    Args:
        measures: name of each measure of the panel -> the contrasts that it tests, one or more.
        confidence: of the two-sided intervals; a contrast lies above 0 if its interval does.
        min_seeds: with fewer, a conclusion is undecided.
    """
    findings = {name: Tests(contrasts, confidence).finding() for name, contrasts in measures.items()}
    measure = min(findings, key=lambda name: findings[name].strength)
    weakest, every = findings[measure], findings.values()
    fewest = min(finding.n for finding in every)

    def verdict(text: str, reason: str) -> Verdict:
        p = 1.0 if fewest < min_seeds else max(finding.p for finding in every)
        return Verdict(text, reason, p, measure, weakest, findings)

    if fewest < min_seeds:
        return verdict(UNDECIDED, f"{fewest} of at least {min_seeds} seeds")
    if all(finding.holds for finding in every):
        return verdict(HOLDS, "every contrast lies above 0")
    if all(finding.fails for finding in every):
        return verdict(DOES_NOT_HOLD, "by every measure, some contrast lies below 0")
    against = [finding for finding in every if not finding.holds and (finding.fails or finding.alike)]
    if against and any(finding.holds for finding in every):
        return verdict(DEPENDS, "it holds by one measure and not by another")
    if all(finding.holds or finding.alike for finding in every):
        return verdict(NO_DIFFERENCE, "every contrast that does not lie above 0 is within its margin")
    return verdict(UNDECIDED, outlook(weakest))


def outlook(weakest: Finding) -> str:
    """How many seeds would decide an undecided conclusion."""
    if weakest.hopeless:
        return f"no number of seeds would show it: {weakest.hopeless}"
    return f"{weakest.needed:.0f} seeds would show the weakest contrast with a power of 80%"


def after_holm(verdicts: Sequence[Verdict], confidence: float) -> list[tuple[str, float]]:
    """The verdicts after Holm's correction for the number of tested conclusions, and their corrected p-values.

    A *holds* that does not survive becomes *undecided*. The other verdicts are repeated: only a *holds* is a discovery
    that many tests make likely to be false.
    """
    tested = [index for index, found in enumerate(verdicts) if found.verdict != NOT_TESTED]
    corrected = dict(zip(tested, holm([verdicts[index].p for index in tested]), strict=True))
    found = []
    for index, one in enumerate(verdicts):
        p = float(corrected.get(index, nan))
        found.append((UNDECIDED if one.verdict == HOLDS and not p < 1 - confidence else one.verdict, p))
    return found
