"""The equations of the autoencoders that the article does not have, against independent ways to work them out."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.autograd.functional import jacobian

from aepipe.models.base import image_bce
from aepipe.models.contractive import Contractive, pulled_back
from aepipe.models.wae import WAE, kernel, squared_mmd
from aepipe.training.device import use_one_core

use_one_core()  # as every job does

WIDTHS: Any = {"encoder_widths": [6, 5], "decoder_widths": [5, 6]}


def images(count: int, pixels: int = 8) -> Tensor:
    return torch.rand(count, pixels, generator=torch.Generator().manual_seed(0))


# Contractive


#: Fully connected, or with convolutions of maps with even and odd sides.
BACKBONES: list[dict[str, Any]] = [{}, {"channels": [3, 2]}]


def contractive(beta: float = 1.0, **backbone: Any) -> Contractive:
    """One whose batch normalisations are no identities."""
    torch.manual_seed(0)
    model = Contractive((2, 4), 3, beta=beta, **WIDTHS, **backbone)
    for layer in normalisations(model):
        layer.momentum = 1.0  # running statistics are those of the last batch
        nn.init.uniform_(layer.weight, 0.5, 2)
        nn.init.uniform_(layer.bias, -0.2, 0.5)
    return model


def normalisations(model: Contractive) -> list[nn.BatchNorm1d | nn.BatchNorm2d]:
    return [layer for layer in model.encoder.modules() if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)]


def jacobians(model: Contractive, x: Tensor) -> np.ndarray:
    """dz/dx of each image (B, d, D), by torch's own derivatives, one image at a time, in evaluation mode."""
    model.eval()
    return torch.stack([jacobian(lambda pixels: model.encode(pixels[None])[0], image) for image in x]).numpy()


def by_slopes(model: Contractive, x: Tensor) -> np.ndarray:
    """The same from the slopes of the layers: the directions are the axes of the code, one after the other."""
    z, slopes = model.encode_with_slopes(x)
    rows = [pulled_back(axis.expand(len(x), -1), slopes) for axis in torch.eye(z.shape[1])]
    return torch.stack(rows, dim=1).detach().numpy()


def penalty_by_hand(model: Contractive, x: Tensor) -> float:
    """Mean of tr(J^T S^-1 J), in evaluation mode."""
    inverse = np.linalg.inv(np.cov(model.eval().encode(x).detach().double().numpy().T, bias=True))
    return float(np.mean([np.trace(j.T @ inverse @ j) for j in jacobians(model, x).astype(np.float64)]))


def mean_penalty(model: Contractive, x: Tensor, draws: int) -> tuple[float, float]:
    """Mean and standard deviation over random signs."""
    torch.manual_seed(0)
    with torch.no_grad():
        drawn = [model.losses(x)["contraction"].item() for _ in range(draws)]
    return float(np.mean(drawn)), float(np.std(drawn))


def with_statistics_of(model: Contractive, x: Tensor) -> None:
    """Has evaluation mode normalise with the mean and variance that training mode takes for this batch."""

    def without_correction(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        count = inputs[0].numel() / inputs[0].shape[1]
        assert isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)
        assert layer.running_var is not None
        layer.running_var *= (count - 1) / count  # kept without bias, used with it

    hooks = [layer.register_forward_hook(without_correction) for layer in normalisations(model)]
    model.train()
    model.encode(x)
    for hook in hooks:
        hook.remove()


@pytest.mark.parametrize("backbone", BACKBONES, ids=["mlp", "conv"])
def test_the_slopes_of_all_layers_make_the_jacobian_in_evaluation_mode(backbone: dict) -> None:
    model, x = contractive(**backbone), images(20)
    with_statistics_of(model, x)
    np.testing.assert_allclose(by_slopes(model.eval(), x[:4]), jacobians(model, x[:4]), atol=1e-5)


@pytest.mark.parametrize("backbone", BACKBONES, ids=["mlp", "conv"])
def test_in_training_the_jacobian_is_that_of_an_image_among_its_batch_with_the_statistics_held(backbone: dict) -> None:
    model, x = contractive(**backbone), images(20)
    with_statistics_of(model, x)
    expected = jacobians(model, x)
    np.testing.assert_allclose(by_slopes(model.train(), x), expected, atol=1e-5)


def test_contraction_is_the_norm_of_the_jacobian_in_units_of_the_codes_spread() -> None:
    model, x = contractive(beta=0.3), images(50)
    with_statistics_of(model, x)
    mean, deviation = mean_penalty(model.eval(), x, 2000)
    assert mean == pytest.approx(0.3 * penalty_by_hand(model, x), rel=0.02)
    assert deviation > 0


def test_no_linear_map_of_the_code_is_a_way_around_the_penalty() -> None:
    model, x = contractive(), images(50)
    with_statistics_of(model, x)
    before = penalty_by_hand(model, x)
    last = model.encoder[-1]
    assert isinstance(last, nn.Linear)
    last.weight.data = torch.tensor([[0.1, 0, 0], [0.5, 2, 0], [0, 1, -1]]) @ last.weight
    assert mean_penalty(model.eval(), x, 2000)[0] == pytest.approx(before, rel=0.02)


def test_the_size_of_the_weights_is_no_way_around_the_penalty() -> None:
    model, x = contractive(), images(50)
    before = by_slopes(model, x)
    with torch.no_grad():
        for layer in model.encoder[:-1].modules():
            if isinstance(layer, nn.Linear):
                layer.weight *= 3
    np.testing.assert_allclose(by_slopes(model, x), before, rtol=1e-2, atol=1e-3)


def test_the_gradient_of_the_penalty_is_its_slope_in_the_weights() -> None:
    model, x = contractive(), images(50)
    weight = model.encoder[1][0].weight  # type: ignore[index]

    def penalty() -> Tensor:
        torch.manual_seed(1)
        return model.losses(x)["contraction"]

    (gradient,) = torch.autograd.grad(penalty(), weight)
    step = 3e-3
    with torch.no_grad():
        weight[2, 3] += step
        above = penalty().item()
        weight[2, 3] -= 2 * step
        below = penalty().item()
    assert gradient[2, 3].item() == pytest.approx((above - below) / (2 * step), rel=0.03)


def test_few_images_have_no_penalty() -> None:
    model = contractive().eval()
    assert model.losses(images(6))["contraction"].item() == 0
    assert model.losses(images(7))["contraction"].item() > 0


def test_the_contractive_loss_is_of_the_codes_that_are_evaluated() -> None:
    model, x = contractive().eval(), images(10)
    z, _ = model.encode_with_slopes(x)
    torch.testing.assert_close(z, model.codes(x, sample=False))
    assert list(model.losses(x)) == ["reconstruction", "contraction"]
    torch.testing.assert_close(model.losses(x)["reconstruction"], image_bce(model.decode(z), x).mean())


# Wasserstein


def wae(beta: float = 1.0) -> WAE:
    return WAE((2, 4), 3, beta=beta, **WIDTHS)


def mmd_by_hand(a: np.ndarray, b: np.ndarray) -> float:
    """Algorithm 2 of the article, in loops."""
    n, d = a.shape

    def k(x: np.ndarray, y: np.ndarray) -> float:
        return 2 * d / (2 * d + float(((x - y) ** 2).sum()))

    pairs = [(i, j) for i in range(n) for j in range(n)]
    within = sum(k(a[i], a[j]) + k(b[i], b[j]) for i, j in pairs if i != j) / (n * (n - 1))
    return within - 2 / n**2 * sum(k(a[i], b[j]) for i, j in pairs)


def test_mmd_is_that_of_the_article() -> None:
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(7, 3, generator=generator), 2 + torch.randn(7, 3, generator=generator)
    assert squared_mmd(a, b).item() == pytest.approx(mmd_by_hand(a.numpy(), b.numpy()), rel=1e-5)


def test_the_kernel_is_1_for_a_code_with_itself_and_a_half_at_the_distance_of_two_random_ones() -> None:
    a = torch.tensor([[0.0, 0], [0, 2]])  # the squared distance is 2 d
    torch.testing.assert_close(kernel(a, a), torch.tensor([[1, 0.5], [0.5, 1]]))


def test_mmd_is_0_on_average_between_samples_of_one_distribution_and_above_between_two() -> None:
    torch.manual_seed(0)
    alike = [squared_mmd(torch.randn(50, 3), torch.randn(50, 3)).item() for _ in range(200)]
    assert np.mean(alike) == pytest.approx(0, abs=3 * float(np.std(alike)) / math.sqrt(200))
    assert squared_mmd(torch.randn(50, 3), 3 * torch.randn(50, 3)).item() > 10 * np.std(alike)


def test_mmd_of_a_single_image_is_finite() -> None:
    assert wae().eval().losses(images(1))["mmd"].isfinite()


def test_wae_adds_the_weighted_mmd_of_its_codes_and_the_prior() -> None:
    model, x = wae(beta=5).eval(), images(9)
    z = model.encode(x)
    torch.manual_seed(0)
    terms = model.losses(x)
    torch.manual_seed(0)
    prior = torch.randn(9, 3)
    assert list(terms) == ["reconstruction", "mmd"]
    assert terms["mmd"].item() == pytest.approx(5 * mmd_by_hand(z.detach().numpy(), prior.numpy()), rel=1e-4)
    torch.testing.assert_close(terms["reconstruction"], image_bce(model.decode(z), x).mean())


def test_wae_codes_carry_no_noise_and_its_prior_is_the_standard_normal() -> None:
    model, x = wae().eval(), images(9)
    assert torch.equal(model.codes(x, sample=True), model.codes(x, sample=False))
    torch.manual_seed(0)
    z = model.sample_prior(20_000)
    np.testing.assert_allclose(z.mean(dim=0), 0, atol=0.03)
    np.testing.assert_allclose(z.std(dim=0), 1, rtol=0.03)
