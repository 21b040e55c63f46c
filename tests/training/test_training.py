"""The training loop, on a few real digits."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from aepipe.data.batches import ArrayBatches, ImageBatches
from aepipe.errors import TrainingDivergedError
from aepipe.models.base import Autoencoder
from aepipe.models.denoising import Denoising
from aepipe.models.shallow import Shallow
from aepipe.models.vae import VAE
from aepipe.models.vanilla import Vanilla
from aepipe.models.vq import VQ
from aepipe.training.device import use_one_core
from aepipe.training.loop import fit

use_one_core()  # as every job does

TRAIN, VALIDATION = np.arange(200), np.arange(200, 250)


def network(kind: type[Autoencoder] = Vanilla, **settings: Any) -> Autoencoder:
    torch.manual_seed(0)
    return kind((8, 8), 4, encoder_widths=[24, 12], decoder_widths=[12, 24], **settings)


def train(model: nn.Module, images: np.ndarray, indices: np.ndarray = TRAIN, **changes: Any) -> pd.DataFrame:
    settings: Any = {"epochs": 2, "batch_size": 32, "learning_rate": 1e-3, "seed": 0, "name": "vanilla", **changes}
    curve, seconds = fit(model, ImageBatches(images, indices), ImageBatches(images, VALIDATION), **settings)
    assert seconds > 0
    return pd.DataFrame(curve)


def weights(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a)


def bce(model: Autoencoder, images: np.ndarray, indices: np.ndarray) -> float:
    """Mean binary cross-entropy of the images through the network as it is, by -log of probabilities."""
    x = images[indices].reshape(len(indices), -1) / 255
    with torch.no_grad():
        logits = model.decode(model.codes(torch.from_numpy(x).float(), sample=False)).double().numpy()
    return (x * np.log1p(np.exp(-logits)) + (1 - x) * np.log1p(np.exp(logits))).sum(axis=1).mean()


def test_images_come_flat_and_scaled_to_one() -> None:
    images = np.array([[[7, 7], [7, 7]], [[0, 51], [102, 255]], [[255, 0], [0, 0]]], np.uint8)
    data = ImageBatches(images, np.array([2, 1]))
    assert len(data) == 2
    batch = data[torch.tensor([1, 0])]
    assert batch.dtype == torch.float32
    np.testing.assert_allclose(batch, [[0.0, 0.2, 0.4, 1.0], [1.0, 0.0, 0.0, 0.0]])
    assert images.max() == 255  # the shared array is not scaled in place


def test_training_lowers_the_loss(digit_images: np.ndarray) -> None:
    curve = train(network(), digit_images, epochs=10)
    assert curve["train_loss"].iloc[-1] < 0.8 * curve["train_loss"].iloc[0]
    assert curve["validation_loss"].iloc[-1] < 0.8 * curve["validation_loss"].iloc[0]


def test_curve_has_a_row_an_epoch_and_a_column_for_each_term_and_their_sum(digit_images: np.ndarray) -> None:
    curve = train(network(VAE, beta=1.0), digit_images, epochs=3)
    terms = ["loss", "reconstruction", "kl"]
    assert list(curve) == ["epoch", *(f"{part}_{term}" for part in ("train", "validation") for term in terms)]
    assert curve["epoch"].tolist() == [1, 2, 3]
    for part in ("train", "validation"):
        np.testing.assert_allclose(
            curve[f"{part}_loss"], curve[f"{part}_reconstruction"] + curve[f"{part}_kl"], rtol=1e-6
        )


def test_every_term_is_minimised(digit_images: np.ndarray) -> None:
    model = network(VQ, categories=8, beta=1.0)
    before = weights(model)["codebooks"]
    train(model, digit_images, epochs=1)  # the codebook term alone reaches the codebooks
    assert not torch.equal(weights(model)["codebooks"], before)


def test_curve_gives_means_over_images_also_where_the_last_batch_is_smaller(digit_images: np.ndarray) -> None:
    torch.manual_seed(0)
    model = Shallow((8, 8), 4, encoder_widths=[], decoder_widths=[])
    curve = train(model, digit_images, TRAIN[:35], epochs=1, learning_rate=0)
    assert curve["train_loss"][0] == pytest.approx(bce(model, digit_images, TRAIN[:35]), rel=1e-5)
    assert curve["validation_loss"][0] == pytest.approx(bce(model, digit_images, VALIDATION), rel=1e-5)


def test_validation_runs_in_evaluation_mode(digit_images: np.ndarray) -> None:
    model = network(Denoising, noise=0.5)
    curve = train(model, digit_images)
    assert not model.training
    clean = bce(model, digit_images, VALIDATION)  # no noise, and batch normalisation with its running statistics
    assert curve["validation_loss"].iloc[-1] == pytest.approx(clean, rel=1e-5)


def test_training_goes_on_in_training_mode_after_each_validation(digit_images: np.ndarray) -> None:
    model = network()
    train(model, digit_images, epochs=3)
    steps = {int(value) for name, value in weights(model).items() if name.endswith("num_batches_tracked")}
    assert steps == {3 * 7}  # 200 images in batches of 32, and none of the validation's


def test_last_weights_are_kept_and_not_the_best(digit_images: np.ndarray) -> None:
    model = network()
    curve = train(model, digit_images, TRAIN[:20], epochs=8, learning_rate=0.3)
    losses = curve["validation_loss"]
    assert losses.iloc[-1] > 1.01 * losses.min()
    assert losses.iloc[-1] == pytest.approx(bce(model, digit_images, VALIDATION), rel=1e-5)


def test_patience_waits_for_reconstructions_and_not_for_terms_beside_them(digit_images: np.ndarray) -> None:
    class Growing(Vanilla):
        """Whose second term rises from step to step, as that of a codebook may."""

        def losses(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            self.steps = getattr(self, "steps", 0) + 1
            return {**super().losses(x), "codebook": torch.tensor(1000.0 * self.steps)}

    curve = train(network(Growing), digit_images, epochs=6, patience=2)
    assert len(curve) == 6
    assert curve["validation_loss"].is_monotonic_increasing


def test_same_seed_gives_the_same_weights_bit_for_bit(digit_images: np.ndarray) -> None:
    first, second = network(VAE, beta=1.0), network(VAE, beta=1.0)
    for model in (first, second):
        torch.manual_seed(1)
        train(model, digit_images, seed=1)
    assert same(weights(first), weights(second))


def test_seed_shuffles_the_images(digit_images: np.ndarray) -> None:
    first, second = network(), network()
    train(first, digit_images, seed=1)
    train(second, digit_images, seed=2)
    assert not same(weights(first), weights(second))


def test_all_images_are_shuffled_anew_in_every_epoch() -> None:
    seen: list[int] = []
    rows = ArrayBatches(np.eye(8, dtype=np.float32))
    model = Shallow((2, 4), 2, encoder_widths=[], decoder_widths=[])
    model.encoder.register_forward_pre_hook(
        lambda layer, inputs: seen.extend(inputs[0].argmax(dim=1).tolist()) if layer.training else None
    )
    fit(model, rows, rows, epochs=2, batch_size=2, learning_rate=1e-3, seed=0, name="shallow")
    assert sorted(seen[:8]) == sorted(seen[8:]) == list(range(8))
    assert len({tuple(seen[:8]), tuple(seen[8:]), tuple(range(8))}) == 3


@pytest.mark.parametrize("learning_rate", [1e-4, 1e-2])
def test_first_step_of_adam_is_as_long_as_the_learning_rate(digit_images: np.ndarray, learning_rate: float) -> None:
    model = network()
    before = weights(model)["decoder.2.bias"]
    train(model, digit_images, epochs=1, batch_size=200, learning_rate=learning_rate)
    step = (weights(model)["decoder.2.bias"] - before).abs()
    assert step.max().item() == pytest.approx(learning_rate, rel=1e-2)


def test_parameters_without_gradient_stay_as_they_are(digit_images: np.ndarray) -> None:
    model = network()
    model.encoder[0].requires_grad_(False)
    before = weights(model)
    train(model, digit_images, epochs=1)
    changed = {name for name, value in model.named_parameters() if not torch.equal(value, before[name])}
    assert changed == {name for name in dict(model.named_parameters()) if not name.startswith("encoder.0.")}


def test_last_batch_of_one_image_is_held_out(digit_images: np.ndarray) -> None:
    model = network()
    train(model, digit_images, TRAIN[:65], epochs=1)
    assert int(weights(model)["encoder.0.1.num_batches_tracked"]) == 2


def test_divergence_names_model_epoch_and_step() -> None:
    rows = np.random.default_rng(0).random((40, 64), dtype=np.float32)

    def spoil_after_second_epoch(line: str) -> None:
        if "epoch 2 of 5" in line:
            rows[:] = np.nan

    data = ArrayBatches(rows)
    settings: Any = {"epochs": 5, "batch_size": 10, "learning_rate": 1e-3, "seed": 0, "name": "my_model"}
    with pytest.raises(
        TrainingDivergedError, match="my_model diverged: its reconstruction became nan in epoch 3, step 1 of"
    ):
        fit(network(), data, data, **settings, report=spoil_after_second_epoch)


def test_divergence_names_the_first_broken_step() -> None:
    rows = np.random.default_rng(0).random((40, 64), dtype=np.float32)
    rows[7, 0] = np.nan
    order = torch.randperm(40, generator=torch.Generator().manual_seed(0)).tolist()
    step = order.index(7) // 10 + 1
    data = ArrayBatches(rows)
    settings: Any = {"epochs": 5, "batch_size": 10, "learning_rate": 1e-3, "seed": 0, "name": "my_model"}
    with pytest.raises(TrainingDivergedError, match=rf"epoch 1, step {step} of 4"):
        fit(network(), data, data, **settings)


def test_absurd_learning_rate_diverges(digit_images: np.ndarray) -> None:
    with pytest.raises(TrainingDivergedError, match=r"learning_rate"):
        train(network(), digit_images, learning_rate=1e30)


def test_divergence_in_the_very_last_step_is_noticed(digit_images: np.ndarray) -> None:
    with pytest.raises(TrainingDivergedError, match="validation reconstruction became nan in epoch 1, after step 1"):
        train(network(), digit_images, epochs=1, batch_size=2000, learning_rate=1e30)
