"""Each precision computes as it says, and trains nearly alike."""

from pathlib import Path

import numpy as np
import pytest
import torch

from aepipe.data.batches import ImageBatches
from aepipe.models.vanilla import Vanilla
from aepipe.training import precision as module
from aepipe.training.device import DEVICES, use_one_core
from aepipe.training.loop import fit
from aepipe.training.precision import PRECISIONS, computing_in

use_one_core()

CPU = torch.device("cpu")


def product(precision: str) -> tuple[torch.Tensor, torch.Tensor]:
    """A product, and the most that rounding its factors to bfloat16 may change in it."""
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(256, 512, generator=generator), torch.randn(512, 256, generator=generator)
    with computing_in(precision, CPU):
        return a @ b, 2**-7 * (a.abs() @ b.abs())


@pytest.mark.parametrize("precision", PRECISIONS)
def test_products_are_within_the_rounding_of_their_factors(precision: str) -> None:
    exact, rounding = product("highest")
    assert ((product(precision)[0] - exact).abs() <= rounding).all()


def in_force() -> tuple[str, bool]:
    """The precision of products, and whether a GPU may round the factors of convolutions."""
    return torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32


def test_the_precision_holds_for_its_block_alone() -> None:
    before = in_force()
    for precision in ("medium", "highest"):
        with computing_in(precision, CPU):
            assert in_force() == (precision, precision == "medium")
        assert in_force() == before
        with pytest.raises(RuntimeError), computing_in(precision, CPU):
            raise RuntimeError
        assert in_force() == before


@pytest.mark.gpu
@pytest.mark.parametrize("precision", ["auto", "highest"])
def test_convolutions_on_a_gpu_are_float32(precision: str) -> None:
    value = 1 + 2**-12  # needs more bits than TF32 has
    pixels = torch.full((64, 32, 16, 16), value, device="cuda")
    kernel = torch.eye(32, device="cuda")[:, :, None, None].expand(-1, -1, 3, 3) / 9
    with computing_in(precision, pixels.device):
        convolved = torch.nn.functional.conv2d(pixels, kernel)
    torch.testing.assert_close(convolved, torch.full_like(convolved, value), rtol=1e-5, atol=0)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_each_precision_gives_the_same_bits_again_and_nearly_the_same_loss(
    precision: str, digit_images: np.ndarray
) -> None:
    def trained(precision: str) -> tuple[dict[str, torch.Tensor], float]:
        torch.manual_seed(0)
        model = Vanilla((8, 8), 8, encoder_widths=[128, 64], decoder_widths=[64, 128])
        parts = ImageBatches(digit_images, np.arange(1400)), ImageBatches(digit_images, np.arange(1400, 1700))
        curve, _ = fit(
            model,
            *parts,
            epochs=10,
            batch_size=64,
            learning_rate=1e-3,
            precision=precision,
            seed=0,
            name="a",
            report=lambda line: None,
        )
        return model.state_dict(), curve[-1]["validation_loss"]

    first, loss = trained(precision)
    again, _ = trained(precision)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert loss == pytest.approx(trained("highest")[1], rel=0.01)


@pytest.fixture
def with_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processors without units for it can still do it."""
    monkeypatch.setattr(module, "has_bfloat16", lambda device: True)


@pytest.mark.usefixtures("with_bfloat16")
def test_bfloat16_is_for_layers_and_ends_with_its_block() -> None:
    layer, x = torch.nn.Linear(8, 8), torch.rand(4, 8)
    with computing_in("bfloat16", CPU):
        assert layer(x).dtype == torch.bfloat16
        assert (
            Vanilla((2, 4), 2, encoder_widths=[4], decoder_widths=[4]).losses(x)["reconstruction"].dtype
            == torch.float32
        )
    assert layer(x).dtype == torch.float32


def test_where_bfloat16_is_missing_medium_is_taken_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "has_bfloat16", lambda device: False)
    said: list[str] = []
    with computing_in("bfloat16", CPU, said.append):
        assert torch.nn.Linear(8, 8)(torch.rand(4, 8)).dtype == torch.float32
        assert torch.get_float32_matmul_precision() == "medium"
    assert said == ["This cpu has no units for bfloat16: falling back to precision medium."]


@pytest.mark.usefixtures("with_bfloat16")
def test_bfloat16_follows_the_weights_as_they_change() -> None:
    layer, x = torch.nn.Linear(8, 8, bias=False), torch.rand(4, 8)
    with computing_in("bfloat16", CPU):
        layer(x)
        with torch.no_grad():
            layer.weight.zero_()
        assert not layer(x).any()


@pytest.mark.parametrize(("rounds", "chosen"), [(True, "highest"), (False, "medium")])
def test_auto_is_the_fastest_that_rounds_nothing(monkeypatch: pytest.MonkeyPatch, rounds: bool, chosen: str) -> None:
    monkeypatch.setattr(module, "rounds_in_medium", lambda device: rounds)
    with computing_in("auto", CPU):
        assert torch.get_float32_matmul_precision() == chosen


@pytest.mark.parametrize(
    ("images", "batch_size", "chosen"), [(300, 255, "highest"), (300, 256, "medium"), (200, 256, "highest")]
)
def test_auto_takes_the_library_that_is_faster_for_a_network(
    monkeypatch: pytest.MonkeyPatch, images: int, batch_size: int, chosen: str
) -> None:
    monkeypatch.setattr(module, "rounds_in_medium", lambda device: False)
    model = Vanilla((8, 8), 2, encoder_widths=[64], decoder_widths=[64])  # 64 x 64, the largest matrix
    data = ImageBatches(np.zeros((images, 8, 8), np.uint8), np.arange(images))
    used = []

    def corrupt(x: torch.Tensor) -> torch.Tensor:
        used.append(torch.get_float32_matmul_precision())
        return x

    monkeypatch.setattr(model, "corrupt", corrupt)
    fit(model, data, data, epochs=1, batch_size=batch_size, learning_rate=0.1, precision="auto", seed=0, name="a")
    assert set(used) == {chosen}


def test_auto_loses_no_bit_that_float32_has() -> None:
    value = 1 + 2**-20
    with computing_in("auto", CPU):
        assert (torch.full((256, 341), value) @ torch.eye(341) == value).all()


def test_rounding_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = torch.Tensor.__matmul__
    monkeypatch.setattr(torch.Tensor, "__matmul__", lambda a, b: plain(a.bfloat16().float(), b.bfloat16().float()))
    assert module.rounds_in_medium(CPU)


def test_the_configuration_allows_what_the_code_knows() -> None:
    schema = Path("workflow/schemas/config.schema.yaml").read_text(encoding="utf-8")
    for name, known in (("precision", PRECISIONS), ("device", DEVICES)):
        assert f"enum: [{', '.join(known)}]" in schema, name
