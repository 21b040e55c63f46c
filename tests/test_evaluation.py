"""What is measured of trained networks."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from aepipe.autoencoders.base import Autoencoder
from aepipe.autoencoders.sparse import Sparse
from aepipe.autoencoders.vae import VAE
from aepipe.autoencoders.vanilla import Vanilla
from aepipe.autoencoders.vq import VQ
from aepipe.data.batches import ImageBatches
from aepipe.evaluation.anomaly import detect_anomalies
from aepipe.evaluation.classification import Labelled, accuracy, fit_classifier, probe_codes, train_baseline
from aepipe.evaluation.latent_map import map_codes
from aepipe.evaluation.network import draw_samples, interpolate, latent_codes, reconstruct
from aepipe.evaluation.reconstruction import live_units, reconstruction_metrics
from aepipe.machine import use_one_core

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
    return kind(64, 4, encoder_widths=[24, 12], decoder_widths=[12, 24], **settings).eval()


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
        np.testing.assert_allclose(found["differences" + suffix], (p - x).sum(axis=(1, 2)), atol=1e-4)
    assert sum(key.endswith("_sampled") for key in found) == (2 if name == "vae" else 0)
    np.testing.assert_allclose(found["images"], decoded(model, codes["test"])[:5], atol=1e-6)
    np.testing.assert_allclose(found["originals"], x[:5], atol=1e-6)


def test_reconstruction_metrics_are_means_over_images() -> None:
    codes = {"test": np.array([[0.0, 5, 1], [1, 5, 1]])}
    errors = {"errors": np.array([1.0, 3]), "images": np.zeros((2, 8, 8))}
    assert reconstruction_metrics(errors, codes) == {"bce": 2, "live_units": 1}
    sampled = {"errors_sampled": np.array([2.0, 6])}
    assert reconstruction_metrics(errors | sampled, codes) == {"bce": 2, "bce_sampled": 4, "live_units": 1}


def test_units_of_a_single_value_are_dead() -> None:
    codes = np.zeros((100, 4), np.float32)
    codes[:, 1] = 3
    codes[7, 2] = 0.1
    codes[:, 3] = -np.arange(100)
    assert live_units(codes) == 2


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


@pytest.mark.parametrize(
    ("errors", "auc"),
    [
        ([1.0, 2, 3, 8, 9], 1),
        ([9.0, 8, 7, 2, 1], 0),
        ([1.0, 2, 4, 3, 5], 5 / 6),  # of the 3 x 2 pairs, one is in the wrong order
        ([1.0, 1, 1, 1, 1], 1 / 2),
    ],
)
def test_auc_is_the_share_of_pairs_in_which_the_anomaly_has_the_higher_error(errors: list[float], auc: float) -> None:
    scores = {"errors": np.array(errors), "differences": np.zeros(5)}
    areas, _ = detect_anomalies(scores, np.array([0, 2, 3, 1, 1]), left_out=1)
    assert areas == {"auc": pytest.approx(auc), "auc_signed": 1 / 2}


def test_sampled_errors_have_an_auc_of_their_own_and_the_signed_score_is_of_sampled_codes() -> None:
    up, down, same = np.array([1.0, 2, 3]), np.array([3.0, 2, 1]), np.ones(3)
    labels = np.array([0, 0, 1])
    mean = {"errors": same, "differences": up, "images": np.zeros((3, 8, 8))}
    areas, curves = detect_anomalies(mean, labels, left_out=1)
    assert areas == {"auc": 1 / 2, "auc_signed": 1}
    assert set(curves["metric"]) == set(areas)

    areas, curves = detect_anomalies(mean | {"errors_sampled": up, "differences_sampled": down}, labels, left_out=1)
    assert areas == {"auc": 1 / 2, "auc_sampled": 1, "auc_signed": 0}
    for metric, area in areas.items():
        curve = curves[curves["metric"] == metric]
        false_positives, true_positives = curve["false_positive_rate"], curve["true_positive_rate"]
        assert [*false_positives.iloc[[0, -1]], *true_positives.iloc[[0, -1]]] == [0, 1, 0, 1]
        assert np.trapezoid(true_positives, false_positives) == area


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


def test_probe_tells_separable_codes_apart_and_mean_from_sampled_ones() -> None:
    labels = np.arange(300, dtype=np.uint8) % 3
    separable = np.eye(3, dtype=np.float32)[labels]
    noise = np.random.default_rng(0).normal(size=(300, 3)).astype(np.float32)
    split = {"labelled": np.arange(100), "validation": np.arange(100, 200), "test": np.arange(200, 300)}
    codes = {part: separable[indices] for part, indices in split.items()}
    assert probe_codes(codes, labels, split, **PROBE) == {"accuracy": 1}
    sampled = {part + "_sampled": noise[indices] for part, indices in split.items()}
    found = probe_codes(codes | sampled, labels, split, **PROBE)
    assert found["accuracy"] == 1
    assert found["accuracy_sampled"] == pytest.approx(1 / 3, abs=0.15)


BASELINE = {"labelled": np.arange(321), "validation": np.arange(400, 500), "test": np.arange(500, 700)}


def test_baseline_from_scratch_trains_encoder_and_layer(digit_images: np.ndarray, digit_labels: np.ndarray) -> None:
    model = network("vanilla")
    before = [weight.clone() for weight in model.encoder.parameters()]
    settings = PROBE | {"learning_rate": 0.01}
    found = train_baseline(model, digit_images, digit_labels, BASELINE, train_encoder=True, **settings)
    assert found["accuracy"] > 0.6
    assert not any(map(torch.equal, before, model.encoder.parameters()))


def test_untrained_baseline_trains_the_layer_and_batch_normalisation_follows_the_images(
    digit_images: np.ndarray, digit_labels: np.ndarray
) -> None:
    model = network("vanilla")
    before = [weight.clone() for weight in model.encoder.parameters()]
    statistics = [value.clone() for value in model.encoder.buffers()]
    found = train_baseline(model, digit_images, digit_labels, BASELINE, train_encoder=False, **PROBE)
    assert found["accuracy"] > 0.15  # guessing gives 0.1
    assert all(map(torch.equal, before, model.encoder.parameters()))
    assert not any(map(torch.equal, statistics, model.encoder.buffers()))


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
