"""That Adam is torch's, without what torch imports for it."""

import subprocess
import sys

import torch
from torch import nn

from aepipe.training.adam import Adam


def losses(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return (model(x) ** 2).sum()


def test_steps_are_those_of_torch_bit_for_bit() -> None:
    torch.manual_seed(0)
    ours, theirs = nn.Linear(5, 3), nn.Linear(5, 3)
    theirs.load_state_dict(ours.state_dict())
    adam, reference = Adam(ours.parameters(), 0.01), torch.optim.Adam(theirs.parameters(), lr=0.01, fused=True)
    for x in torch.rand(20, 8, 5):
        losses(ours, x).backward()
        adam.step()
        reference.zero_grad()
        losses(theirs, x).backward()
        reference.step()
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), theirs.parameters(), strict=True))


def test_parameters_without_a_gradient_stay_as_they_are() -> None:
    frozen, unused, used = (nn.Parameter(torch.ones(2)) for _ in range(3))
    frozen.requires_grad_(False)
    adam = Adam([frozen, unused, used], 0.01)
    (used.sum() + frozen.sum()).backward()
    adam.step()
    assert frozen.tolist() == unused.tolist() == [1, 1]
    assert used.tolist() != [1, 1]


def test_training_does_not_import_torchs_compiler() -> None:
    program = """
import sys
import numpy as np
from aepipe.models.vanilla import Vanilla
from aepipe.data.batches import ImageBatches
from aepipe.training.device import use_one_core
from aepipe.training.loop import fit
use_one_core()
images = np.zeros((8, 2, 2), np.uint8)
data = ImageBatches(images, np.arange(8))
model = Vanilla((2, 2), 2, encoder_widths=[3], decoder_widths=[3])
fit(model, data, data, epochs=1, batch_size=4, learning_rate=0.1, seed=0, name="a")
assert "torch._dynamo" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
