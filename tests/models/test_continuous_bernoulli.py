"""The continuous Bernoulli distribution: against numerical integration, near 1/2, and far out."""

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad

from aepipe.evaluation.network import pictures
from aepipe.models.base import IMAGE_LOSSES, image_bce
from aepipe.models.build import build
from aepipe.models.continuous_bernoulli import log_normaliser, logits_of, logits_of_mean

NETWORK = {
    "class": "aepipe.models.vae.VAE",
    "settings": {"beta": 1.0},
    "latent_dim": 2,
    "encoder_widths": [],
    "decoder_widths": [],
}
LOGITS = [-30.0, -3.0, -0.51, -0.49, -0.01, 0.2, 0.5, 2.0, 12.0]


def moments(logit: float) -> tuple[float, float]:
    """The integral of p^x (1 - p)^(1 - x) over [0, 1], and the mean of x under it."""
    p = 1 / (1 + math.exp(-logit))

    def density(x: float) -> float:
        return math.exp(x * math.log(p) + (1 - x) * math.log1p(-p))

    ends = {"epsabs": 0, "epsrel": 1e-10, "limit": 200}
    whole = quad(density, 0, 1, **ends)[0]
    return whole, quad(lambda x: x * density(x), 0, 1, **ends)[0] / whole


@pytest.mark.parametrize("logit", LOGITS)
def test_the_density_integrates_to_1(logit: float) -> None:
    found = log_normaliser(torch.tensor(logit)).item()
    assert found == pytest.approx(-math.log(moments(logit)[0]), rel=1e-6)


@pytest.mark.parametrize("logit", LOGITS)
def test_the_mean_is_that_of_the_density(logit: float) -> None:
    found = torch.sigmoid(logits_of_mean(torch.tensor(logit))).item()
    assert found == pytest.approx(moments(logit)[1], rel=1e-5)


def test_at_one_half_it_is_uniform_with_an_exact_gradient() -> None:
    logits = torch.tensor([0.0, 1e-30, -1e-7, 1e-3], requires_grad=True)
    log_normaliser(logits).sum().backward()
    assert log_normaliser(torch.zeros(1)).item() == pytest.approx(math.log(2))
    assert logits.grad is not None
    assert logits.grad.tolist() == pytest.approx([0, 1e-30 / 6, -1e-7 / 6, 1e-3 / 6])
    assert logits_of_mean(torch.zeros(1)).item() == 0


def test_series_and_formula_meet() -> None:
    logits = torch.tensor([0.499999, 0.500001], requires_grad=True)
    values = log_normaliser(logits)
    values.sum().backward()
    assert logits.grad is not None
    assert values[0].item() == pytest.approx(values[1].item(), abs=1e-6)
    assert logits.grad[0].item() == pytest.approx(logits.grad[1].item(), abs=2e-6)
    assert logits.grad[1].item() == pytest.approx(1 / 0.5 - 1 / math.sinh(0.5), abs=2e-6)


def test_huge_logits_have_finite_losses_and_gradients() -> None:
    logits = torch.tensor([[1e4, -1e4, 1e30]], requires_grad=True)
    loss = IMAGE_LOSSES["continuous_bernoulli"](logits, torch.tensor([[1.0, 0.0, 1.0]])).sum()
    loss.backward()
    assert loss.item() == pytest.approx(-2 * math.log(1e4) - math.log(1e30))
    assert logits.grad is not None
    assert logits.grad.isfinite().all()
    assert logits_of_mean(torch.tensor([1e4])).item() == pytest.approx(math.log(1e4), rel=1e-3)


def test_means_are_inverted() -> None:
    logits = torch.tensor([-5e6, -40.0, -0.3, 0.0, 1e-3, 7.0, 510.0])
    torch.testing.assert_close(logits_of(logits_of_mean(logits)), logits, rtol=1e-4, atol=1e-6)


def test_the_loss_is_least_where_the_mean_is_the_pixel() -> None:
    logits = torch.linspace(-20, 20, 4001)[:, None]
    best = logits[IMAGE_LOSSES["continuous_bernoulli"](logits, torch.full_like(logits, 0.3)).argmin()]
    assert torch.sigmoid(logits_of_mean(best)).item() == pytest.approx(0.3, abs=1e-3)
    assert torch.sigmoid(best).item() < 0.1


@torch.no_grad()
def test_pictures_of_a_network_trained_with_it_are_means() -> None:
    model = build(NETWORK | {"loss": "continuous_bernoulli"}, (2, 2)).eval()
    assert model.loss_name == "continuous_bernoulli"
    codes = 9 * torch.randn(5, 2, generator=torch.Generator().manual_seed(0))
    by_hand = [moments(logit)[1] for logit in model.decode(codes).flatten().tolist()]
    np.testing.assert_allclose(pictures(model, codes, (2, 2)).ravel(), by_hand, rtol=1e-4)
    plain = build(NETWORK, (2, 2))
    torch.testing.assert_close(plain.mean_logits(codes), plain.decode(codes))


def test_it_is_the_cross_entropy_minus_the_normaliser() -> None:
    logits, x = torch.randn(3, 8), torch.rand(3, 8)
    expected = image_bce(logits, x) - log_normaliser(logits).sum(dim=1)
    torch.testing.assert_close(IMAGE_LOSSES["continuous_bernoulli"](logits, x), expected)
