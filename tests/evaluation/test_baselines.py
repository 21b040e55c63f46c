"""The baselines that give scores a scale: PCA, the untrained network, raw pixels."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA as Reference

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.image_sets import flat, scaled
from aepipe.evaluation.untrained import take_statistics
from aepipe.models.base import image_bce
from aepipe.models.build import load_weights, save_weights
from aepipe.models.components import solver
from aepipe.models.pca import MARGIN, PCA
from aepipe.models.vae import VAE
from aepipe.models.vanilla import Vanilla
from aepipe.training.device import use_one_core

use_one_core()


@pytest.fixture(scope="module")
def pixels(digit_images: np.ndarray) -> np.ndarray:
    return flat(digit_images, np.arange(len(digit_images)))


def fitted(pixels: np.ndarray, latent_dim: int) -> PCA:
    model = PCA(pixels.shape[1:], latent_dim, encoder_widths=[], decoder_widths=[])
    model.fit(pixels)
    return model.eval()


@torch.no_grad()
def reconstructed(model: PCA, pixels: np.ndarray) -> np.ndarray:
    x = torch.from_numpy(pixels)
    return torch.sigmoid(model.decode(model.codes(x, sample=False))).numpy()


def test_pca_of_all_dimensions_copies_the_images(pixels: np.ndarray) -> None:
    assert np.abs(reconstructed(fitted(pixels, 64), pixels) - pixels).max() < MARGIN + 1e-5


def test_pca_is_the_one_of_scikit_learn_with_clipped_pixels(pixels: np.ndarray) -> None:
    reference = Reference(10, svd_solver="full").fit(pixels)
    model = fitted(pixels, 10)
    with torch.no_grad():
        codes = model.codes(torch.from_numpy(pixels), sample=False).numpy()
    np.testing.assert_allclose(codes, reference.transform(pixels), atol=1e-3)
    expected = reference.inverse_transform(reference.transform(pixels)).clip(MARGIN, 1 - MARGIN)
    np.testing.assert_allclose(reconstructed(model, pixels), expected, atol=1e-3)


def test_pca_has_a_smaller_squared_error_than_random_projections(pixels: np.ndarray) -> None:
    mean = pixels.mean(axis=0)
    best = ((reconstructed(fitted(pixels, 5), pixels) - pixels) ** 2).sum(axis=1).mean()
    for seed in range(5):
        basis, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(64, 5)))
        projected = mean + (pixels - mean) @ basis @ basis.T
        assert ((projected - pixels) ** 2).sum(axis=1).mean() > 1.3 * best


def test_pca_has_a_finite_cross_entropy_and_no_random_part(pixels: np.ndarray, tmp_path: Path) -> None:
    model = fitted(pixels, 2)
    x = torch.from_numpy(pixels)
    with torch.no_grad():
        errors = image_bce(model.decode(model.codes(x, sample=False)), x)
        far = image_bce(model.decode(torch.full((1, 2), 1e6)), x[:1])
    assert errors.isfinite().all()
    assert far.isfinite().all()
    save_weights(model.state_dict(), tmp_path / "weights.safetensors")
    again = PCA((8, 8), 2, encoder_widths=[], decoder_widths=[])
    load_weights(again, tmp_path / "weights.safetensors")
    assert np.array_equal(reconstructed(again.eval(), pixels), reconstructed(model, pixels))
    assert model.sample_prior(3) is None


def untrained(images: np.ndarray, count: int, kind: type = Vanilla, **settings: float) -> Vanilla | VAE:
    torch.manual_seed(0)
    model = kind((8, 8), 4, encoder_widths=[24, 12], decoder_widths=[12, 24], **settings)
    take_statistics(model, ImageBatches(images, np.arange(count)))
    return model


def test_an_untrained_network_keeps_its_weights_and_knows_the_statistics_of_the_images(
    digit_images: np.ndarray, pixels: np.ndarray
) -> None:
    model = untrained(digit_images, 1000)
    torch.manual_seed(0)
    drawn = Vanilla((8, 8), 4, encoder_widths=[24, 12], decoder_widths=[12, 24])
    assert all(map(torch.equal, model.parameters(), drawn.parameters()))
    assert not model.training
    with torch.no_grad():
        outputs = drawn.encoder[0][0](torch.from_numpy(pixels[:1000]))  # type: ignore[index]
    statistics = model.state_dict()
    torch.testing.assert_close(statistics["encoder.0.1.running_mean"], outputs.mean(dim=0), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(statistics["encoder.0.1.running_var"], outputs.var(dim=0), rtol=1e-4, atol=1e-5)
    assert not torch.equal(statistics["decoder.1.1.running_mean"], torch.zeros(24))


def test_all_batches_count_alike_for_the_statistics(digit_images: np.ndarray, pixels: np.ndarray) -> None:
    model = untrained(digit_images, 1700)
    with torch.no_grad():
        outputs = model.encoder[0][0](torch.from_numpy(pixels[:1700]))  # type: ignore[index]
    expected = torch.stack([outputs[:1000].mean(dim=0), outputs[1000:].mean(dim=0)]).mean(dim=0)
    torch.testing.assert_close(model.state_dict()["encoder.0.1.running_mean"], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("count", [1000, 1001])
def test_any_network_can_be_left_untrained_whatever_the_number_of_images(count: int, digit_images: np.ndarray) -> None:
    images = digit_images[:count]
    vae = untrained(images, count, VAE, beta=1.0)
    assert vae.state_dict()["encoder.0.1.num_batches_tracked"] == 1


def test_pixels_are_scaled_as_networks_see_them(digit_images: np.ndarray) -> None:
    indices = np.array([5, 3, 900])
    assert np.array_equal(flat(digit_images, indices), ImageBatches(digit_images, indices)[:].numpy())
    assert scaled(digit_images, indices).shape == (3, 8, 8)
    assert scaled(digit_images, indices).dtype == np.float32


@pytest.mark.parametrize("shape", [(30, 100), (1200, 2100)], ids=["exactly", "by a random projection"])
def test_pca_finds_the_components_of_fewer_images_than_pixels(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(0)
    images = (random.random((shape[0], 4)) @ random.random((4, shape[1])) / 4).astype(np.float32)
    copies = reconstructed(fitted(images, 4), images)
    np.testing.assert_allclose(copies, images.clip(MARGIN, 1 - MARGIN), atol=1e-3)


def test_the_solver_of_the_published_data_sets_is_the_exact_one() -> None:
    for shape in ((55_000, 1024), (5000, 1024), (1287, 64), (360, 64)):
        assert solver(shape, 20) == {"svd_solver": "covariance_eigh"}
