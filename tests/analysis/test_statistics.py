"""Intervals, paired differences and ranks."""

import numpy as np
import pandas as pd
import pytest
from scikit_posthocs import posthoc_nemenyi_friedman
from scipy import stats

from aepipe.analysis import statistics
from benchmarks.rules import coverage

VALUES = [64.1, 63.8, 64.4, 63.9, 64.0]


def test_the_interval_of_a_mean_is_students() -> None:
    found = statistics.mean_interval(VALUES, 0.9)
    known = stats.ttest_1samp(VALUES, 0).confidence_interval(0.9)
    assert (found.mean, found.n) == (pytest.approx(64.04), 5)
    assert (found.low, found.high) == (pytest.approx(known.low), pytest.approx(known.high))


def test_about_95_of_100_intervals_hold_the_mean() -> None:
    numbers = np.random.default_rng(0).normal(3, 2, size=(2000, 5))
    held = [statistics.mean_interval(row).holds(3) is True for row in numbers]
    assert 0.935 < np.mean(held) < 0.965


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_intervals_of_means_whose_images_are_a_sample_hold_the_mean_as_often(share: float) -> None:
    assert coverage(2000, share) == pytest.approx(0.95, abs=0.015)


def test_the_draw_of_the_images_adds_its_variance_and_its_degrees_of_freedom() -> None:
    numbers = np.array(VALUES)[:, None]
    seeds, both = statistics.means(numbers), statistics.means(numbers, 0.02)
    assert both.error[0] == pytest.approx(np.sqrt(seeds.error[0] ** 2 + 0.02))
    known = stats.ttest_ind_from_stats(  # Welch's test, against a second sample that is large
        numbers.mean(), numbers.std(ddof=1), 5, 64, np.sqrt(0.02 * 1e8), int(1e8), equal_var=False
    )
    assert 2 * both.p_above(64)[0] == pytest.approx(known.pvalue, rel=1e-6)
    assert both.estimate(0).low < seeds.estimate(0).low
    assert seeds.freedom[0] == 4 < both.freedom[0]


def test_without_variance_of_seeds_there_is_that_of_images_alone() -> None:
    found = statistics.means([[1.0], [1.0], [1.0]], 0.01)
    assert found.estimate(0).high == pytest.approx(1 + 1.96 * 0.1, abs=1e-3)
    assert found.p_above(1 - 0.1 * 1.645)[0] == pytest.approx(0.05, abs=1e-3)


def test_tests_are_one_sided_and_those_of_equal_numbers_are_certain() -> None:
    found = statistics.means([[1.0, 0.0, 2.0], [1.0, 0.0, 4.0], [1.0, 0.0, 3.0]])
    known = stats.ttest_1samp([2, 4, 3], 0, alternative="greater").pvalue
    np.testing.assert_allclose(found.p_above(), [0, 1, known])
    np.testing.assert_allclose(found.p_below(), [1, 1, 1 - known])


def test_the_number_of_seeds_is_that_of_a_t_test_with_that_power() -> None:
    assert statistics.seeds_needed(0.5, 1) == 34  # as by statsmodels' TTestPower: 33.4 and 9.9
    assert statistics.seeds_needed(1, 1) == 10
    assert statistics.seeds_needed(0.5, 1, power=0.5) < 34 < statistics.seeds_needed(0.5, 1, confidence=0.99)


def test_no_number_of_seeds_makes_up_for_few_images_or_a_mean_on_the_other_side() -> None:
    enough, few = (0.3 / 2.85) ** 2, (0.3 / 2.75) ** 2  # 1.96 + 0.84 standard errors have a power of 80%
    assert 34 < statistics.seeds_needed(0.3, 0.3, enough) < np.inf
    assert statistics.seeds_needed(0.3, 0.3, few) == np.inf
    assert statistics.seeds_needed(-0.3, 0.3) == statistics.seeds_needed(0, 0.3) == np.inf
    assert statistics.seeds_needed(0.3, 0) == 2


def test_holms_correction_goes_step_by_step() -> None:
    np.testing.assert_allclose(statistics.holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(statistics.holm([0.5, 0.9]), [1, 1])
    assert statistics.holm([]).size == 0


def test_one_number_has_no_interval_and_none_has_no_mean() -> None:
    one, none = statistics.mean_interval([64.1, np.nan]), statistics.mean_interval([])
    assert (one.mean, one.n) == (64.1, 1)
    assert np.isnan([one.low, one.high, none.mean, none.low]).all() and none.n == 0
    assert one.holds(64.1) is None


def test_without_variance_intervals_collapse_to_the_mean() -> None:
    assert statistics.mean_interval([2.5, 2.5, 2.5]) == statistics.Estimate(2.5, 2.5, 2.5, 3)


def test_differences_are_paired_over_the_seeds_that_both_have() -> None:
    common = np.array([10.0, -20.0, 30.0, 5.0])  # what seeds share cancels out
    first = pd.Series([*(common + np.array([1, 2, 3, 2])), 1000], index=[0, 1, 2, 3, 4])
    second = pd.Series([*common, -1000], index=[0, 1, 2, 3, 5])
    found = statistics.paired_difference(first, second)
    known = stats.ttest_rel(first[:4], second[:4]).confidence_interval(0.95)
    assert (found.mean, found.n) == (2, 4)
    assert (found.low, found.high) == (pytest.approx(known.low), pytest.approx(known.high))


def test_intervals_stay_within_what_is_possible() -> None:
    accuracy = statistics.mean_interval([0.9, 0.99])
    assert accuracy.high > 1 and accuracy.low < 0.9
    cut = accuracy.within((0, 1))
    assert (cut.mean, cut.low, cut.high, cut.n) == (accuracy.mean, accuracy.low, 1, 2)
    assert statistics.mean_interval([0.5, 9.5]).within((0, np.inf)).low == 0
    one = statistics.mean_interval([0.5]).within((0, 1))
    assert np.isnan([one.low, one.high]).all()


def test_ranks_are_averaged_over_blocks_and_ties_share_theirs() -> None:
    scores = pd.DataFrame({"a": [1, 1], "b": [2, 1], "c": [3, 0]})
    assert statistics.average_ranks(scores, lower_is_better=True).to_dict() == {"a": 1.75, "b": 2.25, "c": 2}
    assert statistics.average_ranks(scores, lower_is_better=False).to_dict() == {"a": 2.25, "b": 1.75, "c": 2}


def test_models_that_always_rank_alike_differ_by_friedmans_test_and_random_ones_do_not() -> None:
    noise = np.random.default_rng(0).normal(size=(12, 4))
    ordered, random = pd.DataFrame(noise + 10 * np.arange(4)), pd.DataFrame(noise)
    assert statistics.friedman(ordered).p < 1e-6
    assert statistics.friedman(ordered).statistic == pytest.approx(36)  # N (k - 1), its highest value
    assert statistics.friedman(random).p > 0.05


@pytest.mark.filterwarnings("error")
def test_friedmans_test_of_nothing_but_ties_says_nothing() -> None:
    assert np.isnan(statistics.friedman(pd.DataFrame(np.ones((3, 4)))).p)


@pytest.mark.parametrize("shape", [(1, 5), (5, 2)])
def test_friedmans_test_needs_blocks_and_models(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="3 models and 2 blocks"):
        statistics.friedman(pd.DataFrame(np.zeros(shape)))


def test_the_critical_difference_is_demsars() -> None:
    assert statistics.critical_difference(4, 14) == pytest.approx(1.25, abs=0.005)  # his example, section 3.2.4


def test_average_ranks_further_apart_than_the_critical_difference_differ_by_nemenyis_test() -> None:
    scores = pd.DataFrame(np.random.default_rng(1).normal(size=(10, 5)) + 0.8 * np.arange(5))
    average = statistics.average_ranks(scores, lower_is_better=True).to_numpy()
    apart = abs(average[:, None] - average) > statistics.critical_difference(5, 10)
    np.testing.assert_array_equal(posthoc_nemenyi_friedman(scores).to_numpy() < 0.05, apart)
    assert 0 < apart.sum() < 20
