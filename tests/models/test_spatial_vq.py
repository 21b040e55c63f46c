"""The grid of vectors, its codebook, and how training moves it."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from torch import Tensor

from aepipe.config.configuration import network_settings
from aepipe.data.batches import ImageBatches
from aepipe.errors import ContractError
from aepipe.evaluation.network import latent_codes
from aepipe.models import maps
from aepipe.models.build import build
from aepipe.models.contract import check
from aepipe.models.spatial_vq import SpatialVQ, nearest
from aepipe.training.device import use_one_core

use_one_core()  # as every job does

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
NO_WIDTHS: Any = {"encoder_widths": [], "decoder_widths": []}


def vq(latent_dim: int = 8, channels: tuple[int, ...] = (4, 6), decay: float = 0.9, **settings: Any) -> SpatialVQ:
    """A grid of 2 x 2 vectors."""
    torch.manual_seed(0)
    widths = {**NO_WIDTHS, "channels": list(channels)}
    return SpatialVQ((8, 8), latent_dim, **{"categories": 5, "beta": 0.5, "decay": decay} | settings, **widths)


def images(count: int) -> Tensor:
    return torch.rand(count, 64, generator=torch.Generator().manual_seed(0))


def vectors_of(z: Tensor) -> Tensor:
    return z.reshape(-1, 2)


def test_the_nearest_entry_is_that_of_least_squared_distance() -> None:
    codebook, vectors = torch.randn(7, 3), torch.randn(20, 3)
    assert torch.equal(nearest(codebook, vectors), torch.cdist(vectors, codebook).argmin(dim=1))


def test_each_vector_of_the_grid_becomes_an_entry() -> None:
    model = vq().eval()
    model.codebook.copy_(torch.arange(10.0).reshape(5, 2))
    z = model.codes(images(6), sample=False)
    assert z.shape == (6, 8)
    assert {tuple(row) for row in vectors_of(z).tolist()} <= {tuple(row) for row in model.codebook.tolist()}


def test_a_vector_depends_on_the_image_around_its_position() -> None:
    model, x = vq(channels=(4,), latent_dim=32).eval(), torch.zeros(2, 64)  # 4 x 4 vectors of 2 elements
    x[1, -1] = 1  # the lower right corner
    changed = (model.encode(x)[0] != model.encode(x)[1]).reshape(4, 4, 2).any(dim=2)
    assert changed.nonzero().tolist() == [[3, 3]]
    z = torch.zeros(2, 32)
    z[1, -1] = 1
    changed = (model.decode(z)[0] != model.decode(z)[1]).reshape(8, 8)
    assert changed[:5].sum() == changed[:, :5].sum() == 0


def test_commitment_is_the_weighted_squared_distance_and_gradients_pass_straight_through() -> None:
    model, h = vq().eval(), torch.randn(3, 8, requires_grad=True)
    z, terms = model.bottleneck(h, sample=True)
    distance = ((h - z) ** 2).sum(dim=1).mean()
    torch.testing.assert_close(terms["commitment"], 0.5 * distance)
    (gradient,) = torch.autograd.grad((z * torch.arange(8)).sum(), h)
    torch.testing.assert_close(gradient, torch.arange(8.0).expand(3, 8))


def test_entries_are_moving_averages_of_the_vectors_that_they_replace() -> None:
    model = vq(categories=2).train()
    model.codebook.copy_(torch.tensor([[0.0, 0], [10, 10]]))
    model.usage.copy_(torch.tensor([4.0, 4]))
    model.sums.copy_(model.codebook * 4)
    h = torch.tensor([[1.0, 1, 1, 3, 9, 9, 12, 10]])
    model.bottleneck(h, sample=True)
    torch.testing.assert_close(model.usage, torch.tensor([0.9 * 4 + 0.1 * 2] * 2))
    sums = torch.tensor([[0.1 * 2, 0.1 * 4], [36 + 0.1 * 21, 36 + 0.1 * 19]])
    torch.testing.assert_close(model.codebook, sums / 3.8)


def test_nothing_moves_in_evaluation() -> None:
    model, before = vq().eval(), {name: value.clone() for name, value in vq().state_dict().items()}
    model.losses(images(5))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_dead_entry_becomes_a_vector_of_the_batch() -> None:
    model = vq(categories=3).train()
    model.codebook.copy_(torch.tensor([[0.0, 0], [1, 1], [50, 50]]))
    model.usage.copy_(torch.tensor([4.0, 4, 0.1]))
    model.sums.copy_(model.codebook * model.usage[:, None])
    h = torch.randn(6, 8)
    model.bottleneck(h, sample=True)
    assert torch.isclose(vectors_of(h), model.codebook[2]).all(dim=1).any()
    assert model.usage[2] == pytest.approx((0.9 * 4 * 2 + 0.1 * 24 + 0.9 * 0.1) / 3)


def test_the_first_batch_brings_all_entries_among_its_vectors() -> None:
    model, x = vq(categories=64).train(), images(50)
    h = model.encode(x).detach()
    model.bottleneck(h, sample=True)
    nearest_vector = torch.cdist(model.codebook, vectors_of(h)).amin(dim=1)
    assert nearest_vector.max() < vectors_of(h).std()
    used = len(np.unique(nearest(model.codebook, vectors_of(h))))
    assert used > 16


def test_the_prior_is_uniform_over_the_entries() -> None:
    model = vq(categories=2)
    model.codebook.copy_(torch.tensor([[0.0, 1], [2, 3]]))
    z = model.sample_prior(2000)
    assert z.shape == (2000, 8)
    rows, counts = np.unique(vectors_of(z), axis=0, return_counts=True)
    assert rows.tolist() == [[0, 1], [2, 3]]
    np.testing.assert_allclose(counts, 4000, rtol=0.1)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("shape", [(8, 8), (12, 10, 3)])
def test_there_is_no_false_alarm_whatever_the_initial_weights(
    seed: int, shape: tuple[int, ...], capsys: pytest.CaptureFixture
) -> None:
    settings = network_settings(CONFIG, "digits", "vq_spatial", "none")
    settings |= {"latent_dim": 36, "channels": [4, 8]}  # 2 x 2 or 3 x 3 positions

    def make() -> Any:
        torch.default_generator.manual_seed(seed)
        return build(settings, shape)

    check(make, shape)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("latent_dim", "channels", "problem"),
    [
        (10, [4, 6], "latent_dim 10 is no grid of 2 x 2 vectors; allowed: a multiple of 4, or channels for 3 convolu"),
        (20, [4], "latent_dim 20 is no grid of 4 x 4 vectors; allowed: a multiple of 16, or channels for 2 convolu"),
        (2, [4, 6], "latent_dim 2 is no grid of 2 x 2 vectors"),
    ],
)
def test_other_latent_dimensions_are_refused_with_those_that_are_possible(
    latent_dim: int, channels: list[int], problem: str
) -> None:
    assert maps.grid_problem(latent_dim, (8, 8), channels).startswith(problem)
    with pytest.raises(ContractError, match=f"SpatialVQ: {problem[:20]}"):
        vq(latent_dim, tuple(channels))


def test_its_codebook_is_saved_with_its_codes(digit_images: np.ndarray) -> None:
    model = vq().eval()
    codes = latent_codes(model, {"test": ImageBatches(digit_images, np.arange(9))}, seed=0)
    assert codes["test"].shape == (9, 8)
    assert np.array_equal(codes["codebook"], model.codebook)


def test_a_grid_without_convolutions_is_refused() -> None:
    with pytest.raises(ContractError, match="backbone: conv"):
        partial(SpatialVQ, (8, 8), 4, categories=2, beta=1.0, **NO_WIDTHS)()


def test_the_weights_of_a_grid_are_counted() -> None:
    model = vq()
    network = {"latent_dim": 8, "channels": [4, 6], **NO_WIDTHS}
    weights = sum(value.numel() for value in model.parameters() if value.dim() > 1)
    assert maps.weights(network, (8, 8), grid=True) == weights
