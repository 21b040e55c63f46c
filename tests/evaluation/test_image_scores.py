"""How much the draw of the test images, which all seeds share, matters."""

from pathlib import Path

import numpy as np
import pytest

from aepipe.evaluation import image_scores, metrics
from aepipe.evaluation.image_scores import Sums, completed, covariances, means, save

TEST = np.arange(50, 150)


def added(folder: Path, seeds: int, seed_noise: float, own: np.ndarray, seed: int) -> Sums:
    """A model's scores: `own` of each image, and noise of each seed and image."""
    sums = Sums(TEST)
    random = np.random.default_rng(seed)
    for number in range(seeds):
        order = random.permutation(TEST)
        values = own[order - 50] + seed_noise * random.normal(size=100)
        save(folder / f"{number}.npz", {"paper": {"bce": values}, "corrected": {"bce": values + 1}})
        sums.add(folder / f"{number}.npz", order, {"paper": "paper", "corrected": "corrected"})
    return sums


def test_metrics_are_the_means_of_what_images_contribute() -> None:
    assert means({"paper": {"accuracy": np.array([True, False, True, True])}}) == {"paper": {"accuracy": 0.75}}


def test_images_that_all_find_hard_vary_the_mean_of_each_but_not_their_difference(tmp_path: Path) -> None:
    hard = np.random.default_rng(0).normal(size=100)
    sums = {"a": added(tmp_path, 20, 0.1, hard, 1), "b": added(tmp_path, 20, 0.1, hard + 3, 2)}
    rows = [row for row in covariances(sums) if row["protocol"] == "paper"]
    found = {(row["model"], row["other"]): row["covariance"] for row in rows}
    expected = hard.var(ddof=1) / 100
    assert found == {pair: pytest.approx(expected, rel=0.1) for pair in (("a", "a"), ("a", "b"), ("b", "b"))}
    of_difference = found["a", "a"] + found["b", "b"] - 2 * found["a", "b"]
    assert of_difference == pytest.approx(2 * 0.1**2 / 20 / 100, rel=0.5)


def test_the_variance_of_the_mean_over_images_is_that_of_its_draw() -> None:
    random = np.random.default_rng(0)
    pool = random.exponential(size=100_000)
    draws = [random.choice(pool, 100) for _ in range(2000)]
    estimates = []
    for draw in draws[:200]:
        sums = Sums(TEST)
        sums.sums["paper", "bce"] = draw, np.ones(100)
        (row,) = covariances({"a": sums})
        estimates.append(row["covariance"])
    assert np.mean(estimates) == pytest.approx(np.var([draw.mean() for draw in draws]), rel=0.1)


def test_scores_of_some_images_are_compared_on_those_that_both_have(tmp_path: Path) -> None:
    one, other = Sums(TEST), Sums(TEST)
    for sums, values in ((one, [0.0, 1, 2, 3]), (other, [0.0, 2, 4])):
        save(tmp_path / "some.npz", {"paper": {"knn_accuracy": np.array(values)}})
        sums.add(tmp_path / "some.npz", TEST, {"paper": "paper"})
    assert np.isnan(one.mean("paper", "knn_accuracy")[4:]).all()
    found = {(row["model"], row["other"]): row["covariance"] for row in covariances({"one": one, "other": other})}
    assert found["one", "other"] == pytest.approx(2 / 3)  # of 0, 1, 2 and 0, 2, 4
    assert found["one", "one"] == pytest.approx(5 / 3 / 4)


def test_a_protocol_that_a_network_is_not_for_is_left_out(tmp_path: Path) -> None:
    save(tmp_path / "both.npz", {"paper": {"bce": np.arange(5)}, "corrected": {"bce": np.arange(5)}})
    sums = Sums(TEST)
    sums.add(tmp_path / "both.npz", TEST, {"corrected": "corrected"})
    assert sums.sums.keys() == {("corrected", "bce")}


def test_reused_covariances_are_those_of_pairs_that_are_not_computed(tmp_path: Path) -> None:
    key = {"dataset": "digits", "latent_dim": "", "protocol": "paper", "evaluation": "reconstruction", "metric": "bce"}
    rows = [{**key, "model": "a", "other": "b", "covariance": 1.0}]
    metrics.write([{**rows[0], "covariance": 2.0}, {**rows[0], "other": "c"}], tmp_path / "earlier.csv")
    found = completed(rows, [str(tmp_path / "earlier.csv")])
    assert [(row["other"], float(row["covariance"])) for row in found] == [("b", 1), ("c", 1)]
    metrics.write(completed([], []), tmp_path / "none.csv", image_scores.COLUMNS)
    assert (tmp_path / "none.csv").read_text() == ",".join(image_scores.COLUMNS) + "\n"
