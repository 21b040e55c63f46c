"""The equations of reference and article, against values worked out by hand or in NumPy."""

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from torch import Tensor, nn

from aepipe.config.configuration import completed, network_settings
from aepipe.errors import AepipeError
from aepipe.models.base import IMAGE_LOSSES, Autoencoder, image_bce, image_squared_error
from aepipe.models.build import build, load_weights, save_weights
from aepipe.models.denoising import Denoising
from aepipe.models.shallow import Shallow
from aepipe.models.sparse import Sparse
from aepipe.models.vae import VAE, gaussian_kl
from aepipe.models.vanilla import Vanilla
from aepipe.models.vq import VQ
from aepipe.training.device import use_one_core

use_one_core()  # as every job does

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
WIDTHS: Any = {"encoder_widths": [6, 5], "decoder_widths": [5, 6]}
NO_WIDTHS: Any = {"encoder_widths": [], "decoder_widths": []}
LN2 = math.log(2)


def images(count: int, pixels: int = 8) -> Tensor:
    return torch.rand(count, pixels, generator=torch.Generator().manual_seed(0))


def bce_by_hand(logits: Tensor, x: Tensor) -> np.ndarray:
    """-sum(x log p + (1 - x) log(1 - p)), image by image, p the sigmoid of the logits."""
    p = 1 / (1 + np.exp(-logits.detach().double().numpy()))
    pixels = x.double().numpy()
    return -(pixels * np.log(p) + (1 - pixels) * np.log(1 - p)).sum(axis=1)


def vq(codebooks: list[list[float]], beta: float = 1.0) -> VQ:
    model = VQ((2, 4), len(codebooks), categories=len(codebooks[0]), beta=beta, **WIDTHS)
    model.codebooks.data = torch.tensor(codebooks, dtype=torch.float32)
    return model


# Reconstruction


def test_squared_error_is_of_the_reconstruction_and_summed_over_the_pixels_of_each_image() -> None:
    logits = torch.tensor([[0.0, math.log(3), -math.log(3)], [0.0, 0.0, 0.0]])  # x' = 1/2, 3/4, 1/4
    x = torch.tensor([[1.0, 0.0, 0.5], [0.0, 1.0, 0.3]])
    assert image_squared_error(logits, x).tolist() == pytest.approx([0.25 + 0.75**2 + 0.25**2, 0.25 + 0.25 + 0.04])


def test_every_entry_compares_images_by_the_loss_that_it_is_given() -> None:
    x = images(5, 64)
    for entry in CONFIG["autoencoders"]:
        model = build(network_settings(CONFIG, "digits", entry, "none"), (8, 8)).eval()
        z = model.codes(model.corrupt(x), sample=False)
        for name, loss in IMAGE_LOSSES.items():
            model.loss_name = name
            torch.manual_seed(0)
            terms = model.losses(x)
            if not model.stochastic:
                torch.testing.assert_close(terms["reconstruction"], loss(model.decode(z), x).mean())
            else:
                assert (terms["reconstruction"] < 30) == (name != "bce")


def test_bce_is_summed_over_the_pixels_of_each_image() -> None:
    logits = torch.tensor([[0.0, math.log(3), -math.log(3)], [0.0, 0.0, 0.0]])  # p = 1/2, 3/4, 1/4
    x = torch.tensor([[1.0, 0.0, 0.5], [0.0, 1.0, 0.3]])
    by_hand = [LN2 + math.log(4) - 0.5 * math.log(1 / 4) - 0.5 * math.log(3 / 4), 3 * LN2]
    assert image_bce(logits, x).tolist() == pytest.approx(by_hand)


def test_reconstruction_loss_is_the_mean_over_the_batch() -> None:
    model, x = Vanilla((2, 4), 2, **WIDTHS).eval(), images(7)
    logits = model.decode(model.encode(x))
    assert model.losses(x)["reconstruction"].item() == pytest.approx(bce_by_hand(logits, x).mean(), rel=1e-5)


def test_bce_and_its_gradient_are_exact_at_huge_logits() -> None:
    logits = torch.tensor([[1e4, -1e4, 1e4, -1e4]], requires_grad=True)
    x = torch.tensor([[1.0, 0.0, 0.0, 1.0]])  # right, right, wrong, wrong
    loss = image_bce(logits, x).sum()
    loss.backward()
    assert loss.item() == 2e4
    assert logits.grad is not None
    assert logits.grad.tolist() == [[0, 0, 1, -1]]


# Shallow


def test_shallow_is_one_layer_and_a_relu_on_each_side() -> None:
    torch.manual_seed(0)
    model, x = Shallow((2, 4), 3, **NO_WIDTHS), images(20)
    assert [type(layer) for layer in (*model.encoder, *model.decoder)] == [nn.Linear, nn.Linear]
    weight, bias, weight_out, bias_out = (value.detach().numpy() for value in model.parameters())
    z = np.maximum(x.numpy() @ weight.T + bias, 0)
    assert (z == 0).any()
    np.testing.assert_allclose(model.codes(x, sample=True).detach(), z, atol=1e-6)
    np.testing.assert_allclose(model.decode(torch.from_numpy(z)).detach(), z @ weight_out.T + bias_out, atol=1e-6)


# Denoising


def denoising(noise: float) -> Denoising:
    return Denoising((2, 4), 2, noise=noise, **WIDTHS)


def test_noise_is_added_in_training_mode_alone() -> None:
    model, x = denoising(0.5), images(50)
    assert not torch.equal(model.train().corrupt(x), x)
    assert torch.equal(model.eval().corrupt(x), x)


def test_noisy_images_are_clipped_to_the_pixel_range() -> None:
    noisy = denoising(0.5).corrupt(images(50))
    assert noisy.min() == 0
    assert noisy.max() == 1


def test_noise_has_the_given_standard_deviation() -> None:
    x = torch.full((2000, 8), 0.5)  # ten standard deviations from being clipped
    torch.manual_seed(0)
    noise = denoising(0.05).corrupt(x) - x
    assert noise.mean().item() == pytest.approx(0, abs=0.002)
    assert noise.std().item() == pytest.approx(0.05, rel=0.02)


def test_denoising_encodes_the_noisy_image_and_aims_at_the_clean_one() -> None:
    model, x = denoising(0.5), images(20)
    torch.manual_seed(0)
    logits = model.decode(model.encode(model.corrupt(x)))
    torch.manual_seed(0)
    loss = model.losses(x)["reconstruction"]
    assert loss.item() == pytest.approx(bce_by_hand(logits, x).mean(), rel=1e-5)


# Sparse


def sparse(sparsity: float, beta: float) -> Sparse:
    return Sparse((2, 4), 2, sparsity=sparsity, beta=beta, **WIDTHS)


def test_sparse_codes_are_sigmoids() -> None:
    h = torch.tensor([[0.0, math.log(3)], [-math.log(3), -5.0]])
    z, _ = sparse(0.25, beta=1).bottleneck(h, sample=False)
    np.testing.assert_allclose(z, [[1 / 2, 3 / 4], [1 / 4, 1 / (1 + math.exp(5))]], rtol=1e-5)


def test_sparsity_is_the_kl_from_p_to_the_batch_mean_summed_over_units() -> None:
    z = torch.tensor([[0.2, 0.9], [0.4, 0.1]])  # means 0.3 and 0.5
    by_hand = sum(0.25 * math.log(0.25 / q) + 0.75 * math.log(0.75 / (1 - q)) for q in (0.3, 0.5))
    _, terms = sparse(0.25, beta=1).bottleneck(torch.logit(z), sample=True)
    assert terms["sparsity"].item() == pytest.approx(by_hand, rel=1e-5)


def test_sparsity_is_zero_where_the_batch_mean_is_p() -> None:
    z = torch.tensor([[0.1, 0.4], [0.4, 0.1]])
    _, terms = sparse(0.25, beta=1).bottleneck(torch.logit(z), sample=True)
    assert terms["sparsity"].item() == pytest.approx(0, abs=1e-6)


def test_sparsity_is_finite_for_saturated_codes() -> None:
    h = torch.tensor([[1e4, -1e4]], requires_grad=True)
    _, terms = sparse(0.25, beta=1).bottleneck(h, sample=True)
    terms["sparsity"].backward()
    assert h.grad is not None
    assert terms["sparsity"].isfinite()
    assert h.grad.isfinite().all()


# Variational


def vae(beta: float = 1.0) -> VAE:
    return VAE((2, 4), 2, beta=beta, **WIDTHS)


def test_kl_of_a_gaussian_by_hand() -> None:
    mu = torch.tensor([[1.0, 0.0], [-3.0, 0.0]])
    log_sigma = torch.tensor([[LN2, 0.0], [-1.0, 0.5]])
    by_hand = [2 - LN2, (math.exp(-2) + 9 - 1 + 2) / 2 + (math.exp(1) - 1 - 1) / 2]
    assert gaussian_kl(mu, log_sigma).tolist() == pytest.approx(by_hand)


def test_kl_is_zero_for_a_standard_normal() -> None:
    assert gaussian_kl(torch.zeros(3, 2), torch.zeros(3, 2)).tolist() == [0, 0, 0]


def test_kl_is_positive_for_every_other_normal() -> None:
    mu, log_sigma = torch.meshgrid(torch.linspace(-2, 2, 20), torch.linspace(-2, 2, 20), indexing="ij")
    assert (gaussian_kl(mu.reshape(-1, 1), log_sigma.reshape(-1, 1)) > 0).all()


def test_vae_code_is_the_mean_unless_it_is_sampled() -> None:
    h = torch.tensor([[1.0, -2.0, 0.5, 3.0]])
    z, _ = vae().bottleneck(h, sample=False)
    assert z.tolist() == [[1, -2]]


def test_sampled_vae_codes_have_mean_mu_and_standard_deviation_sigma() -> None:
    h = torch.tensor([3.0, -1.0, math.log(0.5), math.log(4)]).expand(20_000, 4)
    torch.manual_seed(0)
    z, _ = vae().bottleneck(h, sample=True)
    np.testing.assert_allclose((z.mean(dim=0) - h[0, :2]) / torch.tensor([0.5, 4]), 0, atol=0.03)
    np.testing.assert_allclose(z.std(dim=0), [0.5, 4], rtol=0.03)
    assert np.corrcoef(z.T)[0, 1] == pytest.approx(0, abs=0.03)


def test_vae_is_trained_on_sampled_codes() -> None:
    model, x = vae().eval(), images(7)
    torch.manual_seed(0)
    logits = model.decode(model.codes(x, sample=True))
    torch.manual_seed(0)
    assert model.losses(x)["reconstruction"].item() == pytest.approx(bce_by_hand(logits, x).mean(), rel=1e-5)


def test_vae_prior_is_the_standard_normal() -> None:
    torch.manual_seed(0)
    z = vae().sample_prior(20_000)
    assert z.shape == (20_000, 2)
    np.testing.assert_allclose(z.mean(dim=0), 0, atol=0.03)
    np.testing.assert_allclose(z.std(dim=0), 1, rtol=0.03)


@pytest.mark.parametrize("beta", [0.5, 1, 2])
def test_beta_weighs_the_penalty(beta: float) -> None:
    h = torch.tensor([[1.0, 0.0, LN2, 0.0], [0.0, 0.0, 0.0, 0.0]])  # KL 2 - ln 2 and 0, batch mean half of it
    _, terms = vae(beta).bottleneck(h, sample=True)
    assert terms["kl"].item() == pytest.approx(beta * (2 - LN2) / 2)

    _, terms = sparse(0.25, beta).bottleneck(torch.logit(torch.tensor([[0.25, 0.5]])), sample=True)
    assert terms["sparsity"].item() == pytest.approx(beta * (0.25 * math.log(0.5) + 0.75 * math.log(1.5)), rel=1e-5)

    _, terms = vq([[0, 1], [0, 1]], beta).bottleneck(torch.tensor([[0.2, 0.9]]), sample=True)
    assert terms["commitment"].item() == pytest.approx(beta * (0.2**2 + 0.1**2))
    assert terms["codebook"].item() == pytest.approx(0.2**2 + 0.1**2)


# Vector quantised


@pytest.mark.parametrize("scale", [0.01, 1, 100])
def test_vq_takes_the_nearest_entry_of_each_elements_codebook(scale: float) -> None:
    generator = torch.Generator().manual_seed(0)
    codebooks = torch.randn(3, 16, generator=generator)
    h = scale * torch.randn(200, 3, generator=generator)
    distances = np.abs(h.numpy()[:, :, None] - codebooks.numpy()[None])  # (B, d, K)
    brute_force = np.take_along_axis(codebooks.numpy()[None], distances.argmin(axis=2)[:, :, None], axis=2)[:, :, 0]
    z, _ = vq(codebooks.tolist()).bottleneck(h, sample=False)
    np.testing.assert_array_equal(z.detach(), brute_force)


def test_vq_terms_are_squared_errors_summed_over_elements_and_averaged_over_the_batch() -> None:
    h = torch.tensor([[0.2, 0.0], [0.7, 4.0]])  # becomes [[0, -1], [1, 2]]
    z, terms = vq([[0, 1], [2, -1]], beta=0.5).bottleneck(h, sample=True)
    assert z.tolist() == [[0, -1], [1, 2]]
    by_hand = ((0.2**2 + 1**2) + (0.3**2 + 2**2)) / 2
    assert terms["codebook"].item() == pytest.approx(by_hand)
    assert terms["commitment"].item() == pytest.approx(0.5 * by_hand)


def vq_gradients(term: str) -> list[Any]:
    """Of a term of the loss, with respect to h and to the codebooks; None where it has none."""
    model = vq([[0, 1], [2, -1]], beta=0.5)
    h = torch.tensor([[0.2, 0.0], [0.7, 4.0]], requires_grad=True)
    z, terms = model.bottleneck(h, sample=True)
    decoded = (z * torch.tensor([[1.0, 2], [3, 4]])).sum()
    gradients = torch.autograd.grad({**terms, "decoded": decoded}[term], [h, model.codebooks], allow_unused=True)
    return [None if gradient is None else gradient.tolist() for gradient in gradients]


def test_the_decoders_gradient_passes_straight_through_to_the_encoder() -> None:
    assert vq_gradients("decoded") == [[[1, 2], [3, 4]], None]


def test_codebook_term_moves_the_codebook_alone() -> None:
    by_h, by_codebooks = vq_gradients("codebook")  # 2 (z' - h) / B
    assert by_h is None
    np.testing.assert_allclose(by_codebooks, [[-0.2, 0.3], [-2.0, -1.0]], rtol=1e-6)


def test_commitment_term_moves_the_encoder_alone() -> None:
    by_h, by_codebooks = vq_gradients("commitment")  # beta 2 (h - z') / B
    np.testing.assert_allclose(by_h, [[0.1, 0.5], [-0.15, 1.0]], rtol=1e-6)
    assert by_codebooks is None


def test_codebooks_start_uniform_between_plus_and_minus_one_over_k() -> None:
    torch.manual_seed(0)
    entries = VQ((2, 4), 20, categories=512, beta=1, **WIDTHS).codebooks.detach().numpy() * 512
    assert entries.shape == (20, 512)
    assert np.abs(entries).max() <= 1
    np.testing.assert_allclose(np.quantile(entries, [0, 0.25, 0.5, 0.75, 1]), [-1, -0.5, 0, 0.5, 1], atol=0.03)


def test_vq_prior_draws_all_entries_of_each_elements_own_codebook_alike() -> None:
    torch.manual_seed(0)
    codebooks = [[0.0, 1, 2, 3], [4.0, 5, 6, 7], [8.0, 9, 10, 11]]
    z = vq(codebooks).sample_prior(4000).detach().numpy()
    for element, entries in enumerate(codebooks):
        drawn, counts = np.unique(z[:, element], return_counts=True)
        assert drawn.tolist() == entries
        np.testing.assert_allclose(counts, 1000, rtol=0.15)
    assert np.corrcoef(z.T)[0, 1] == pytest.approx(0, abs=0.06)


# The ten entries of the configuration, on MNIST


def mnist_network(entry: str, held_out: str) -> Autoencoder:
    return build(network_settings(completed(CONFIG), "mnist", entry, held_out), (32, 32))


def widths(layers: nn.Module) -> list[int]:
    linear = [layer for layer in layers.modules() if isinstance(layer, nn.Linear)]
    assert all(a.out_features == b.in_features for a, b in pairwise(linear))
    return [linear[0].in_features, *(layer.out_features for layer in linear)]


DEEP = ["vanilla", "stacked", "stacked_pixels", "sparse", "denoising", "vq"]
VAES = ["vae", "beta_vae_strict", "beta_vae_loose"]


@pytest.mark.parametrize(
    ("entries", "held_out", "encoder", "decoder"),
    [
        (["shallow"], "none", [1024, 20], [20, 1024]),
        (["shallow"], "1", [1024, 2], [2, 1024]),
        (DEEP, "none", [1024, 341, 113, 20], [20, 113, 341, 1024]),
        (DEEP, "1", [1024, 146, 20, 2], [2, 20, 146, 1024]),
        (VAES, "none", [1024, 341, 113, 40], [20, 113, 341, 1024]),
        (VAES, "1", [1024, 146, 20, 4], [2, 20, 146, 1024]),
        ([f"{vae}_paper" for vae in VAES], "none", [1024, 512, 256, 40], [20, 113, 341, 1024]),
        ([f"{vae}_paper" for vae in VAES], "1", [1024, 170, 28, 4], [2, 20, 146, 1024]),
    ],
)
def test_widths_are_the_published_ones(
    entries: list[str], held_out: str, encoder: list[int], decoder: list[int]
) -> None:
    for entry in entries:
        model = mnist_network(entry, held_out).eval()
        assert widths(model.encoder) == encoder
        assert widths(model.decoder) == decoder
        z = model.codes(images(3, 1024), sample=True)
        assert z.shape == (3, decoder[0])
        assert model.decode(z).shape == (3, 1024)


@pytest.mark.parametrize("entry", [*DEEP, *VAES])
def test_hidden_layers_are_linear_without_bias_batch_normalisation_and_relu(entry: str) -> None:
    model = mnist_network(entry, "none")
    for layers in (model.encoder, model.decoder):
        *hidden, last = layers
        assert len(hidden) == 2
        for layer in hidden:
            linear, normalisation, activation = layer.children()
            assert linear.bias is None
            assert isinstance(normalisation, nn.BatchNorm1d)
            assert isinstance(activation, nn.ReLU)
        assert isinstance(last, nn.Linear)
        assert last.bias is not None


@pytest.mark.parametrize(
    ("entry", "settings", "terms"),
    [
        ("shallow", {}, []),
        ("vanilla", {}, []),
        ("stacked", {}, []),
        ("stacked_pixels", {}, []),
        ("sparse", {"sparsity": 0.25, "beta": 1}, ["sparsity"]),
        ("denoising", {"noise": 0.5}, []),
        ("vae", {"beta": 1}, ["kl"]),
        ("beta_vae_strict", {"beta": 2}, ["kl"]),
        ("beta_vae_loose", {"beta": 0.5}, ["kl"]),
        ("vq", {"beta": 1}, ["codebook", "commitment"]),
    ],
)
def test_entries_have_the_published_settings_and_terms(
    entry: str, settings: dict[str, float], terms: list[str]
) -> None:
    model = mnist_network(entry, "none")
    assert {name: getattr(model, name) for name in settings} == settings
    assert list(model.losses(images(3, 1024))) == ["reconstruction", *terms]
    assert model.stochastic == (terms == ["kl"])


# Weights on disk


def test_saved_weights_are_read_back_bit_for_bit(tmp_path: Path) -> None:
    saved, loaded = vq([[0.0, 1], [2, 3]]), VQ((2, 4), 2, categories=2, beta=1, **WIDTHS)
    save_weights(saved.state_dict(), tmp_path / "weights")
    load_weights(loaded, tmp_path / "weights")
    assert all(torch.equal(value, saved.state_dict()[name]) for name, value in loaded.state_dict().items())


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    save_weights(vq([[0.0, 1], [2, 3]]).state_dict(), tmp_path / "weights")
    with pytest.raises(AepipeError, match="another network: it has codebooks"):
        load_weights(Vanilla((2, 4), 2, **WIDTHS), tmp_path / "weights")


def test_weights_of_other_shapes_are_refused(tmp_path: Path) -> None:
    save_weights(Vanilla((2, 4), 3, **WIDTHS).state_dict(), tmp_path / "weights")
    with pytest.raises(AepipeError, match="weights is of another network"):
        load_weights(Vanilla((2, 4), 2, **WIDTHS), tmp_path / "weights")


def test_a_part_of_the_weights_is_not_taken_for_all(tmp_path: Path) -> None:
    model = Vanilla((2, 4), 2, **WIDTHS)
    save_weights(model.encoder.state_dict(prefix="encoder."), tmp_path / "weights")
    with pytest.raises(AepipeError, match="incomplete: it lacks decoder"):
        load_weights(model, tmp_path / "weights")
    load_weights(model, tmp_path / "weights", part=True)
