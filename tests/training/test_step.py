"""A training step: what of it can be known without a GPU, and on one, the whole."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from aepipe.config import configuration
from aepipe.data.batches import ImageBatches
from aepipe.models.base import Autoencoder
from aepipe.models.build import build
from aepipe.training.adam import Adam
from aepipe.training.device import use_one_core
from aepipe.training.layerwise import LayerPair, layer_batches
from aepipe.training.loop import fit
from aepipe.training.precision import PRECISIONS, computing_in
from aepipe.training.step import WARM_UP, TrainingStep

use_one_core()

CONFIG = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))
ENTRIES = list(CONFIG["autoencoders"])
IMAGES = np.random.default_rng(0).integers(0, 256, (64, 8, 8), np.uint8)


@pytest.fixture
def own_sync_debug_mode() -> Iterator[None]:
    """A test that fails leaves no error for the next one."""
    yield
    torch.cuda.set_sync_debug_mode("default")


def network(entry: str) -> Autoencoder:
    torch.manual_seed(0)
    return build(configuration.network_settings(CONFIG, "digits", entry, "none"), (8, 8))


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_step_never_leaves_its_device(entry: str) -> None:
    # On the device `meta` there are no values: whatever asks for one, or mixes in a tensor from elsewhere, fails.
    meta = torch.device("meta")
    model = network(entry).to(meta).train()
    step = TrainingStep(model, Adam(model.parameters(), 1e-3), ImageBatches(IMAGES, np.arange(64)).to(meta), 32)
    terms = step(torch.arange(32, device=meta))
    assert {term.device for term in terms.values()} == {meta}
    assert {parameter.device for parameter in model.parameters()} == {meta}


@pytest.mark.parametrize("objective", ["codes", "pixels"])
def test_a_greedy_step_never_leaves_its_device(objective: str) -> None:
    meta = torch.device("meta")
    split, encoded = {"train": np.arange(40), "validation": np.arange(40, 64)}, np.zeros((64, 48), np.float32)
    pair = LayerPair(network("stacked"), 2, objective).to(meta).train()
    data = layer_batches(IMAGES, split, encoded, objective)["train"].to(meta)
    step = TrainingStep(pair, Adam(pair.parameters(), 1e-3), data, 32)
    assert step(torch.arange(32, device=meta))["loss"].device == meta


def test_the_loss_is_the_sum_of_the_terms_before_the_step() -> None:
    model, data = network("vae"), ImageBatches(IMAGES, np.arange(64))
    positions = torch.arange(32)
    torch.manual_seed(1)
    before = {name: term.item() for name, term in model.losses(data[positions]).items()}
    torch.manual_seed(1)
    terms = TrainingStep(model, Adam(model.parameters(), 1e-3), data, 32)(positions)
    assert {name: terms[name].item() for name in before} == before
    assert terms["loss"].item() == pytest.approx(sum(before.values()))


@pytest.mark.gpu
@pytest.mark.usefixtures("own_sync_debug_mode")
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("entry", ENTRIES)
def test_a_recorded_step_moves_the_weights_as_one_that_is_not(entry: str, precision: str) -> None:
    cuda = torch.device("cuda")

    def weights(recorded: bool) -> list[torch.Tensor]:
        model = network(entry).to(cuda).train()
        data = ImageBatches(IMAGES, np.arange(64)).to(cuda)
        step = TrainingStep(model, Adam(model.parameters(), 1e-3), data, 32)
        torch.manual_seed(1)
        with computing_in(precision, cuda):
            batches = [torch.arange(start, start + 32, device=cuda) for start in range(WARM_UP + 5)]
            for number, positions in enumerate(batches):
                if number > WARM_UP:  # from here on, whatever waits for the GPU is an error
                    torch.cuda.set_sync_debug_mode("error")
                step(positions) if recorded else step.compute(positions)
            torch.cuda.set_sync_debug_mode("default")
        assert (step.graph is not None) == recorded
        return [parameter.detach().cpu() for parameter in model.parameters()]

    for one, other in zip(weights(True), weights(False), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.gpu
@pytest.mark.parametrize("entry", ENTRIES)
def test_training_on_a_gpu_gives_the_same_bits_again_and_the_network_back(entry: str) -> None:
    def train() -> dict[str, torch.Tensor]:
        model = network(entry)
        train, validation = ImageBatches(IMAGES, np.arange(50)), ImageBatches(IMAGES, np.arange(50, 64))
        fit(
            model,
            train,
            validation,
            epochs=4,
            batch_size=16,
            learning_rate=1e-3,
            device="cuda",
            seed=0,
            name=entry,
            report=lambda line: None,
        )
        return model.state_dict()

    first, again = train(), train()
    assert all(value.device.type == "cpu" and torch.equal(value, again[name]) for name, value in first.items())
