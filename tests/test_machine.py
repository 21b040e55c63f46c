"""How a job uses its machine: memory that it keeps, and matrix products as precise as asked for."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from aepipe.autoencoders.vanilla import Vanilla
from aepipe.data.batches import ImageBatches
from aepipe.machine import PRECISIONS, products_in, use_one_core
from aepipe.training import fit

use_one_core()


def product(precision: str) -> tuple[torch.Tensor, torch.Tensor]:
    """A product, and the most that rounding its factors to bfloat16 may change in it."""
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(256, 512, generator=generator), torch.randn(512, 256, generator=generator)
    with products_in(precision):
        return a @ b, 2**-7 * (a.abs() @ b.abs())


@pytest.mark.parametrize("precision", PRECISIONS)
def test_products_are_within_the_rounding_of_their_factors(precision: str) -> None:
    exact, rounding = product("highest")
    assert ((product(precision)[0] - exact).abs() <= rounding).all()


def test_the_precision_holds_for_its_block_alone() -> None:
    before = torch.get_float32_matmul_precision()
    with products_in("medium"):
        assert torch.get_float32_matmul_precision() == "medium"
    assert torch.get_float32_matmul_precision() == before
    with pytest.raises(RuntimeError), products_in("medium"):
        raise RuntimeError
    assert torch.get_float32_matmul_precision() == before


@pytest.mark.parametrize("precision", PRECISIONS)
def test_each_precision_gives_the_same_bits_again_and_nearly_the_same_loss(
    precision: str, digit_images: np.ndarray
) -> None:
    def trained(precision: str) -> tuple[dict[str, torch.Tensor], float]:
        torch.manual_seed(0)
        model = Vanilla(64, 8, encoder_widths=[128, 64], decoder_widths=[64, 128])
        parts = ImageBatches(digit_images, np.arange(1400)), ImageBatches(digit_images, np.arange(1400, 1700))
        curve, _ = fit(
            model,
            *parts,
            epochs=10,
            batch_size=64,
            learning_rate=1e-3,
            matmul_precision=precision,
            seed=0,
            name="a",
            report=lambda line: None,
        )
        return model.state_dict(), float(curve["validation_loss"].iloc[-1])

    first, loss = trained(precision)
    again, _ = trained(precision)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert loss == pytest.approx(trained("highest")[1], rel=0.01)


FAULTS = """
import resource, sys, torch
from aepipe.adam import Adam
from aepipe.autoencoders.vanilla import Vanilla
from aepipe.machine import use_one_core
torch.set_num_threads(1)
if sys.argv[1] == "kept":
    use_one_core()
model = Vanilla(1024, 20, encoder_widths=[341, 113], decoder_widths=[113, 341])
adam, images = Adam(model.parameters(), 1e-3), torch.rand(256, 1024)

def steps(count):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(count):
        model.losses(images)["reconstruction"].backward()
        adam.step()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / count

steps(10)
print(steps(20))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of Linux")
def test_a_training_step_takes_no_new_pages_from_the_system() -> None:
    def faults(how: str) -> float:
        done = subprocess.run([sys.executable, "-c", FAULTS, how], capture_output=True, text=True, check=True)
        return float(done.stdout)

    assert faults("kept") < 20
    assert faults("as it was") > 200
