"""What latent codes show: known answers on made-up codes, and real digits."""

from typing import Any

import numpy as np
import pytest

from aepipe.evaluation.latent_similarity import latent_similarity, neighbourhoods, overlap
from aepipe.evaluation.latent_structure import (
    latent_structure,
    mixing,
    mixing_gap,
    own_group_excess,
    structure,
)
from aepipe.evaluation.use_of_codes import active_units, codebook_perplexity

SETTINGS: Any = {"neighbours": 5, "apart": [0, 1], "joined": [[2, 3]], "seed": 0}
RNG = np.random.default_rng
CLASSES = np.arange(120) % 4


def clusters(spread: float, seed: int = 0) -> np.ndarray:
    """Codes (120, 3) in four clusters at a distance of 1, one for each class."""
    centres = np.eye(4, 3) / np.sqrt(2)
    return centres[CLASSES] + spread * RNG(seed).normal(size=(120, 3))


def test_separated_clusters_of_the_classes_have_the_best_scores() -> None:
    codes = clusters(0.01)
    found, scores = structure(codes, codes, CLASSES, **SETTINGS)
    assert found.pop("silhouette") > 0.95
    perfect = ["trustworthiness", "knn_accuracy", "nmi", "ari"]
    assert found == {**dict.fromkeys(perfect, pytest.approx(1)), "own_group_excess": 0, "mixing_gap": 0}
    assert scores["knn_accuracy"].tolist() == [True] * 120


def test_labels_that_the_codes_know_nothing_of_are_met_by_chance() -> None:
    found, _ = structure(clusters(0.01), RNG(1).normal(size=(120, 9)), RNG(2).permutation(CLASSES), **SETTINGS)
    assert found["trustworthiness"] == pytest.approx(0.5, abs=0.05)
    assert found["knn_accuracy"] == pytest.approx(1 / 4, abs=0.15)
    assert found["ari"] == pytest.approx(0, abs=0.05)
    assert found["nmi"] < 0.1
    assert found["silhouette"] < 0.05


def test_codes_that_fold_the_images_are_not_trusted_and_those_that_tear_them_are() -> None:
    line = np.arange(120.0)[:, None]
    folded, torn = np.abs(line - 59.7), line + 1000 * (line > 60)
    assert structure(folded, line, CLASSES, **SETTINGS)[0]["trustworthiness"] < 0.8
    assert structure(torn, line, CLASSES, **SETTINGS)[0]["trustworthiness"] > 0.99


def test_an_image_is_not_its_own_neighbour() -> None:
    labels = np.arange(40) % 2
    codes = np.repeat(np.arange(20.0), 2)[:, None]  # each image lies with one of the other class
    assert structure(codes, codes, labels, **SETTINGS | {"neighbours": 1, "joined": None})[0]["knn_accuracy"] == 0


def test_classes_apart_and_joined_are_seen_where_they_are_named() -> None:
    codes = clusters(0.01)
    codes[CLASSES == 3] = codes[CLASSES == 2][RNG(3).permutation(30)] + 0.01 * RNG(4).normal(size=(30, 3))
    found, _ = structure(codes, codes, CLASSES, **SETTINGS)
    assert found["own_group_excess"] == pytest.approx(found["mixing_gap"])
    assert found["mixing_gap"] == pytest.approx(1 / 2, abs=0.1)
    others, _ = structure(codes, codes, CLASSES, **SETTINGS | {"apart": [2, 3], "joined": [[0, 1]]})
    assert (others["own_group_excess"], others["mixing_gap"]) == (0, pytest.approx(-1 / 2, abs=0.1))
    without, _ = structure(codes, codes, CLASSES, **SETTINGS | {"apart": None, "joined": []})
    assert not {"own_group_excess", "mixing_gap"} & set(without)


def test_neighbours_of_the_own_group_count_beyond_those_in_as_many_other_classes() -> None:
    labels = np.arange(4)
    neighbours = np.array([[0, 0, 0, 1], [1, 1, 2, 2], [1, 2, 2, 3], [3, 3, 3, 0]])
    shares = mixing(neighbours, labels)
    assert shares.tolist() == [[0.75, 0.25, 0, 0], [0, 0.5, 0.5, 0], [0, 0.25, 0.5, 0.25], [0.25, 0, 0, 0.75]]
    # of 1: 0.5 in 2, and 0 in 0 and 3 on average; of 2: 0.25 in 1, and 0.125 in 0 and 3
    assert own_group_excess(shares, [[1, 2]]) == ((0.5 - 0) + (0.25 - 0.125)) / 2
    assert mixing_gap(shares, [[1, 2]], [0, 3]) == 0.5 - 0.25
    assert own_group_excess(np.full((10, 10), 0.1), [[4, 7, 9], [3, 5, 8]]) == pytest.approx(0)
    assert np.isnan(mixing(neighbours, np.array([0, 1, 3, 3]))[2]).all()


def test_units_are_active_where_mean_codes_vary() -> None:
    codes = RNG(0).normal(size=(5000, 3)) * [0.09, 0.11, 1] + [5, 0, 0]
    assert active_units(codes.astype(np.float32)) == 2


def test_perplexity_counts_the_entries_that_are_used_evenly() -> None:
    assert codebook_perplexity(np.zeros((60, 2))) == pytest.approx(1)
    entries = RNG(0).normal(size=12)
    even = entries[np.arange(60) % 12]
    assert codebook_perplexity(even[:, None]) == pytest.approx(12)
    assert codebook_perplexity(np.stack([even, np.zeros(60)], axis=1)) == pytest.approx((12 + 1) / 2)
    assert 1 < codebook_perplexity(np.array([[0.0], [0], [0], [1]])) < 2


def test_protocols_take_sampled_and_mean_codes_of_the_first_images() -> None:
    pixels, labels = np.tile(clusters(0.01), (2, 1)), np.tile(CLASSES, 2)
    settings = SETTINGS | {"images": 120}
    mean = {"test": np.concatenate([clusters(0.01), np.zeros((120, 3))])}
    found, scores = latent_structure(mean, pixels, labels, **settings)
    assert found["paper"] == found["corrected"]
    assert found["corrected"]["knn_accuracy"] == 1
    assert scores["paper"]["knn_accuracy"].shape == (120,)

    sampled, scores = latent_structure(
        mean | {"test_sampled": RNG(5).normal(size=(240, 3))}, pixels, labels, **settings
    )
    assert sampled["corrected"] == found["corrected"] | {"active_units": 3}
    assert sampled["paper"]["knn_accuracy"] < 0.5
    assert scores["paper"]["knn_accuracy"].mean() == sampled["paper"]["knn_accuracy"]
    assert set(sampled["paper"]) == set(found["paper"])

    discrete, _ = latent_structure(mean | {"codebooks": np.zeros((3, 512))}, pixels, labels, **settings)
    assert discrete["paper"] == found["paper"]
    assert discrete["corrected"]["codebook_perplexity"] > 1


def test_the_perplexity_of_a_codebook_of_vectors_is_over_all_positions_of_all_images() -> None:
    pixels, settings = clusters(0.01), SETTINGS | {"images": 120}
    entries = RNG(0).normal(size=(8, 2)).astype(np.float32)
    used = RNG(0).permuted(
        np.resize([0, 1, 2, 3, 4, 5], (120, 3)), axis=0
    )  # six of eight entries, evenly, at three positions
    codes = {"test": entries[used].reshape(120, 6), "codebook": entries}
    found, _ = latent_structure(codes, pixels, CLASSES, **settings)
    assert found["corrected"]["codebook_perplexity"] == pytest.approx(6)
    assert (found["corrected"]["codebook_used"], found["corrected"]["codebook_entries"]) == (6, 8)
    assert "codebook_perplexity" not in found["paper"]


def test_pixels_of_real_digits_have_structure(digit_images: np.ndarray, digit_labels: np.ndarray) -> None:
    pixels = digit_images.reshape(-1, 64) / 255
    settings: Any = {
        "images": 400,
        "neighbours": 10,
        "apart": [0, 1, 2, 6],
        "joined": [[4, 7, 9], [3, 5, 8]],
        "seed": 0,
    }
    numbers, _ = latent_structure({"test": pixels}, pixels, digit_labels, **settings)
    found = numbers["corrected"]
    assert found["trustworthiness"] == pytest.approx(1)
    assert found["knn_accuracy"] > 0.9
    assert 0.5 < found["nmi"] < 1
    assert 0 < found["mixing_gap"] < 0.5


def test_the_same_codes_have_the_same_neighbourhoods_whatever_their_scale() -> None:
    codes = RNG(0).normal(size=(300, 4))
    near = neighbourhoods(codes, 10)
    assert near.sum(axis=1).tolist() == [10] * 300
    assert not near.diagonal().any()
    assert overlap(near, neighbourhoods(3 * codes[:, ::-1] + 1, 10)) == 1
    assert overlap(near, neighbourhoods(RNG(1).normal(size=(300, 4)), 10)) == pytest.approx(10 / 299, abs=0.02)


def test_every_model_is_compared_with_every_other_one() -> None:
    codes = RNG(0).normal(size=(100, 4))
    models = {
        "a": {"test": codes},
        "b": {"test": codes, "test_sampled": RNG(1).normal(size=(100, 4))},
        "c": {"test": codes},
    }
    found = latent_similarity(models, images=80, neighbours=5)
    assert set(found) == {"a", "b", "c"}
    assert set(found["a"]["paper"]) == set(found["a"]["corrected"]) == {"overlap_b", "overlap_c"}
    assert set(found["a"]["corrected"].values()) == {1}
    assert found["a"]["paper"]["overlap_c"] == 1
    assert found["a"]["paper"]["overlap_b"] == found["b"]["paper"]["overlap_a"] < 0.3


def test_an_autoencoder_with_two_networks_is_compared_by_one_under_each_protocol() -> None:
    codes = RNG(0).normal(size=(100, 4))
    models = {"a": {"test": codes}, "b": {"test": codes}, "b_paper": {"test": RNG(1).normal(size=(100, 4))}}
    found = latent_similarity(models, images=80, neighbours=5)
    assert (found["a"]["corrected"], found["b"]["corrected"]) == ({"overlap_b": 1}, {"overlap_a": 1})
    assert found["a"]["paper"].keys() == {"overlap_b"}
    assert found["a"]["paper"]["overlap_b"] == found["b_paper"]["paper"]["overlap_a"] < 0.3
    assert found["b"]["paper"] == found["b_paper"]["corrected"] == {}


def test_without_labels_only_neighbours_are_looked_at() -> None:
    codes = {"test": RNG(0).normal(size=(50, 3)), "test_sampled": RNG(1).normal(size=(50, 3))}
    found, scores = latent_structure(codes, RNG(2).normal(size=(50, 9)), None, images=2000, neighbours=10, seed=0)
    assert scores == {"paper": {}, "corrected": {}}
    assert found["paper"].keys() == {"trustworthiness"}
    assert found["corrected"].keys() == {"trustworthiness", "active_units"}


@pytest.mark.filterwarnings("error")
def test_few_images_have_few_neighbours() -> None:
    codes = {"test": RNG(0).normal(size=(10, 3))}
    settings: Any = {"images": 2000, "neighbours": 10, "seed": 0}
    found, _ = latent_structure(codes, RNG(2).normal(size=(10, 9)), np.arange(10) % 3, **settings)
    assert np.isfinite(list(found["corrected"].values())).all()
    similar = latent_similarity({"a": codes, "b": codes}, images=2000, neighbours=10)
    assert similar["a"]["corrected"] == {"overlap_b": 1}
