"""The rules of the verdict, on contrasts for which it is known, and on models that nothing distinguishes."""

import numpy as np
import pytest

from aepipe.analysis.verdict import (
    DEPENDS,
    DOES_NOT_HOLD,
    HOLDS,
    NO_DIFFERENCE,
    NOT_TESTED,
    UNDECIDED,
    Contrast,
    Verdict,
    after_holm,
    decide,
)
from benchmarks.rules import TRUE, null

NOISE = np.array([0.9, 1.1, 1.0, 0.95, 1.05])


def contrast(name: str, mean: float = 1.0, spread: float = 1.0, margin: float = 0.0, images: float = 0.0) -> Contrast:
    """A contrast of five seeds, whose standard deviation is 0.08 times `spread`."""
    return Contrast(name, mean + spread * (NOISE - 1), images, margin)


ABOVE, BELOW = [contrast("above")], [contrast("below", -1)]
OPEN, NONE = [contrast("open", 0.01)], [contrast("none", 0.001, 0.1, margin=0.1)]


def verdict(*measures: list[list[Contrast]], min_seeds: int = 3) -> Verdict:
    return decide({str(number): contrasts for number, contrasts in enumerate(measures)}, 0.95, min_seeds)


@pytest.mark.parametrize(
    ("measures", "text"),
    [
        ([[ABOVE]], HOLDS),
        ([[ABOVE, ABOVE], [ABOVE]], HOLDS),
        ([[BELOW]], DOES_NOT_HOLD),
        ([[ABOVE, BELOW], [BELOW, ABOVE]], DOES_NOT_HOLD),
        ([[ABOVE], [BELOW]], DEPENDS),
        ([[ABOVE], [NONE]], DEPENDS),
        ([[ABOVE], [NONE], [OPEN]], DEPENDS),
        ([[NONE]], NO_DIFFERENCE),
        ([[NONE, ABOVE], [NONE]], NO_DIFFERENCE),
        ([[OPEN]], UNDECIDED),
        ([[OPEN], [ABOVE]], UNDECIDED),
        ([[OPEN], [BELOW]], UNDECIDED),
        ([[NONE], [BELOW]], UNDECIDED),
        ([[NONE], [OPEN]], UNDECIDED),
    ],
)
def test_measures_decide_together(measures: list[list[list[Contrast]]], text: str) -> None:
    assert verdict(*measures).verdict == text


def test_a_contrast_below_0_and_within_its_margin_is_no_difference_beside_another_measure() -> None:
    slightly = [contrast("slightly below", -0.01, 0.01, margin=0.1)]
    assert verdict([slightly]).verdict == DOES_NOT_HOLD
    assert verdict([slightly], [NONE]).verdict == NO_DIFFERENCE


def test_the_weakest_contrast_of_all_measures_is_shown() -> None:
    found = verdict([ABOVE, [contrast("weak", 0.2)]], [ABOVE])
    assert found.weakest and (found.verdict, found.measure, found.weakest.contrast) == (HOLDS, "0", "weak")
    assert found.p == found.findings["0"].p > found.findings["1"].p


def test_p_is_two_sided_so_that_it_agrees_with_the_interval() -> None:
    for mean in np.linspace(0, 0.2, 41):
        found = verdict([[contrast("", mean)]])
        assert found.weakest and (found.p < 0.05) == (found.weakest.estimate.low > 0) == (found.verdict == HOLDS)


def test_a_contrast_against_a_claim_must_be_surer_where_there_are_many() -> None:
    against = [contrast("against", -0.15)]
    assert verdict([against]).verdict == DOES_NOT_HOLD
    assert verdict([against, ABOVE]).verdict == DOES_NOT_HOLD
    assert verdict([against, *[ABOVE] * 30]).verdict == UNDECIDED


def test_of_alternatives_one_above_0_will_do_and_all_have_to_lie_below() -> None:
    assert verdict([[*ABOVE, *BELOW]]).verdict == HOLDS
    assert verdict([[*BELOW, *BELOW]]).verdict == DOES_NOT_HOLD
    assert verdict([[*OPEN, *BELOW]]).verdict == UNDECIDED
    assert verdict([[*NONE, *BELOW]]).verdict == NO_DIFFERENCE


def test_of_many_alternatives_one_must_be_surer() -> None:
    nearly, rest = contrast("nearly", 0.12), BELOW
    assert verdict([[nearly]]).verdict == HOLDS
    found = verdict([[nearly, *rest * 30]])
    assert found.verdict == UNDECIDED and found.weakest
    assert found.weakest.contrast == "nearly" and found.weakest.estimate.low < 0


def test_an_undecided_claim_says_how_many_seeds_it_would_take() -> None:
    found = verdict([[contrast("", 0.05)]])
    assert (found.verdict, found.reason) == (UNDECIDED, "22 seeds would show the weakest contrast with a power of 80%")
    assert found.needed == 22 and np.isnan(verdict([ABOVE]).needed)


@pytest.mark.parametrize(
    ("hopeless", "reason"),
    [
        (contrast("", -0.01), "the contrast is not positive"),
        (contrast("", 0.05, images=0.001), "there are too few test images"),
        (contrast("", 0.0001), "the contrast is too small"),
    ],
)
def test_or_why_no_number_of_seeds_would_do(hopeless: Contrast, reason: str) -> None:
    found = verdict([[hopeless]])
    assert (found.needed, found.reason) == (np.inf, f"no number of seeds would show it: {reason}")


def test_seeds_without_a_number_do_not_count() -> None:
    gap = [Contrast("gap", np.array([1, 1.1, np.nan, 0.9, np.nan]))]
    assert verdict([ABOVE, gap], min_seeds=4).reason == "3 of at least 4 seeds"
    assert verdict([ABOVE, gap]).verdict == HOLDS


def test_equal_numbers_decide_and_zeros_do_not() -> None:
    assert verdict([[Contrast("same", np.full(3, 0.5))]]).verdict == HOLDS
    assert verdict([[Contrast("same", np.full(3, -0.5))]]).verdict == DOES_NOT_HOLD
    assert verdict([[Contrast("none", np.zeros(3))]]).verdict == UNDECIDED
    assert verdict([[Contrast("none", np.zeros(3), margin=0.1)]]).verdict == NO_DIFFERENCE


def test_holms_correction_counts_the_tested_claims_and_takes_back_holds_alone() -> None:
    sure, weak = verdict([ABOVE]), Verdict(HOLDS, "", 0.02)
    others = [Verdict(DOES_NOT_HOLD, "", 1.0), Verdict(UNDECIDED, "", 1.0), Verdict(NOT_TESTED, "")]
    texts, p = zip(*after_holm([sure, weak, *others], 0.95), strict=True)
    assert texts == (HOLDS, UNDECIDED, DOES_NOT_HOLD, UNDECIDED, NOT_TESTED)
    assert p[0] == pytest.approx(4 * sure.p) and p[1] == pytest.approx(3 * 0.02)
    assert np.isnan(p[-1])
    assert after_holm([sure, weak], 0.95)[1][0] == HOLDS


@pytest.mark.parametrize(("protocol", "shared"), [("paper", 0.9), ("corrected", 0.0)])
def test_of_models_that_nothing_distinguishes_hardly_a_claim_holds(protocol: str, shared: float) -> None:
    before, after = null(20, shared, protocol)
    assert before[TRUE].to_numpy().mean() > 0.9
    assert before.drop(columns=TRUE).to_numpy().mean() < 0.02
    assert after.drop(columns=TRUE).any(axis=1).mean() <= 0.05
