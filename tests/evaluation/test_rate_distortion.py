"""Rate, distortion and bounds on the likelihood: against torch's distributions, and exact answers."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, distributions, nn

from aepipe.data.batches import ImageBatches
from aepipe.evaluation import rate_distortion
from aepipe.evaluation.rate_distortion import (
    entropy,
    gaps,
    log_weights,
    mutual_information,
    negative_log_likelihood,
    rate_and_distortion,
)
from aepipe.models import continuous_bernoulli
from aepipe.models.base import Autoencoder
from aepipe.models.gaussian import gaussian_kl
from aepipe.models.pca import PCA
from aepipe.models.spatial_vq import SpatialVQ
from aepipe.models.vae import VAE
from aepipe.models.vanilla import Vanilla
from aepipe.models.vq import VQ
from aepipe.training.device import use_one_core

use_one_core()

WIDTHS: Any = {"encoder_widths": [6], "decoder_widths": [6]}
NO_WIDTHS: Any = {"encoder_widths": [], "decoder_widths": []}
FEW: Any = {"images": 20, "samples": 50, "seed": 0}
IMAGES = np.random.default_rng(0).integers(0, 256, (40, 2, 4), np.uint8)
TEST = ImageBatches(IMAGES)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def gaussians(spread: float = 2.0, count: int = 200, size: int = 3) -> tuple[Tensor, Tensor]:
    """Means and log deviations (count, size) of posteriors."""
    mean = spread * torch.randn(count, size, generator=generator())
    return mean, -1 + 0.3 * torch.randn(count, size, generator=generator(1))


def vae(spread: float = 1.0) -> VAE:
    """A VAE whose codes depend on the images."""
    torch.manual_seed(0)
    model = VAE((2, 4), 2, beta=1.0, **NO_WIDTHS).eval()
    with torch.no_grad():
        for layer in (model.encoder, model.decoder):
            for weights in layer.parameters():
                weights.mul_(3 * spread)
    return model


class Linear(Autoencoder):
    """x = w z + noise of variance 1/2, with a posterior that is exact, or wider than that by a factor."""

    stochastic = True
    loss_name = "mse"

    def __init__(self, wider: float = 1.0) -> None:
        super().__init__((2, 4), 1, **NO_WIDTHS)
        self.weight = nn.Parameter(torch.tensor([0.5, 0.2, -0.3, 0.1, 0.0, 0.4, 0.3, -0.2]) / 8)
        self.precision = 1 + 2 * self.weight.square().sum()
        self.wider = wider

    def encode(self, x: Tensor) -> Tensor:
        return 2 * ((x - 0.5) @ self.weight)[:, None] / self.precision

    def gaussian_posterior(self, h: Tensor) -> tuple[Tensor, Tensor]:
        return h, torch.full_like(h, math.log(self.wider) - math.log(self.precision.item()) / 2)

    def bottleneck(self, h: Tensor, *, sample: bool) -> tuple[Tensor, dict[str, Tensor]]:
        mean, log_sigma = self.gaussian_posterior(h)
        return mean + sample * log_sigma.exp() * torch.randn_like(mean), {}

    def decode(self, z: Tensor) -> Tensor:
        return torch.logit(0.5 + z * self.weight)

    def log_likelihood(self, x: Tensor) -> Tensor:
        covariance = torch.eye(8) / 2 + torch.outer(self.weight, self.weight)
        return distributions.MultivariateNormal(torch.full((8,), 0.5), covariance).log_prob(x)


def test_the_rate_is_the_divergence_of_torch() -> None:
    mean, log_sigma = gaussians()
    posterior, prior = distributions.Normal(mean, log_sigma.exp()), distributions.Normal(0.0, 1.0)
    expected = distributions.kl_divergence(posterior, prior).sum(dim=1)
    torch.testing.assert_close(gaussian_kl(mean, log_sigma), expected)


@torch.no_grad()
def test_rate_distortion_and_bounds_are_those_of_a_linear_model_where_all_are_known() -> None:
    model = Linear()
    exact = model.log_likelihood(TEST[:]).mean().item()
    found = rate_and_distortion(model, TEST, "mse", **FEW)
    assert found["rate"] == pytest.approx(gaussian_kl(*model.gaussian_posterior(model.encode(TEST[:]))).mean().item())
    assert found["importance_bound"] == pytest.approx(exact, abs=0.02)
    assert found["elbo"] == pytest.approx(exact, abs=0.02)  # as the posterior is exact
    assert found["bits_per_dimension"] == pytest.approx(-found["importance_bound"] / (8 * math.log(2)))


@torch.no_grad()
def test_with_many_samples_the_bound_is_the_likelihood_though_the_posterior_is_not_exact() -> None:
    model, x = Linear(wider=1.5), TEST[:]
    torch.manual_seed(0)
    weights = log_weights(model, x, *model.gaussian_posterior(model.encode(x)), "mse", 2000)
    exact = model.log_likelihood(x).double()
    bound = torch.logsumexp(weights, dim=1) - math.log(2000)
    assert (exact - weights.mean(dim=1)).mean() > 0.1
    torch.testing.assert_close(bound, exact, rtol=0, atol=0.1)
    assert bound.mean().item() == pytest.approx(exact.mean().item(), abs=0.01)


@torch.no_grad()
def test_the_bound_rises_with_the_samples_from_the_elbo_on() -> None:
    model, x = vae(), TEST[:]
    torch.manual_seed(0)
    weights = log_weights(model, x, *model.gaussian_posterior(model.encode(x)), "bce", 1000)
    parts = [weights.unflatten(1, (-1, samples)).flatten(0, 1) for samples in (1, 2, 10, 100, 1000)]
    bounds = [(gaps(part) + part.mean(dim=1)).mean().item() for part in parts]
    assert bounds == sorted(bounds)
    assert gaps(parts[0]).abs().max() < 1e-9
    assert (gaps(weights) >= 0).all()
    found = rate_and_distortion(model, TEST, "bce", **FEW)
    assert found["elbo"] == pytest.approx(-found["rate"] - found["distortion"])
    assert found["importance_bound"] > found["elbo"]
    assert found["elbo"] == pytest.approx(bounds[0], abs=0.6)


@torch.no_grad()
def test_little_memory_changes_nothing_but_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = Linear(), TEST[:]
    monkeypatch.setattr(rate_distortion, "MOST_NUMBERS", 700)
    weights = log_weights(model, x, *model.gaussian_posterior(model.encode(x)), "mse", 7)
    assert weights.shape == (40, 7)
    torch.testing.assert_close(
        weights[:, 3], model.log_likelihood(x).double(), atol=1e-4, rtol=0
    )  # any, as it is exact


def test_codes_that_tell_all_images_apart_have_the_information_log_n() -> None:
    mean, log_sigma = gaussians(spread=1000)
    assert mutual_information(mean, log_sigma) == pytest.approx(math.log(200))


def test_codes_that_say_nothing_have_no_information() -> None:
    mean, log_sigma = torch.zeros(200, 3), torch.zeros(200, 3)
    assert mutual_information(mean, log_sigma) == pytest.approx(0, abs=1e-9)


def test_information_is_between_0_and_the_rate_and_that_of_numerical_integration() -> None:
    mean, log_sigma = gaussians(count=300, size=1)
    grid = torch.linspace(-12, 12, 20001, dtype=torch.float64)
    aggregated = distributions.Normal(mean.double(), log_sigma.double().exp()).log_prob(grid).exp().mean(dim=0)
    marginal = -torch.trapezoid(torch.xlogy(aggregated, aggregated), grid)
    expected = (marginal - (log_sigma.double() + 0.5 * math.log(2 * math.pi * math.e)).mean()).item()
    torch.manual_seed(0)
    found = np.mean([mutual_information(mean, log_sigma) for _ in range(10)])
    assert found == pytest.approx(expected, abs=0.05)
    assert 0 < found < gaussian_kl(mean, log_sigma).mean().item()
    scores = rate_and_distortion(vae(0.3), TEST, "bce", **FEW)
    assert 0 <= scores["mutual_information"] <= scores["rate"]


def test_the_entropy_of_codes_is_summed_over_the_elements() -> None:
    codes = np.array([[0.5, 1, 7], [0.5, 2, 7], [0.1, 3, 7], [0.1, 4, 7]])
    assert entropy(codes) == pytest.approx(math.log(2) + math.log(4))


@torch.no_grad()
def test_quantised_codes_have_the_rate_of_their_entries_and_no_bound() -> None:
    model = VQ((2, 4), 3, categories=4, beta=1.0, **WIDTHS).eval()
    model.codebooks.data = torch.linspace(-1, 1, 4).repeat(3, 1)
    found = rate_and_distortion(model, TEST, "bce", **FEW)
    assert set(found) == {"rate", "distortion"}
    assert found["rate"] == pytest.approx(entropy(model.codes(TEST[:], sample=False).numpy()))
    assert 0 < found["rate"] <= 3 * math.log(4)


@torch.no_grad()
def test_one_codebook_for_all_positions_has_the_rate_of_an_entry_at_each() -> None:
    layers = {"channels": [3], "encoder_widths": [], "decoder_widths": []}
    model = SpatialVQ((2, 4), 4, categories=5, beta=1.0, **layers).eval()  # type: ignore[arg-type]
    vectors = model.codes(TEST[:], sample=False).reshape(-1, 2)
    _, counts = vectors.unique(dim=0, return_counts=True)
    shares = counts / counts.sum()
    expected = -2 * (shares * shares.log()).sum().item()
    assert rate_and_distortion(model, TEST, "bce", **FEW)["rate"] == pytest.approx(expected)


def test_others_have_a_distortion_alone_which_is_the_loss() -> None:
    model = Vanilla((2, 4), 2, **WIDTHS).eval()
    found = rate_and_distortion(model, TEST, "bce", **FEW)
    assert found == {"distortion": pytest.approx(model.losses(TEST[:])["reconstruction"].item())}


def test_likelihoods_are_those_of_torch() -> None:
    logits, x = torch.randn(3, 8, generator=generator()), torch.rand(3, 8, generator=generator(1))
    p = torch.sigmoid(logits)
    expected = {
        "bce": distributions.Bernoulli(p, validate_args=False).log_prob(x),
        "mse": distributions.Normal(p, math.sqrt(0.5)).log_prob(x),
        "continuous_bernoulli": distributions.ContinuousBernoulli(p).log_prob(x),
    }
    for loss, log_probabilities in expected.items():
        found = negative_log_likelihood(logits, x, loss)
        torch.testing.assert_close(found, -log_probabilities.sum(dim=1), rtol=1e-4, atol=1e-4)


def test_reconstructions_without_a_loss_of_their_own_are_means() -> None:
    model = PCA((2, 4), 3, **NO_WIDTHS).eval()
    model.fit(IMAGES.reshape(40, 8).astype(np.float32) / 255)
    found = {loss: rate_and_distortion(model, TEST, loss, **FEW)["distortion"] for loss in ("bce", "mse")}
    p = torch.sigmoid(model.decode(model.codes(TEST[:], sample=False))).detach()
    assert found["bce"] == pytest.approx(nn.functional.binary_cross_entropy(p, TEST[:]).item() * 8, rel=1e-5)
    assert found["mse"] == pytest.approx((p - TEST[:]).square().sum(dim=1).mean().item() + 4 * math.log(math.pi))
    logits = torch.logit(distributions.ContinuousBernoulli(logits=torch.tensor(2.0)).mean)
    assert continuous_bernoulli.logits_of(logits).item() == pytest.approx(2, rel=1e-4)
    expected = negative_log_likelihood(continuous_bernoulli.logits_of(torch.logit(p)), TEST[:], "continuous_bernoulli")
    of_means = rate_and_distortion(model, TEST, "continuous_bernoulli", **FEW)["distortion"]
    assert of_means == pytest.approx(expected.mean().item(), rel=1e-4)


def test_numbers_depend_on_the_seed_alone() -> None:
    once, again = (rate_and_distortion(vae(), TEST, "bce", **FEW) for _ in range(2))
    assert once == again
    other = rate_and_distortion(vae(), TEST, "bce", **FEW | {"seed": 1})
    assert other["importance_bound"] != once["importance_bound"]
    assert other["rate"] == once["rate"]
