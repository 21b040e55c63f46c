"""Layer-wise training: what a layer learns, and what it leaves alone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from aepipe.models.base import Autoencoder
from aepipe.models.build import load_weights, save_weights
from aepipe.models.vanilla import Vanilla
from aepipe.training.device import use_one_core
from aepipe.training.layerwise import OBJECTIVES, LayerPair, encode, layer_batches, own_weights
from aepipe.training.loop import fit

use_one_core()  # as every job does

SPLIT = {"train": np.arange(300, 100, -1), "validation": np.arange(50)}
SETTINGS: Any = {"batch_size": 32, "learning_rate": 1e-2, "seed": 0, "name": "stacked"}
LAYERS = (1, 2, 3)


def network(seed: int = 0) -> Autoencoder:
    torch.manual_seed(seed)
    return Vanilla((8, 8), 4, encoder_widths=[24, 12], decoder_widths=[12, 24])


def train_layer(
    model: Autoencoder, layer: int, objective: str, images: np.ndarray, encoded: np.ndarray | None
) -> tuple[LayerPair, np.ndarray]:
    """The pair, trained in place, and what its encoder layer makes of the data."""
    pair = LayerPair(model, layer, objective)
    parts = layer_batches(images, SPLIT, encoded, objective)
    fit(pair, parts["train"], parts["validation"], epochs=2, **SETTINGS)
    return pair, encode(pair, parts.values())


def train_layers(model: Autoencoder, count: int, objective: str, images: np.ndarray) -> np.ndarray | None:
    """What the last of `count` layers, trained from the outermost inwards, makes of the data."""
    encoded = None
    for layer in LAYERS[:count]:
        _, encoded = train_layer(model, layer, objective, images, encoded)
    return encoded


def weights(model: Autoencoder) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def pixels(images: np.ndarray, part: str) -> np.ndarray:
    return images[SPLIT[part]].reshape(-1, 64) / 255


def bce_by_hand(logits: Tensor, x: np.ndarray) -> float:
    values = logits.detach().double().numpy()
    return (x * np.log1p(np.exp(-values)) + (1 - x) * np.log1p(np.exp(values))).sum(axis=1).mean()


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("layer", LAYERS)
def test_training_a_layer_changes_that_layer_alone(layer: int, objective: str, digit_images: np.ndarray) -> None:
    model = network()
    encoded = train_layers(model, layer - 1, objective, digit_images)
    before = weights(model)  # batch normalisation's running statistics among them
    train_layer(model, layer, objective, digit_images, encoded)
    changed = {name for name, value in weights(model).items() if not torch.equal(value, before[name])}
    assert changed == set(own_weights(model, layer))


@pytest.mark.parametrize("layer", LAYERS)
def test_outer_layers_stay_in_evaluation_mode_while_a_pair_trains(layer: int) -> None:
    model = network()
    pair = LayerPair(model, layer, "pixels").train()
    assert model.encoder[layer - 1].training
    assert model.decoder[3 - layer].training
    assert len(pair.outer_decoder) == layer - 1
    assert not any(module.training for module in pair.outer_decoder.modules())


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_first_layer_learns_the_pixels(objective: str, digit_images: np.ndarray) -> None:
    model = network().eval()
    pair = LayerPair(model, 1, objective).eval()
    parts = layer_batches(digit_images, SPLIT, None, objective)
    loss = pair.losses(parts["train"][torch.arange(200)])
    x = pixels(digit_images, "train")
    logits = model.decoder[2](model.encoder[0](torch.from_numpy(x).float()))
    assert list(loss) == ["reconstruction"]
    assert loss["reconstruction"].item() == pytest.approx(bce_by_hand(logits, x), rel=1e-5)


@pytest.mark.parametrize("layer", [2, 3])
def test_inner_layers_learn_the_codes_of_the_layer_before(layer: int, digit_images: np.ndarray) -> None:
    model = network()
    encoded = train_layers(model, layer - 1, "codes", digit_images)
    assert encoded is not None
    pair = LayerPair(model.eval(), layer, "codes").eval()
    loss = pair.losses(layer_batches(digit_images, SPLIT, encoded, "codes")["train"][torch.arange(200)])
    output = model.decoder[3 - layer](model.encoder[layer - 1](torch.from_numpy(encoded[:200]))).detach().numpy()
    squared_error = ((output - encoded[:200]).astype(np.float64) ** 2).sum(axis=1).mean()
    assert loss["reconstruction"].item() == pytest.approx(squared_error, rel=1e-5)


@pytest.mark.parametrize("layer", [2, 3])
def test_inner_layers_learn_the_pixels_through_the_outer_ones(layer: int, digit_images: np.ndarray) -> None:
    model = network()
    encoded = train_layers(model, layer - 1, "pixels", digit_images)
    assert encoded is not None
    pair = LayerPair(model.eval(), layer, "pixels").eval()
    loss = pair.losses(layer_batches(digit_images, SPLIT, encoded, "pixels")["train"][torch.arange(200)])
    logits = model.decoder[3 - layer :](model.encoder[layer - 1](torch.from_numpy(encoded[:200])))
    by_hand = bce_by_hand(logits, pixels(digit_images, "train"))
    assert loss["reconstruction"].item() == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_inputs_and_targets_of_an_inner_layer_are_of_the_same_images(objective: str, digit_images: np.ndarray) -> None:
    encoded = np.random.default_rng(0).random((250, 24), dtype=np.float32)
    parts = layer_batches(digit_images, SPLIT, encoded, objective)
    rows = {"train": encoded[:200], "validation": encoded[200:]}
    for part, data in parts.items():
        assert len(data) == len(rows[part])
        inputs, targets = data[torch.arange(len(data))]
        np.testing.assert_array_equal(inputs, rows[part])
        expected = rows[part] if objective == "codes" else pixels(digit_images, part)
        np.testing.assert_allclose(targets, expected, rtol=1e-6)


@pytest.mark.parametrize("layer", LAYERS)
def test_encoded_data_is_what_the_encoder_layers_give_in_evaluation_mode(layer: int, digit_images: np.ndarray) -> None:
    model = network()
    encoded = train_layers(model, layer, "codes", digit_images)
    assert encoded is not None
    x = np.concatenate([pixels(digit_images, "train"), pixels(digit_images, "validation")])
    with torch.no_grad():
        expected = model.eval().encoder[:layer](torch.from_numpy(x).float())
    np.testing.assert_allclose(encoded, expected, rtol=1e-4, atol=1e-5)


def test_layers_together_own_each_weight_of_the_network_once() -> None:
    model = network()
    own = [own_weights(model, layer) for layer in LAYERS]
    assert sum(map(len, own)) == len(model.state_dict())
    assert {name: value.tolist() for layer in own for name, value in layer.items()} == {
        name: value.tolist() for name, value in model.state_dict().items()
    }


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_deep_network_of_the_saved_layers_equals_the_chain_of_trained_pairs(
    objective: str, digit_images: np.ndarray, tmp_path: Path
) -> None:
    pairs, paths, encoded = [], [tmp_path / f"layer_{layer}" for layer in LAYERS], None
    for layer in LAYERS:  # as the workflow does it: a new network a job, with the outer layers from their files
        model = network(seed=layer)
        for path in paths[: layer - 1]:
            load_weights(model, path, part=True)
        pair, encoded = train_layer(model, layer, objective, digit_images, encoded)
        save_weights(own_weights(model, layer), paths[layer - 1])
        pairs.append(pair)
    deep = network(seed=99).eval()
    for path in paths:
        load_weights(deep, path, part=True)

    x = torch.from_numpy(pixels(digit_images, "validation")).float()
    z = x
    for pair in pairs:
        z = pair.encoder(z)
    y = z
    for pair in reversed(pairs):
        y = pair.decoder(y)
    assert torch.equal(deep.encode(x), z)
    assert torch.equal(deep.decode(z), y)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_each_layer_learns(objective: str, digit_images: np.ndarray) -> None:
    model, encoded = network(), None
    for layer in LAYERS:
        parts = layer_batches(digit_images, SPLIT, encoded, objective)
        pair = LayerPair(model, layer, objective)
        curve, _ = fit(pair, parts["train"], parts["validation"], epochs=5, **SETTINGS)
        assert curve[-1]["train_loss"] < 0.9 * curve[0]["train_loss"]
        encoded = encode(pair, parts.values())
