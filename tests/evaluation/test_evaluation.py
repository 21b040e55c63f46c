"""What is measured of trained networks."""

import math
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.ndimage import gaussian_filter
from skimage.metrics import structural_similarity
from torch import Tensor, nn

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.accuracy import accuracy_scores, of_majority
from aepipe.evaluation.anomaly import area_scores, detect_anomalies
from aepipe.evaluation.classification import (
    Labelled,
    accuracy,
    fit_classifier,
    folds_of,
    probe_codes,
    train_from_scratch,
    train_supervised_baseline,
)
from aepipe.evaluation.detail import (
    borders,
    entropies,
    fine_power,
    gradient_energies,
    ink,
    is_ink,
    perfect_copies,
    similarities,
    thin_strokes,
    variances,
)
from aepipe.evaluation.latent_map import map_codes
from aepipe.evaluation.network import draw_samples, ends_of, interpolate, latent_codes, reconstruct
from aepipe.evaluation.probe import fit_probe, probe_scores
from aepipe.evaluation.reconstruction import reconstruction_metrics
from aepipe.evaluation.use_of_codes import live_units
from aepipe.models.base import Autoencoder
from aepipe.models.sparse import Sparse
from aepipe.models.vae import VAE
from aepipe.models.vanilla import Vanilla
from aepipe.models.vq import VQ
from aepipe.training.device import use_one_core

use_one_core()  # as every job does

MODELS: dict[str, tuple[type[Autoencoder], dict[str, Any]]] = {
    "vanilla": (Vanilla, {}),
    "sparse": (Sparse, {"sparsity": 0.25, "beta": 1.0}),
    "vae": (VAE, {"beta": 1.0}),
    "vq": (VQ, {"categories": 8, "beta": 1.0}),
}
SHAPE = (8, 8)


def network(name: str) -> Autoencoder:
    """With random weights, in evaluation mode."""
    kind, settings = MODELS[name]
    torch.manual_seed(0)
    return kind((8, 8), 4, encoder_widths=[24, 12], decoder_widths=[12, 24], **settings).eval()


def flat(images: np.ndarray) -> Tensor:
    return torch.from_numpy(images.reshape(len(images), -1) / 255).float()


def decoded(model: Autoencoder, codes: np.ndarray | Tensor) -> np.ndarray:
    """Sigmoids of what the decoder gives, as images in float64."""
    with torch.no_grad():
        logits = model.decode(torch.as_tensor(codes)).double().numpy()
    return (1 / (1 + np.exp(-logits))).reshape(-1, *SHAPE)


# Codes and reconstructions


def test_codes_are_of_all_images_in_order_and_sampled_ones_of_stochastic_models_alone(digit_images: np.ndarray) -> None:
    parts = {"test": ImageBatches(digit_images, np.arange(1500)), "labelled": ImageBatches(digit_images, np.arange(9))}
    codes = latent_codes(network("vanilla"), parts, seed=0)
    assert set(codes) == {"test", "labelled"}
    with torch.no_grad():
        np.testing.assert_allclose(codes["test"], network("vanilla").encode(flat(digit_images[:1500])), atol=1e-6)

    codes = latent_codes(network("vae"), parts, seed=0)
    assert set(codes) == {"test", "test_sampled", "labelled", "labelled_sampled"}
    with torch.no_grad():
        mu, log_sigma = network("vae").encode(flat(digit_images[:1500])).numpy().T.reshape(2, 4, -1)
    np.testing.assert_allclose(codes["test"], mu.T, atol=1e-6)
    eps = (codes["test_sampled"] - mu.T) / np.exp(log_sigma.T)
    assert eps.mean() == pytest.approx(0, abs=0.05)
    assert eps.std() == pytest.approx(1, rel=0.05)


def test_codes_come_with_the_codebooks_that_they_are_entries_of(digit_images: np.ndarray) -> None:
    codes = latent_codes(network("vq"), {"test": ImageBatches(digit_images, np.arange(50))}, seed=0)
    assert codes["codebooks"].shape == (4, 8)
    for element, codebook in zip(codes["test"].T, codes["codebooks"], strict=True):
        assert np.isin(element, codebook).all()


def test_sampled_codes_are_drawn_by_the_seed(digit_images: np.ndarray) -> None:
    parts = {"test": ImageBatches(digit_images, np.arange(9))}
    first, again, other = (latent_codes(network("vae"), parts, seed)["test_sampled"] for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("name", MODELS)
def test_errors_and_differences_are_of_each_image_from_its_code(name: str, digit_images: np.ndarray) -> None:
    model, test = network(name), ImageBatches(digit_images, np.arange(1500))
    codes = latent_codes(model, {"test": test}, seed=0)
    found = reconstruct(model, test, codes, SHAPE, shown=5)
    x = digit_images[:1500] / 255
    for suffix in ["", "_sampled"] if name == "vae" else [""]:
        p = decoded(model, codes["test" + suffix])
        by_hand = -(x * np.log(p) + (1 - x) * np.log(1 - p)).sum(axis=(1, 2))
        np.testing.assert_allclose(found["errors" + suffix], by_hand, rtol=1e-5)
        np.testing.assert_allclose(found["squares" + suffix], ((p - x) ** 2).mean(axis=(1, 2)), rtol=1e-4)
        np.testing.assert_allclose(found["differences" + suffix], (p - x).sum(axis=(1, 2)), atol=1e-4)
        np.testing.assert_allclose(found["energies" + suffix], gradient_energies(p), rtol=1e-4)
        np.testing.assert_allclose(found["thin_ink" + suffix], (p * thin_strokes(x)).sum(axis=(1, 2)), rtol=1e-4)
        by_hand = [structural_similarity(*pair, data_range=1) for pair in zip(x, p, strict=True)]
        np.testing.assert_allclose(found["similarities" + suffix], by_hand, atol=1e-5)
        np.testing.assert_allclose(found["variances" + suffix], 64 * p.var(axis=(1, 2)), rtol=1e-4)
        np.testing.assert_allclose(found["fine_power" + suffix], fine_power(p), rtol=1e-3)
    assert sum(key.endswith("_sampled") for key in found) == (8 if name == "vae" else 0)
    np.testing.assert_allclose(found["entropies"], entropies(x), rtol=1e-5)
    np.testing.assert_allclose(found["original_energies"], gradient_energies(x), rtol=1e-5)
    np.testing.assert_allclose(found["original_variances"], variances(x), rtol=1e-5)
    np.testing.assert_allclose(found["original_fine_power"], fine_power(x), rtol=1e-4)
    np.testing.assert_allclose(found["original_ink"], x.sum(axis=(1, 2)), rtol=1e-5)
    np.testing.assert_allclose(found["original_thin_ink"], (x * thin_strokes(x)).sum(axis=(1, 2)), rtol=1e-5)
    np.testing.assert_allclose(found["images"], decoded(model, codes["test"])[:5], atol=1e-6)
    np.testing.assert_allclose(found["originals"], x[:5], atol=1e-6)


def test_paper_measures_sampled_reconstructions_and_fair_those_from_mean_codes() -> None:
    codes = {"test": np.array([[0.0, 5, 1], [1, 5, 1]]), "test_sampled": np.array([[0.0, 1, 1], [1, 2, 3]])}
    originals = {"original_energies": np.array([1.0, 3]), "original_thin_ink": np.array([2.0, 2])}
    originals |= {"borders": np.zeros(2), "original_ink": np.array([6.0, 2])}
    originals |= {"original_variances": np.array([1.0, 1]), "original_fine_power": np.array([0.5, 0.5])}
    mean = {"errors": np.array([1.0, 3]), "energies": np.array([1.0, 1]), "thin_ink": np.array([3.0, 0])}
    mean |= {"squares": np.array([0.1, 0.001]), "similarities": np.array([0.3, 0.5])}
    mean |= {"differences": np.array([-1.0, -1]), "variances": np.array([0.5, 0.5])}
    mean["fine_power"] = np.array([0.4, 0.2])
    corrected = {
        "bce": 2,
        "mse": 0.0505,
        "psnr": 20,
        "ssim": 0.4,
        "sharpness": 0.5,
        "edge_energy": 1,  # half of the energy, and half of the variance
        "high_frequencies": pytest.approx(0.6),
        "thin_strokes": 0.75,
        "thin_to_all_ink": 1,  # three quarters of all ink
        "live_units": 1,
    }
    deterministic = reconstruction_metrics(originals | mean, {"test": codes["test"]})
    assert deterministic == {"paper": corrected, "corrected": corrected}
    sampled = {name + "_sampled": 2 * values for name, values in mean.items()}
    paper = {
        "bce": 4,
        "mse": 0.101,
        "psnr": pytest.approx(20 - 10 * np.log10(2)),
        "ssim": 0.8,
        "sharpness": 1,
        "edge_energy": 1,
        "high_frequencies": pytest.approx(1.2),
        "thin_strokes": 1.5,
        "thin_to_all_ink": 3,
        "live_units": 1,  # whose mean varies, not all that noise is added to
    }
    assert reconstruction_metrics(originals | mean | sampled, codes) == {"paper": paper, "corrected": corrected}


def test_structural_similarity_is_of_images_that_hold_its_window(digit_images: np.ndarray) -> None:
    x = digit_images[:20] / 255
    assert reconstruction_metrics(perfect_copies(x), None)["corrected"]["ssim"] == 1
    assert reconstruction_metrics(perfect_copies(x[:, :, :6]), None)["corrected"].keys() == {
        "bce",
        "mse",
        "sharpness",
        "edge_energy",
        "high_frequencies",
        "thin_strokes",
        "thin_to_all_ink",
    }
    colour = np.stack([x, x / 2, x / 4], axis=-1)
    blurred = gaussian_filter(colour, (0, 1, 1, 0))
    colours = [similarities(colour[..., c], blurred[..., c]) for c in range(3)]
    np.testing.assert_allclose(similarities(colour, blurred), np.mean(colours, axis=0), rtol=1e-4)
    assert np.isnan(similarities(x[:, :, :6], x[:, :, :6])).all()


def test_units_of_a_single_value_are_dead() -> None:
    codes = np.zeros((100, 4), np.float32)
    codes[:, 1] = 3
    codes[7, 2] = 0.1
    codes[:, 3] = -np.arange(100)
    assert live_units({"test": codes}) == 2


# What an image has to lose


def test_entropy_is_the_least_cross_entropy_that_a_reconstruction_can_have(digit_images: np.ndarray) -> None:
    assert entropies(np.array([[[0.5, 0.5], [0, 1]]])) == pytest.approx(2 * math.log(2))
    x = digit_images[:100] / 255
    own = entropies(x)
    for share in (0.01, 0.1):
        other = (1 - share) * x + share / 2
        assert np.all(-(x * np.log(other) + (1 - x) * np.log(1 - other)).sum(axis=(1, 2)) > own)


def test_gradient_energy_is_of_both_directions() -> None:
    image = np.array([[[0, 0.5], [1, 1]]])
    assert gradient_energies(image) == pytest.approx(0.5**2 + 0 + 1**2 + 0.5**2)


def test_strokes_thinner_than_three_pixels_are_thin() -> None:
    image = np.zeros((1, 12, 12))
    image[0, 1:11, 2] = 0.8  # one pixel wide
    image[0, 1:11, 5:9] = 1  # four
    assert np.array_equal(thin_strokes(image) > 0, np.pad(np.ones((1, 10, 1)), [(0, 0), (1, 1), (2, 9)]) > 0)
    assert thin_strokes(image)[0, 5, 2] == 0.8


def test_what_is_thick_in_one_image_is_not_thin_for_the_others_being_empty() -> None:
    images = np.zeros((3, 9, 9))
    images[1, 2:6] = 1
    images[2, 4] = 1
    assert thin_strokes(images).sum(axis=(1, 2)).tolist() == [0, 0, 9]


@pytest.mark.parametrize(
    ("image", "in_ink"),
    [
        (np.pad(np.ones((4, 4)), 2), True),
        (1 - np.pad(np.ones((4, 4)), 2), False),  # black on white
        (np.random.default_rng(0).random((8, 8)), False),
        (np.pad(np.ones((4, 4, 3)), [(2, 2), (2, 2), (0, 0)]), False),  # in colour
    ],
    ids=["light on black", "dark on white", "grey all over", "colour on black"],
)
def test_thin_strokes_are_measured_of_light_ink_on_black_alone(image: np.ndarray, in_ink: bool) -> None:
    found = reconstruction_metrics(perfect_copies(image[None]), None)["corrected"]
    assert ("thin_strokes" in found) == in_ink
    assert found["sharpness"] == 1


def test_digits_are_in_ink_though_some_touch_the_border(digit_images: np.ndarray) -> None:
    assert is_ink(borders(digit_images / 255))


def test_blurred_images_are_less_sharp_and_lose_thin_strokes(digit_images: np.ndarray) -> None:
    originals = digit_images / 255
    copies = perfect_copies(originals)
    copy = reconstruction_metrics(copies, None)
    assert (
        copy["paper"]
        == copy["corrected"]
        == {
            "bce": entropies(originals).mean(),
            "mse": 0,
            "ssim": 1,
            "sharpness": 1,
            "edge_energy": 1,
            "high_frequencies": 1,
            "thin_strokes": 1,
            "thin_to_all_ink": 1,
        }
    )
    kept = [1.0]
    for sigma in (0.3, 0.6, 1.2):
        blurred = gaussian_filter(originals, (0, sigma, sigma))
        arrays = {"energies": gradient_energies(blurred), "thin_ink": ink(blurred, thin_strokes(originals))}
        found = reconstruction_metrics(copies | arrays, None)["corrected"]
        assert found["sharpness"] < kept[-1]
        assert found["thin_strokes"] < 1
        kept.append(found["sharpness"])


def test_edges_and_fine_detail_are_lost_by_blur_and_not_by_contrast(digit_images: np.ndarray) -> None:
    originals = digit_images / 255
    copies = perfect_copies(originals)

    def measured(images: np.ndarray) -> dict[str, float]:
        arrays = {"energies": gradient_energies(images), "variances": variances(images)}
        found = reconstruction_metrics(copies | arrays | {"fine_power": fine_power(images)}, None)["corrected"]
        return {name: found[name] for name in ("sharpness", "edge_energy", "high_frequencies")}

    pale = measured(originals / 2)
    assert pale == {"sharpness": 1 / 4, "edge_energy": pytest.approx(1), "high_frequencies": pytest.approx(1)}
    blurred = measured(gaussian_filter(originals, (0, 0.6, 0.6)))
    assert max(blurred.values()) < 0.9


def test_a_chequered_image_has_the_highest_frequency_and_a_wide_wave_a_low_one() -> None:
    row, column = np.indices((8, 8))
    chequered, wave, constant = (row + column) % 2, np.cos(2 * np.pi * row / 8), np.ones((8, 8))
    np.testing.assert_allclose(fine_power(np.stack([chequered, wave, constant])), [1, 0, 0], atol=1e-12)


# Samples and interpolation


@pytest.mark.parametrize("name", ["vanilla", "sparse"])
def test_models_without_a_prior_give_no_samples(name: str) -> None:
    assert draw_samples(network(name), 16, SHAPE, seed=0)["images"].shape == (0, 8, 8)


@pytest.mark.parametrize("name", ["vae", "vq"])
def test_samples_are_decoded_from_the_prior_by_the_seed(name: str) -> None:
    model = network(name)
    first, again, other = (draw_samples(model, 16, SHAPE, seed)["images"] for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    torch.manual_seed(3)
    codes = model.sample_prior(16)
    assert codes is not None
    np.testing.assert_allclose(first, decoded(model, codes.detach()), atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_interpolation_goes_from_one_reconstruction_to_the_other(name: str, digit_images: np.ndarray) -> None:
    model, ends = network(name), flat(digit_images[[2, 7]])
    found = interpolate(model, ends, 5, SHAPE)
    assert found["images"].shape == (5, 8, 8)
    np.testing.assert_allclose(found["ends"], digit_images[[2, 7]] / 255, atol=1e-6)
    with torch.no_grad():
        reconstructions = decoded(model, model.codes(ends, sample=False))
    np.testing.assert_allclose(found["images"][[0, -1]], reconstructions, atol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_interpolation_is_linear_before_the_bottleneck(name: str, digit_images: np.ndarray) -> None:
    model, ends = network(name), flat(digit_images[[2, 7]])
    with torch.no_grad():
        start, end = model.encode(20 * ends)  # far enough apart for a sigmoid to show
        quarters = torch.stack([start + share * (end - start) for share in (0, 0.25, 0.5, 0.75, 1)])
        codes, _ = model.bottleneck(quarters, sample=False)
    np.testing.assert_allclose(interpolate(model, 20 * ends, 5, SHAPE)["images"], decoded(model, codes), atol=1e-5)


# Anomalies


def scores(errors: Any, differences: Any = 0, entropies: Any = 0) -> dict[str, np.ndarray]:
    """Of five images, what anomaly detection reads."""
    named = {"errors": errors, "differences": differences, "entropies": entropies}
    return {name: np.broadcast_to(np.array(values, float), 5) for name, values in named.items()}


def means(image_scores: dict[str, np.ndarray]) -> dict[str, float]:
    return {metric: float(values.mean()) for metric, values in image_scores.items()}


FIVE = np.array([0, 2, 3, 1, 1])


@pytest.mark.parametrize(
    ("errors", "auc", "average_precision"),
    [
        ([1, 2, 3, 8, 9], 1, 1),
        ([9, 8, 7, 2, 1], 0, (1 / 4 + 2 / 5) / 2),
        ([1, 2, 4, 3, 5], 5 / 6, (1 + 2 / 3) / 2),  # of the 3 x 2 pairs, one is in the wrong order
        ([1, 1, 1, 1, 1], 1 / 2, 2 / 5),
    ],
)
def test_auc_is_the_share_of_pairs_in_which_the_anomaly_has_the_higher_error(
    errors: list[float], auc: float, average_precision: float
) -> None:
    found, _ = detect_anomalies(scores(errors), FIVE, held_out=1)
    expected = {"auc": pytest.approx(auc), "average_precision": pytest.approx(average_precision)}
    assert found == {
        "paper": {"auc": 1 / 2, "auc_bce": pytest.approx(auc), "average_precision": 2 / 5},
        "corrected": expected,
    }


def test_fair_anomaly_scores_are_errors_of_mean_codes_less_the_images_own_entropy() -> None:
    found, _ = detect_anomalies(scores([5, 6, 7, 2, 2], entropies=[4, 5, 6, 0, 0]), FIVE, held_out=1)
    assert (found["paper"]["auc_bce"], found["corrected"]["auc"]) == (0, 1)


def test_what_images_contribute_to_an_area_has_its_mean_and_its_variance() -> None:
    random = np.random.default_rng(0)
    areas, errors = [], []
    for _ in range(300):
        anomalies = random.random(400) < 0.2
        values = random.normal(size=400) + anomalies
        found = area_scores(
            {**scores(0), "errors": values, "differences": values.round(), "entropies": 0 * values}, anomalies
        )
        exact, _ = detect_anomalies(
            {"errors": values, "differences": values.round(), "entropies": 0 * values},
            anomalies.astype(int),
            held_out=1,
        )
        for protocol, metric in (("paper", "auc"), ("paper", "auc_bce"), ("corrected", "auc")):
            assert found[protocol][metric].mean() == pytest.approx(exact[protocol][metric])
        areas.append(exact["corrected"]["auc"])
        errors.append(found["corrected"]["auc"].std(ddof=1) / np.sqrt(400))
    assert np.mean(errors) == pytest.approx(np.std(areas), rel=0.15)


def test_a_perfect_copy_tells_nothing_but_how_hard_the_images_are(
    digit_images: np.ndarray, digit_labels: np.ndarray
) -> None:
    found, _ = detect_anomalies(perfect_copies(digit_images / 255), digit_labels, held_out=1)
    assert found["corrected"] == {"auc": 1 / 2, "average_precision": pytest.approx((digit_labels == 1).mean())}
    assert abs(found["paper"]["auc_bce"] - 1 / 2) > 0.05
    assert found["paper"]["auc"] == 1 / 2


def test_paper_takes_sampled_scores_and_curves_are_those_of_the_areas() -> None:
    good, bad = [1, 2, 3, 8, 9], [9, 8, 7, 2, 1]
    sampled = {f"{name}_sampled": values for name, values in scores(bad, good).items()}
    found, rows = detect_anomalies(scores(good, bad) | sampled, FIVE, held_out=1)
    curves = pd.DataFrame(rows)
    assert (found["paper"]["auc_bce"], found["paper"]["auc"], found["corrected"]["auc"]) == (0, 1, 1)
    for protocol, metric in [("paper", "auc"), ("paper", "auc_bce"), ("corrected", "auc")]:
        curve = curves[(curves["protocol"] == protocol) & (curves["metric"] == metric)]
        false_positives, true_positives = curve["false_positive_rate"], curve["true_positive_rate"]
        assert [*false_positives.iloc[[0, -1]], *true_positives.iloc[[0, -1]]] == [0, 1, 0, 1]
        assert np.trapezoid(true_positives, false_positives) == found[protocol][metric]


# Classification

PROBE: Any = {"epochs": 20, "batch_size": 32, "learning_rate": 0.1, "patience": 5, "seed": 0}


def two_classes(count: int = 64) -> Labelled:
    """Inputs -1 and 1 of classes 0 and 1."""
    labels = torch.arange(count) % 2
    return Labelled((2.0 * labels - 1)[:, None], labels)


def right_classifier() -> nn.Linear:
    """Right about `two_classes`, but not by much."""
    classifier = nn.Linear(1, 2, bias=False)
    classifier.weight.data = torch.tensor([[-0.05], [0.05]])
    return classifier


def test_classifier_stops_when_validation_accuracy_has_not_risen_for_patience_epochs() -> None:
    lines: list[str] = []
    settings = PROBE | {"learning_rate": 0, "patience": 3}
    fit_classifier(right_classifier(), two_classes(), two_classes(), **settings, report=lines.append)
    assert len(lines) == 1 + 3


def test_classifier_stops_after_the_given_epochs_at_the_latest() -> None:
    lines: list[str] = []
    settings = PROBE | {"learning_rate": 0, "epochs": 2, "patience": 3}
    fit_classifier(right_classifier(), two_classes(), two_classes(), **settings, report=lines.append)
    assert len(lines) == 2


def test_classifier_keeps_the_weights_of_the_best_validation_accuracy() -> None:
    lines: list[str] = []
    validation, classifier = two_classes(), right_classifier()
    wrong = Labelled(validation.inputs, 1 - validation.labels)
    fit_classifier(classifier, wrong, validation, **PROBE | {"learning_rate": 0.01}, report=lines.append)
    assert lines[0].endswith("1.0000")
    assert lines[-1].endswith("0.0000")  # trained on wrong labels, it got worse
    assert accuracy(classifier, validation) == 1
    assert not classifier.training


THIRDS = {"labelled": np.arange(100), "validation": np.arange(100, 200), "test": np.arange(200, 300)}


def three_classes() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    """Separable codes of each part, noise in their place, and the labels of all images."""
    labels = np.arange(300, dtype=np.uint8) % 3
    random = np.random.default_rng(0).normal(size=(300, 3)).astype(np.float32)
    everything = np.eye(3, dtype=np.float32)[labels]
    separable, noise = ({part: x[indices] for part, indices in THIRDS.items()} for x in (everything, random))
    return separable, noise, labels


def test_published_probe_tells_separable_codes_apart_and_takes_sampled_ones() -> None:
    separable, noise, labels = three_classes()
    assert probe_codes(separable, labels, THIRDS, **PROBE)["accuracy"].mean() == 1
    sampled = {f"{part}_sampled": values for part, values in noise.items()}
    assert probe_codes(separable | sampled, labels, THIRDS, **PROBE)["accuracy"].mean() == pytest.approx(
        1 / 3, abs=0.15
    )


FAIR: Any = {"folds": 5, "strengths": 9, "seed": 0}


def test_fair_probe_takes_mean_codes_whatever_their_scale() -> None:
    separable, noise, labels = three_classes()
    sampled = {f"{part}_sampled": values for part, values in noise.items()}
    assert probe_scores(separable | sampled, labels, THIRDS, **FAIR)["accuracy"].mean() == 1
    scaled = {part: np.hstack([values * 1e-4, noise[part]]) + 7 for part, values in separable.items()}
    assert probe_scores(scaled, labels, THIRDS, **FAIR)["accuracy"].mean() == 1


def test_fair_probe_is_fitted_to_the_end_and_chooses_its_strength(
    digit_images: np.ndarray, digit_labels: np.ndarray
) -> None:
    few, others = np.split(np.random.default_rng(0).permutation(len(digit_labels)), [100])
    pixels = digit_images.reshape(-1, 64) / 255
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        probe, again = (fit_probe(pixels[few], digit_labels[few], **FAIR) for _ in range(2))
    assert probe.score(pixels[others], digit_labels[others]) > 0.8
    assert np.array_equal(probe[-1].coef_, again[-1].coef_)
    by_strength = probe[-1].scores_.mean(axis=0).ravel()
    best = 10.0 ** (by_strength.argmax() - 4)
    assert math.isclose(probe[-1].C_, best)
    assert by_strength.max() > by_strength[0]


@pytest.mark.parametrize("rarest", [1, 2])
def test_fair_probe_works_with_a_class_of_few_images(
    rarest: int, digit_images: np.ndarray, digit_labels: np.ndarray
) -> None:
    few = np.concatenate([np.flatnonzero(digit_labels == 3)[:rarest], np.flatnonzero(digit_labels != 3)[:60]])
    probe = fit_probe(digit_images.reshape(-1, 64)[few], digit_labels[few], **FAIR)
    assert probe.score(digit_images.reshape(-1, 64), digit_labels) > 0.6


def test_folds_share_out_the_labels_class_by_class_as_far_as_there_are_enough() -> None:
    labels = np.repeat([0, 1], [10, 5])
    folds = folds_of(labels, 5, seed=0)
    assert sorted(np.concatenate([left for _, left in folds])) == list(range(15))
    assert [np.bincount(labels[left]).tolist() for _, left in folds] == [[2, 1]] * 5
    assert len(folds_of(np.repeat([0, 1], [3, 1]), 5, seed=0)) == 3
    assert len(folds_of(np.arange(4), 5, seed=0)) == 2


SPLIT_OF_DIGITS = {"labelled": np.arange(321), "validation": np.arange(400, 500), "test": np.arange(500, 700)}


def test_baseline_from_scratch_trains_encoder_and_layer(digit_images: np.ndarray, digit_labels: np.ndarray) -> None:
    model = network("vanilla")
    before = [weight.clone() for weight in model.encoder.parameters()]
    settings = PROBE | {"learning_rate": 0.01}
    found = train_supervised_baseline(
        model, digit_images, digit_labels, SPLIT_OF_DIGITS, train_encoder=True, **settings
    )
    assert found["accuracy"].mean() > 0.6
    assert not any(map(torch.equal, before, model.encoder.parameters()))


def test_untrained_baseline_trains_the_layer_and_batch_normalisation_follows_the_images(
    digit_images: np.ndarray, digit_labels: np.ndarray
) -> None:
    model = network("vanilla")
    before = [weight.clone() for weight in model.encoder.parameters()]
    statistics = [value.clone() for value in model.encoder.buffers()]
    found = train_supervised_baseline(model, digit_images, digit_labels, SPLIT_OF_DIGITS, train_encoder=False, **PROBE)
    assert found["accuracy"].mean() > 0.15  # guessing gives 0.1
    assert all(map(torch.equal, before, model.encoder.parameters()))
    assert not any(map(torch.equal, statistics, model.encoder.buffers()))


def test_from_scratch_all_labelled_images_train_for_the_epochs_of_the_best_cross_validation(
    digit_images: np.ndarray, digit_labels: np.ndarray
) -> None:
    lines: list[str] = []
    settings: Any = {"epochs": 40, "patience": 5, "folds": 3, "batch_size": 32, "learning_rate": 0.01, "seed": 0}
    parts = {name: SPLIT_OF_DIGITS[name] for name in ("labelled", "test")}  # and no validation images
    found, again = (
        train_from_scratch(
            lambda: network("vanilla"), digit_images, digit_labels, parts, **settings, report=lines.append
        )["accuracy"]
        for _ in range(2)
    )
    assert found.mean() > 0.6
    assert np.array_equal(found, again)
    accuracies = [float(line.split()[-1]) for line in lines if "cross-validated" in line]
    accuracies = accuracies[: len(accuracies) // 2]
    best = accuracies.index(max(accuracies)) + 1
    assert lines[-1] == f"{best} epochs on all labelled images"
    assert len(accuracies) == min(best + 5, 40)


@pytest.mark.parametrize(("published", "varies"), [(True, True), (False, False)])
def test_a_stochastic_baseline_is_scored_by_sampled_codes_as_published_and_by_mean_codes_otherwise(
    published: bool, varies: bool, digit_images: np.ndarray, digit_labels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = set[bool]()
    codes = VAE.codes

    def watched(self: VAE, x: Tensor, *, sample: bool) -> Tensor:
        drawn.add(sample)
        return codes(self, x, sample=sample)

    monkeypatch.setattr(VAE, "codes", watched)
    data = digit_images, digit_labels, SPLIT_OF_DIGITS
    if published:
        train_supervised_baseline(network("vae"), *data, train_encoder=True, **PROBE)
    else:
        train_from_scratch(lambda: network("vae"), *data, folds=2, **PROBE)
    assert drawn == {varies}


def test_always_the_most_frequent_class_is_accurate_but_not_balanced() -> None:
    labels = np.repeat([0, 1, 2], [80, 15, 5])
    everything = np.arange(100)
    found = means(of_majority(labels, {"labelled": everything, "test": everything}))
    assert found == {"accuracy": 0.8, "balanced_accuracy": pytest.approx(1 / 3)}


def test_balanced_accuracy_is_the_mean_over_the_classes_that_have_images() -> None:
    found = means(accuracy_scores(np.array([0, 0, 0, 4]), np.array([0, 0, 2, 2])))
    assert found == {"accuracy": 0.5, "balanced_accuracy": 0.5}


# Maps of codes


def test_codes_of_two_elements_are_their_own_map() -> None:
    codes = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    np.testing.assert_array_equal(map_codes(codes, neighbours=5, min_dist=0.1, seed=0), codes)


def test_seeded_umap_gives_the_same_map_twice() -> None:
    centres = np.repeat([[0.0] * 4, [50.0] * 4], 20, axis=0)
    codes = (centres + np.random.default_rng(0).normal(size=(40, 4))).astype(np.float32)
    first, again = (map_codes(codes, neighbours=5, min_dist=0.1, seed=0) for _ in range(2))
    assert first.shape == (40, 2)
    np.testing.assert_array_equal(first, again)
    spread = max(np.ptp(first[:20], axis=0).max(), np.ptp(first[20:], axis=0).max())
    assert math.dist(first[:20].mean(axis=0), first[20:].mean(axis=0)) > spread / 2


# Images in colour, and few of them


def in_colour(images: np.ndarray) -> np.ndarray:
    """The images, the same turned by half, and black, as the colours of one: (n, H, W) -> (n, H, W, 3)."""
    return np.stack([images, images[:, ::-1, ::-1], np.zeros_like(images)], axis=-1)


def test_of_images_in_colour_each_colour_is_measured_by_itself(digit_images: np.ndarray) -> None:
    images = digit_images[:50] / 255
    coloured = in_colour(images)
    for measure in (entropies, gradient_energies):
        np.testing.assert_allclose(measure(coloured), 2 * measure(images))
    np.testing.assert_array_equal(thin_strokes(coloured), in_colour(thin_strokes(images)))
    np.testing.assert_allclose(ink(coloured, coloured), 2 * ink(images, images))


def test_a_network_for_colours_gives_pictures_in_colour(digit_images: np.ndarray) -> None:
    torch.manual_seed(0)
    images = in_colour(digit_images[:40])
    model = Vanilla(images[0].shape, 4, encoder_widths=[12], decoder_widths=[12]).eval()
    test = ImageBatches(images, np.arange(40))
    codes = latent_codes(model, {"test": test}, seed=0)
    found = reconstruct(model, test, codes, images[0].shape, shown=5)
    np.testing.assert_allclose(found["originals"], images[:5] / 255, rtol=1e-6)
    assert found["images"].shape == (5, 8, 8, 3)
    assert interpolate(model, test[:2], 11, images[0].shape)["images"].shape == (11, 8, 8, 3)
    assert np.isfinite(reconstruction_metrics(found, codes)["corrected"]["sharpness"])


def test_images_without_thin_strokes_have_no_share_of_them_to_keep() -> None:
    blank = perfect_copies(np.zeros((3, 8, 8)))
    with warnings.catch_warnings(action="error"):
        assert math.isnan(reconstruction_metrics(blank, None)["corrected"]["thin_strokes"])


def test_an_interpolation_is_drawn_between_the_first_images_of_two_classes_or_the_first_two() -> None:
    test, labels = np.array([7, 3, 5, 4]), np.array([0, 0, 0, 1, 1, 2, 0, 2])
    assert ends_of(test, labels, 1, 2).tolist() == [3, 7]
    assert ends_of(test, labels).tolist() == [7, 3]
    assert ends_of(test, labels, 1, 9).tolist() == [7, 3]  # no image of class 9


@pytest.mark.filterwarnings("error::UserWarning")
def test_few_codes_can_be_mapped() -> None:
    codes = np.random.default_rng(0).normal(size=(10, 4)).astype(np.float32)
    assert np.isfinite(map_codes(codes, neighbours=15, min_dist=0.1, seed=0)).all()
