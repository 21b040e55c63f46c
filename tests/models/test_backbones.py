"""Convolutions between image and code: the same for all autoencoders."""

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from torch import Tensor, nn

from aepipe.config.configuration import network_settings
from aepipe.data.batches import ImageBatches
from aepipe.errors import ContractError
from aepipe.models import maps
from aepipe.models.backbones import Maps, Rows
from aepipe.models.base import Autoencoder
from aepipe.models.build import build
from aepipe.models.contract import check
from aepipe.models.vae import VAE, gaussian_kl
from aepipe.models.vanilla import Vanilla
from aepipe.training.device import use_one_core
from aepipe.training.layerwise import LayerPair
from aepipe.training.loop import fit

use_one_core()  # as every job does

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
#: An entry of each class.
ENTRIES = list({block["class"]: name for name, block in CONFIG["autoencoders"].items()}.values())
WIDTHS: Any = {"encoder_widths": [6, 5], "decoder_widths": [5, 6]}
NO_WIDTHS: Any = {"encoder_widths": [], "decoder_widths": []}
SHAPES = [(8, 8), (28, 28), (32, 32), (5, 7), (1, 3), (9, 6, 3), (13, 13, 3)]


def images(count: int, pixels: int) -> Tensor:
    return torch.rand(count, pixels, generator=torch.Generator().manual_seed(0))


def network(shape: tuple[int, ...], channels: tuple[int, ...] = (4, 6, 8), widths: Any = None) -> Vanilla:
    torch.manual_seed(0)
    return Vanilla(shape, 3, channels=list(channels), **(widths or NO_WIDTHS))


def entry(name: str, **changes: Any) -> dict[str, Any]:
    """The network of an entry on digits, with convolutions."""
    conv = {"backbone": "conv", "channels": [4, 6, 6, 6]}
    return {**network_settings(CONFIG, "digits", name, "none"), **conv, **changes}


def convolutions(model: Autoencoder) -> list[nn.Module]:
    return [layer for layer in model.encoder if isinstance(layer, nn.Sequential) and isinstance(layer[0], nn.Conv2d)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("channels", [(4,), (4, 6, 8)])
def test_convolutions_take_images_of_any_size_and_give_them_back(
    shape: tuple[int, ...], channels: tuple[int, ...]
) -> None:
    model, pixels = network(shape, channels), math.prod(shape)
    assert model.encode(images(4, pixels)).shape == (4, 3)
    assert model.decode(torch.zeros(4, 3)).shape == (4, pixels)


def test_each_convolution_halves_height_and_width_rounded_up() -> None:
    model, x, sizes = network((13, 6)), images(2, 78), [(13, 6)]
    for layer in convolutions(model):
        layer.register_forward_hook(lambda _, inputs, output: sizes.append(output.shape[2:]))
    model.encode(x)
    assert sizes == maps.sizes((13, 6), 3) == [(13, 6), (7, 3), (4, 2), (2, 1)]


def test_colours_are_the_channels_of_the_first_convolution_and_of_the_last() -> None:
    model, x = network((5, 4, 3)), images(2, 60)
    seen: list[Tensor] = []
    convolutions(model)[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    model.decoder[-2].register_forward_hook(lambda _, inputs, output: seen.append(output))
    painted = model.decode(model.codes(x, sample=False))
    for row, column, colour in np.ndindex(5, 4, 3):
        pixel = (row * 4 + column) * 3 + colour
        assert torch.equal(seen[0][:, colour, row, column], x[:, pixel])
        assert torch.equal(seen[1][:, colour, row, column], painted[:, pixel])


def test_rows_reverse_maps() -> None:
    x = images(3, 30)
    assert torch.equal(Rows()(Maps((5, 2), 3)(x)), x)


def test_a_convolution_sees_neighbours_alone() -> None:
    model, x = network((8, 8), (4,)).eval(), torch.zeros(2, 64)
    x[1, 0] = 1  # the corner
    seen = model.encoder[:2](x)
    assert (seen[0] != seen[1]).any(dim=0).nonzero().tolist() == [[0, 0]]


def test_widths_are_those_of_fully_connected_layers_between_maps_and_code() -> None:
    model = network((8, 8), (4, 6), WIDTHS)
    linear = [
        [layer.in_features, layer.out_features]
        for part in (model.encoder, model.decoder)
        for layer in part.modules()
        if isinstance(layer, nn.Linear)
    ]
    assert linear == [[24, 6], [6, 5], [5, 3], [3, 5], [5, 6], [6, 24]]


def test_every_layer_but_the_last_of_the_decoder_is_normalised_and_rectified() -> None:
    layers = list(network((8, 8)).decoder.modules())
    transposed = [at for at, layer in enumerate(layers) if isinstance(layer, nn.ConvTranspose2d)]
    following = [[type(layer) for layer in layers[at + 1 : at + 3]] for at in transposed]
    assert following == [[nn.BatchNorm2d, nn.ReLU]] * 2 + [[Rows]]


def test_a_convolutional_vae_is_a_vae() -> None:
    torch.manual_seed(0)
    model, x = VAE((8, 8), 3, beta=1.0, channels=[4, 6], **NO_WIDTHS).eval(), images(5, 64)
    mu, log_sigma = model.encode(x).chunk(2, dim=1)
    torch.testing.assert_close(model.losses(x)["kl"], gaussian_kl(mu, log_sigma).mean())
    assert torch.equal(model.codes(x, sample=False), mu)


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_keeps_the_contract_with_convolutions(name: str, capsys: pytest.CaptureFixture) -> None:
    shape = (6, 5, 3)
    check(lambda: build(entry(name), shape), shape, name)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_learns_with_convolutions(name: str, digit_images: np.ndarray) -> None:
    torch.manual_seed(0)
    model, parts = build(entry(name), (8, 8)), (np.arange(400), np.arange(400, 500))
    train, validation = (ImageBatches(digit_images, part) for part in parts)
    settings: Any = {"epochs": 3, "batch_size": 32, "learning_rate": 3e-3, "seed": 0, "name": name}
    curve, _ = fit(model, train, validation, **settings, report=lambda _: None)
    assert curve[-1]["train_reconstruction"] < 0.95 * curve[0]["train_reconstruction"]


@pytest.mark.parametrize("shape", [(8, 8), (9, 6, 3)])
@pytest.mark.parametrize("channels", [[], [4, 6]])
@pytest.mark.parametrize("widths", [NO_WIDTHS, WIDTHS])
def test_weights_are_counted_without_building_the_network(
    shape: tuple[int, ...], channels: list[int], widths: Any
) -> None:
    model = Vanilla(shape, 3, channels=channels, **widths)
    counted = maps.weights({"latent_dim": 3, "channels": channels, **widths}, shape)
    assert counted == sum(value.numel() for value in model.parameters() if value.dim() > 1)


def test_a_network_without_channels_is_fully_connected() -> None:
    torch.manual_seed(0)
    plain = Vanilla((8, 8), 3, **WIDTHS).state_dict()
    torch.manual_seed(0)
    explicit = Vanilla((8, 8), 3, channels=None, **WIDTHS).state_dict()
    assert all(torch.equal(value, plain[name]) for name, value in explicit.items())
    linear = [layer for layer in Vanilla((8, 8), 3, **WIDTHS).encoder.modules() if isinstance(layer, nn.Linear)]
    assert all(inner.in_features == outer.out_features for outer, inner in pairwise(linear))


def test_a_network_with_convolutions_is_not_trained_layer_by_layer() -> None:
    with pytest.raises(ContractError, match="fully connected layers"):
        LayerPair(network((8, 8)), 1, "codes")
