"""How good and how diverse made up images are, and what lies between two images."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from aepipe.evaluation.feature_extractor import FeatureExtractor, extract_features, train_feature_extractor
from aepipe.evaluation.generation import draw_codes, paths_by_protocol, samples_by_protocol
from aepipe.evaluation.image_sets import ImageSet, fit_components
from aepipe.evaluation.interpolation import cross_fades, draw_pairs, evenness, path_metrics, real_metrics
from aepipe.evaluation.sample_quality import frechet_distance, kernel_distance, neighbourhood_metrics, sampling_metrics
from aepipe.models.base import Autoencoder
from aepipe.models.vae import VAE
from aepipe.models.vanilla import Vanilla
from aepipe.models.vq import VQ
from aepipe.training.device import use_one_core

use_one_core()  # as every job does

TRAIN, TEST = np.arange(1437), np.arange(1437, 1797)
SETTINGS: Any = {"epochs": 30, "batch_size": 32, "learning_rate": 0.002}
WIDTHS: Any = {"encoder_widths": [24, 12], "decoder_widths": [12, 24]}
NEIGHBOURS = 5


def image_set(pixels: np.ndarray, features: np.ndarray, probabilities: np.ndarray) -> ImageSet:
    return ImageSet(pixels, {"features": features, "probabilities": probabilities})


def compared(samples: ImageSet, references: ImageSet) -> dict[str, float]:
    """Samples, with references, in their features and in 50 principal components."""
    return sampling_metrics(samples, references, fit_components(references, 50), neighbours=NEIGHBOURS)


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def exactly(mean: np.ndarray, covariance: np.ndarray, count: int) -> np.ndarray:
    """Vectors whose own mean and covariance are these."""
    vectors = normal(count, len(mean))
    vectors -= vectors.mean(axis=0)
    whitened = vectors @ np.linalg.inv(np.linalg.cholesky(np.cov(vectors, rowvar=False))).T
    return mean + whitened @ np.linalg.cholesky(covariance).T


# Fréchet distance


def test_frechet_distance_of_gaussians_is_that_of_the_closed_form() -> None:
    a = exactly(np.array([0.0, 0]), np.diag([1.0, 4]), 50)
    b = exactly(np.array([3.0, 4]), np.diag([9.0, 1]), 70)
    # where the axes are common: |m1 - m2|^2 + sum (s1 - s2)^2
    assert frechet_distance(a, b) == pytest.approx(25 + (1 - 3) ** 2 + (2 - 1) ** 2)
    # of 2 x 2 matrices, tr M^(1/2) = (tr M + 2 det(M)^(1/2))^(1/2)
    first, second = np.array([[2.0, 1], [1, 2]]), np.array([[3.0, -1], [-1, 1]])
    product = first @ second
    root = math.sqrt(np.trace(product) + 2 * math.sqrt(np.linalg.det(product)))
    a, b = exactly(np.zeros(2), first, 50), exactly(np.zeros(2), second, 60)
    assert frechet_distance(a, b) == pytest.approx(np.trace(first) + np.trace(second) - 2 * root)


def test_frechet_distance_is_right_for_fewer_vectors_than_dimensions_and_constant_columns() -> None:
    flat = np.zeros((20, 100), np.float32)
    flat[:, 0] = np.tile([-1, 1], 10)
    assert frechet_distance(flat, flat) == pytest.approx(0, abs=1e-12)
    variance = 20 / 19
    assert frechet_distance(flat, 3 * flat) == pytest.approx((3 - 1) ** 2 * variance, rel=1e-6)
    assert frechet_distance(flat, np.zeros((20, 100))) == pytest.approx(variance, rel=1e-6)
    assert frechet_distance(flat, flat[:, ::-1]) == pytest.approx(2 * variance, rel=1e-6)


# Kernel distance


def test_kernel_distance_is_the_unbiased_estimate_over_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = normal(7, 3), 0.5 + normal(5, 3, seed=1)

    def kernel(x: np.ndarray, y: np.ndarray) -> float:
        return (x @ y / 3 + 1) ** 3

    within_a = np.mean([kernel(x, y) for i, x in enumerate(a) for j, y in enumerate(a) if i != j])
    within_b = np.mean([kernel(x, y) for i, x in enumerate(b) for j, y in enumerate(b) if i != j])
    between = np.mean([kernel(x, y) for x in a for y in b])
    assert kernel_distance(a, b) == pytest.approx(within_a + within_b - 2 * between)
    monkeypatch.setattr("aepipe.evaluation.sample_quality.WORKING_MEMORY", 1e-4)  # rows come one by one
    assert kernel_distance(a, b) == pytest.approx(within_a + within_b - 2 * between)


def test_kernel_distance_does_not_depend_on_the_number_of_samples_and_is_0_for_equal_distributions() -> None:
    real = normal(400, 4, seed=100)
    means = {}
    for count in (50, 400):
        for shift in (0.0, 0.5):
            found = [kernel_distance(shift + normal(count, 4, seed=seed), real) for seed in range(40)]
            means[count, shift] = np.mean(found)
    assert means[50, 0.5] == pytest.approx(means[400, 0.5], rel=0.2)
    assert max(abs(means[50, 0]), abs(means[400, 0])) < means[400, 0.5] / 20
    biased = [np.mean([frechet_distance(normal(n, 4, seed=s), real) for s in range(10)]) for n in (50, 400)]
    assert biased[0] > 3 * biased[1]  # unlike this one


# Precision and recall, density and coverage


def test_a_set_covers_itself() -> None:
    vectors = normal(200, 3)
    found = neighbourhood_metrics(vectors, vectors, neighbours=5)
    # each ball holds its centre and, the farthest of them on its border, five neighbours
    density = found.pop("density")
    assert 5 / 5 <= density <= 6 / 5
    assert found == {"precision": 1, "recall": 1, "coverage": 1}


def test_sets_far_apart_cover_nothing_of_each_other() -> None:
    found = neighbourhood_metrics(normal(100, 3), 100 + normal(120, 3), neighbours=5)
    assert found == {"precision": 0, "recall": 0, "density": 0, "coverage": 0}


def test_numbers_of_balls_on_a_line_are_those_counted_by_hand() -> None:
    real = np.array([[0.0], [1], [3], [10]])  # radii 1, 1, 2, 7
    generated = np.array([[0.6], [4.5], [20]])  # radii 3.9, 3.9, 15.5
    # real balls: [-1, 1], [0, 2], [1, 5], [3, 17]; 0.6 is in two of them, 4.5 in two, 20 in none
    # generated balls: [-3.3, 4.5], [0.6, 8.4], [4.5, 35.5] hold 0, 1, 3 and 10
    found = neighbourhood_metrics(generated, real, neighbours=1)
    assert found == {"precision": 2 / 3, "recall": 1, "density": pytest.approx(4 / 3), "coverage": 1}
    # with two neighbours, real radii 3, 2, 3, 9: [-3, 3], [-1, 3], [0, 6], [1, 19]
    found = neighbourhood_metrics(generated, real, neighbours=2)
    assert found["density"] == pytest.approx((3 + 2 + 0) / 3 / 2)


def test_collapsed_samples_are_precise_but_neither_diverse_nor_covering() -> None:
    real = normal(500, 4)
    collapsed = real[:1] + 1e-3 * normal(300, 4, seed=1)
    found = neighbourhood_metrics(collapsed, real, neighbours=5)
    assert found["precision"] == 1
    assert found["recall"] < 0.02
    assert found["coverage"] < 0.05


def test_density_exceeds_one_where_samples_crowd_where_real_vectors_are_dense() -> None:
    real = normal(500, 4)
    alike = neighbourhood_metrics(normal(500, 4, seed=1), real, neighbours=5)
    crowded = neighbourhood_metrics(0.3 * normal(500, 4, seed=1), real, neighbours=5)
    assert alike["density"] == pytest.approx(1, abs=0.1)
    assert crowded["density"] > 1.2 * alike["density"]
    assert crowded["recall"] < alike["recall"]


def test_a_set_is_counted_whole_where_its_distances_come_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    generated, real = normal(700, 3), 0.5 + normal(600, 3, seed=1)
    whole = neighbourhood_metrics(generated, real, neighbours=3)
    monkeypatch.setattr("aepipe.evaluation.sample_quality.WORKING_MEMORY", 1)  # MB; all distances are 3.4
    assert neighbourhood_metrics(generated, real, neighbours=3) == whole


def test_few_vectors_have_as_many_neighbours_as_there_are() -> None:
    few = np.array([[0.0], [1], [2]])
    assert neighbourhood_metrics(few, few, neighbours=50) == neighbourhood_metrics(few, few, neighbours=2)


# Confidence and class entropy


def images_of(probabilities: np.ndarray) -> ImageSet:
    count = len(probabilities)
    return image_set(normal(count, 6), normal(count, 4, seed=1), probabilities)


def test_class_entropy_is_of_the_mean_prediction_and_confidence_of_each() -> None:
    certain = images_of(np.eye(10)[np.arange(40) % 10])
    unsure = images_of(np.full((40, 10), 0.1))
    alike = images_of(np.eye(10)[np.zeros(40, int)])
    found = {name: compared(s, certain) for name, s in locals().items()}
    entropies = {name: numbers["class_entropy"] for name, numbers in found.items()}
    assert entropies == pytest.approx({"certain": math.log(10), "unsure": math.log(10), "alike": 0})
    confidences = {name: numbers["confidence"] for name, numbers in found.items()}
    assert confidences == pytest.approx({"certain": 1, "unsure": 0.1, "alike": 1})


# The mixture


def test_mixture_has_mean_and_covariance_of_gaussian_codes_of_any_scale() -> None:
    mean, covariance = np.array([5.0, -300, 0]), np.array([[4.0, 30, 0], [30, 900, 0], [0, 0, 1e-6]])
    drawn = draw_codes(exactly(mean, covariance, 2000), 20_000, components=1, seed=0).astype(np.float64)
    deviations = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose((drawn.mean(axis=0) - mean) / deviations, 0, atol=0.03)
    np.testing.assert_allclose(
        np.cov(drawn, rowvar=False) / np.outer(deviations, deviations),
        covariance / np.outer(deviations, deviations),
        atol=0.03,
    )


def test_mixture_finds_clusters_and_draws_them_in_random_order() -> None:
    codes = np.repeat([[-50.0, 0], [50, 0], [0, 80]], 100, axis=0) + normal(300, 2)
    drawn = draw_codes(codes, 900, components=3, seed=0)
    nearest = np.linalg.norm(drawn[:, None] - [[-50, 0], [50, 0], [0, 80]], axis=2)
    assert nearest.min(axis=1).max() < 6
    clusters = nearest.argmin(axis=1)
    assert np.bincount(clusters).min() > 200
    assert set(clusters[:30]) == {0, 1, 2}


def test_mixture_keeps_the_value_of_dead_units_and_survives_units_that_are_copies() -> None:
    codes = np.concatenate([normal(400, 2), np.full((400, 1), 7.0), np.zeros((400, 1))], axis=1).astype(np.float32)
    codes = np.concatenate([codes, -2 * codes[:, :1]], axis=1)
    drawn = draw_codes(codes, 100, components=10, seed=0)
    assert drawn.dtype == np.float32
    assert np.isfinite(drawn).all()
    assert np.array_equal(drawn[:, 2:4], np.repeat([[7, 0]], 100, axis=0))
    np.testing.assert_allclose(drawn[:, 4], -2 * drawn[:, 0], atol=0.05)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_mixture_has_no_more_components_than_there_are_codes(count: int) -> None:
    codes = np.repeat(100 * normal(count, 3), 5, axis=0)
    drawn = draw_codes(codes, 50, components=10, seed=0)
    nearest = np.linalg.norm(drawn[:, None] - codes, axis=2).min(axis=1)
    assert nearest.max() < 2


def test_mixture_draws_the_same_bytes_for_the_same_seed() -> None:
    codes = normal(500, 5)
    first, again, other = (draw_codes(codes, 50, components=4, seed=seed).tobytes() for seed in (0, 0, 1))
    assert first == again
    assert first != other


# Evenness of paths


def test_equal_steps_are_even_and_a_single_jump_is_not() -> None:
    straight = np.linspace([0.0, 0], [3, 4], 6)
    corner = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1], [0, 0], [1, 0]])
    jump = np.repeat([[0.0, 0], [3, 4]], 3, axis=0)
    nowhere = np.zeros((6, 2))
    found = evenness(np.stack([straight, corner, jump, nowhere]))
    np.testing.assert_allclose(found, [1, 1, 0, 0], atol=1e-12)


def test_evenness_is_the_entropy_of_the_shares_of_a_path() -> None:
    path = np.array([[[0.0], [1], [0], [2]]])  # steps of 1, 1 and 2
    assert evenness(path)[0] == pytest.approx((2 * 0.25 * math.log(4) + 0.5 * math.log(2)) / math.log(3))


def test_path_numbers_are_of_the_midpoints_and_of_all_images_between_the_ends() -> None:
    pixels = np.array([0.0, 1, 2, 3, 4, 10, 11, 12, 13, 14])[:, None]
    confidence = np.array([0, 0.6, 0.7, 0.8, 0, 0, 0.9, 1, 0.8, 0])
    paths = image_set(pixels, 2 * pixels, np.stack([confidence, np.zeros(10)], axis=1))
    references = image_set(np.array([[2.5], [14]]), np.array([[4.0], [25]]), np.eye(2))
    assert path_metrics(paths, references, fit_components(references, 1), steps=5) == {
        "midpoint_distance": pytest.approx((0.5 + 2) / 2),
        "midpoint_distance_pca": pytest.approx((0.5 + 2) / 2),
        "midpoint_distance_features": pytest.approx((0 + 1) / 2),
        "end_distance": pytest.approx((2.5 + 1.5 + 4 + 0) / 4),
        "end_distance_pca": pytest.approx((2.5 + 1.5 + 4 + 0) / 4),
        "end_distance_features": pytest.approx((4 + 4 + 5 + 3) / 4),
        "midpoint_confidence": pytest.approx((0.7 + 1) / 2),
        "path_confidence": pytest.approx((0.6 + 0.7 + 0.8 + 0.9 + 1 + 0.8) / 6),
        "evenness": pytest.approx(1),
    }


def test_a_cross_fade_goes_straight_from_pixel_to_pixel(digit_images: np.ndarray) -> None:
    starts, ends = digit_images[:3] / np.float32(255), digit_images[3:6] / np.float32(255)
    paths = cross_fades(starts, ends, 5)
    assert paths.shape == (15, 8, 8)
    assert paths.dtype == np.float32
    np.testing.assert_array_equal(paths[::5], starts)
    np.testing.assert_array_equal(paths[4::5], ends)
    np.testing.assert_allclose(paths[2::5], (starts + ends) / 2, atol=1e-6)
    assert cross_fades(np.zeros((2, 8, 8, 3)), np.ones((2, 8, 8, 3)), 3).shape == (6, 8, 8, 3)


def test_pairs_are_of_test_images_of_different_classes_and_drawn_by_the_seed(digit_labels: np.ndarray) -> None:
    starts, ends = pairs = draw_pairs(TEST, digit_labels, 300, seed=1)
    assert pairs.shape == (2, 300)
    assert np.isin(pairs, TEST).all()
    assert (digit_labels[starts] != digit_labels[ends]).all()
    assert len(set(zip(digit_labels[starts], digit_labels[ends], strict=True))) > 70  # of 90
    assert np.array_equal(pairs, draw_pairs(TEST, digit_labels, 300, seed=1))
    assert not np.array_equal(pairs, draw_pairs(TEST, digit_labels, 300, seed=2))


# Samples and paths of networks


def network(kind: type[Autoencoder], **settings: Any) -> Autoencoder:
    """With random weights, in evaluation mode."""
    torch.manual_seed(0)
    return kind((8, 8), 4, **WIDTHS, **settings).eval()


def decoded(model: Autoencoder, codes: Tensor) -> np.ndarray:
    return torch.sigmoid(model.decode(codes)).detach().numpy().reshape(-1, 8, 8)


def test_models_with_a_prior_have_published_samples_and_all_have_those_of_a_mixture() -> None:
    codes = (5 + normal(200, 4)).astype(np.float32)
    vae, vanilla = network(VAE, beta=1), network(Vanilla)
    ours = samples_by_protocol(vanilla, codes, 30, (8, 8), components=2, seed=3)
    assert set(ours) == {"corrected"}
    drawn = torch.from_numpy(draw_codes(codes, 30, components=2, seed=3))
    np.testing.assert_array_equal(ours["corrected"], decoded(vanilla, drawn))

    both = samples_by_protocol(vae, codes, 30, (8, 8), components=2, seed=3)
    torch.manual_seed(3)
    np.testing.assert_array_equal(both["paper"], decoded(vae, torch.randn(30, 4)))
    np.testing.assert_array_equal(both["corrected"], decoded(vae, drawn))


def test_paths_lead_from_one_reconstruction_to_the_other(digit_images: np.ndarray) -> None:
    model, pairs = network(VQ, categories=8, beta=1), np.array([[2, 5, 9], [7, 1, 4]])
    found = paths_by_protocol(model, digit_images, pairs, 5, seed=0)
    assert found["paper"].shape == (15, 8, 8)
    assert np.array_equal(found["paper"], found["corrected"])
    x = torch.from_numpy(digit_images[pairs].reshape(2, 3, 64) / 255).float()
    for end, position in [(0, 0), (1, 4)]:
        expected = decoded(model, model.codes(x[end], sample=False))
        np.testing.assert_allclose(found["corrected"][position::5], expected, atol=1e-5)
    h = (0.75 * model.encode(x[0]) + 0.25 * model.encode(x[1])).detach()
    quarter = decoded(model, model.bottleneck(h, sample=False)[0])
    np.testing.assert_allclose(found["corrected"][1::5], quarter, atol=1e-5)


def test_published_paths_of_stochastic_models_are_sampled_by_the_seed(digit_images: np.ndarray) -> None:
    model, pairs = network(VAE, beta=1), np.array([[2, 5], [7, 1]])
    first, again, other = (paths_by_protocol(model, digit_images, pairs, 5, seed=seed) for seed in (0, 0, 1))
    assert first["paper"].tobytes() == again["paper"].tobytes()
    assert not np.array_equal(first["paper"], other["paper"])
    assert first["corrected"].tobytes() == other["corrected"].tobytes()
    assert not np.array_equal(first["paper"], first["corrected"])


# The classifier, and real images


@pytest.fixture(scope="module")
def classifier(digit_images: np.ndarray, digit_labels: np.ndarray) -> FeatureExtractor:
    return train_feature_extractor(digit_images, digit_labels, TRAIN, **SETTINGS)


def test_classifier_knows_held_out_digits(
    classifier: FeatureExtractor, digit_images: np.ndarray, digit_labels: np.ndarray
) -> None:
    extracted = extract_features(classifier, digit_images[TEST])
    assert (extracted["probabilities"].argmax(axis=1) == digit_labels[TEST]).mean() > 0.95
    np.testing.assert_allclose(extracted["probabilities"].sum(axis=1), 1, atol=1e-5)
    assert (np.ptp(extracted["features"], axis=0) > 0).all()


def test_classifier_sees_the_same_in_bytes_and_in_shares_of_one(
    classifier: FeatureExtractor, digit_images: np.ndarray
) -> None:
    as_bytes = extract_features(classifier, digit_images)
    as_floats = extract_features(classifier, (digit_images / 255).astype(np.float32))
    for name, values in as_bytes.items():
        assert values.shape == (1797, {"features": 64, "probabilities": 10}[name])
        np.testing.assert_allclose(as_floats[name], values, atol=1e-5)


@pytest.mark.parametrize("side", [8, 32])
def test_classifier_is_the_same_for_the_same_seed(side: int) -> None:
    images = np.random.default_rng(0).integers(256, size=(33, side, side), dtype=np.uint8)  # the last batch is of one
    labels = np.arange(33, dtype=np.uint8) % 3
    settings: Any = {"epochs": 2, "batch_size": 8, "learning_rate": 0.01}
    first, again, other = (
        extract_features(train_feature_extractor(images, labels, np.arange(33), **settings, seed=seed), images)
        for seed in (0, 0, 1)
    )
    assert first["probabilities"].shape == (33, 3)
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)
    assert not np.array_equal(first["features"], other["features"])


def test_real_digits_beat_noise_in_every_number(classifier: FeatureExtractor, digit_images: np.ndarray) -> None:
    extracted = extract_features(classifier, digit_images)
    references, held_out = (ImageSet.real(digit_images, extracted, indices) for indices in (TRAIN, TEST))
    pictures = np.random.default_rng(0).random(size=(len(TEST), 8, 8), dtype=np.float32)
    noise = ImageSet.seen(pictures, extract_features(classifier, pictures))

    real, worse = (compared(images, references) for images in (held_out, noise))
    assert len(real) == 14
    for metric, value in real.items():
        lower = metric.startswith(("frechet", "kid"))
        better = value < worse[metric] if lower else value > worse[metric]
        assert better, metric
    assert real["class_entropy"] > 0.95 * math.log(10)

    components = fit_components(references, 50)
    real, worse = (real_metrics(images, references, components) for images in (held_out, noise))
    for metric, value in real.items():
        assert value < worse[metric] if "distance" in metric else value > worse[metric], metric


def test_recall_asks_for_balls_of_generated_images_and_precision_for_those_of_real_ones() -> None:
    real, generated = np.array([[0.0], [0.1], [0.2], [0.3]]), np.array([[0.0], [10.0], [20.0]])
    found = neighbourhood_metrics(generated, real, neighbours=1)
    assert found["recall"] == 1  # all real ones are within 10 of the generated 0
    assert found["precision"] == pytest.approx(1 / 3)


# Images of any size, in colour, without labels


@pytest.mark.parametrize("shape", [(8, 8), (9, 7), (2, 3), (1, 5), (9, 7, 3), (2, 2, 3)])
def test_images_of_any_size_are_looked_at_grey_and_in_colour(shape: tuple[int, ...]) -> None:
    labels = np.arange(60) % 2
    images = np.random.default_rng(0).integers(0, 100, (60, *shape), np.uint8)
    images[labels == 1] += 100
    classifier = train_feature_extractor(
        images, labels, np.arange(60), epochs=30, batch_size=20, learning_rate=0.01, report=lambda _: None
    )
    extracted = extract_features(classifier, images)
    assert extracted["probabilities"].shape == (60, 2)
    assert (extracted["probabilities"].argmax(axis=1) == labels).mean() > 0.9


def test_a_classifier_sees_the_colours_of_a_pixel_as_its_channels() -> None:
    torch.manual_seed(0)
    classifier = FeatureExtractor((4, 6, 3), classes=2).eval()
    image = np.random.default_rng(0).random((1, 4, 6, 3), np.float32)
    channels = classifier.features[0](torch.from_numpy(image).flatten(1)).numpy()
    np.testing.assert_array_equal(channels[0], np.moveaxis(image[0], 2, 0))


def test_without_a_classifier_samples_are_compared_in_pca_space_alone() -> None:
    with_sight = images_of(np.full((40, 2), 0.5))
    samples, references = ImageSet(with_sight.pixels, {}), ImageSet(normal(40, 6, seed=2), {})
    found = compared(samples, references)
    assert found.keys() == {f"{name}_pca" for name in ("frechet", "kid", "precision", "recall", "density", "coverage")}
    both = compared(with_sight, image_set(references.pixels, normal(40, 4), np.full((40, 2), 0.5)))
    assert found.items() <= both.items()


def test_without_a_classifier_paths_are_measured_by_distances_without_features() -> None:
    paths, references = ImageSet(np.arange(6.0)[:, None], {}), ImageSet(np.array([[1.5], [9]]), {})
    components = fit_components(references, 1)
    found = path_metrics(paths, references, components, steps=3)
    assert found["midpoint_distance"] == pytest.approx((0.5 + 2.5) / 2)
    assert found.keys() == {f"{name}_distance{space}" for name in ("midpoint", "end") for space in ("", "_pca")}
    assert real_metrics(paths, references, components).keys() == {"midpoint_distance", "midpoint_distance_pca"}


def test_without_labels_pairs_are_of_any_two_images() -> None:
    pairs = draw_pairs(np.array([3, 5, 8]), None, 200, seed=0)
    assert {frozenset(pair) for pair in pairs.T.tolist()} == {frozenset({3, 5}), frozenset({3, 8}), frozenset({5, 8})}


def test_more_pixels_than_images_have_as_many_components_as_images() -> None:
    samples, references = ImageSet(normal(12, 300), {}), ImageSet(normal(12, 300, seed=1), {})
    assert np.isfinite(list(compared(samples, references).values())).all()
