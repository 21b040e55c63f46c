"""That a training which is killed goes on where it was, and ends with the same bits."""

import hashlib
import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.metrics import Row
from aepipe.models.base import Autoencoder
from aepipe.models.denoising import Denoising
from aepipe.models.spatial_vq import SpatialVQ
from aepipe.models.vae import VAE
from aepipe.training.checkpoints import Checkpoint
from aepipe.training.device import use_one_core
from aepipe.training.loop import fit

use_one_core()
WIDTHS: Any = {"encoder_widths": [20, 10], "decoder_widths": [10, 20]}
ENTRIES: list[tuple[type[Autoencoder], dict[str, Any]]] = [
    (VAE, {"beta": 1.0}),
    (Denoising, {"noise": 0.5}),
    (SpatialVQ, {"categories": 64, "beta": 1.0, "channels": [4, 6, 6]}),  # entries that are drawn anew
]


class Killed(BaseException):
    """Stands for a signal that leaves a training no time for anything."""


def train(
    entry: tuple[type[Autoencoder], dict],
    images: np.ndarray,
    checkpoint: Checkpoint | None,
    killed_after: int = 0,
    device: str = "cpu",
) -> tuple[dict[str, torch.Tensor], list[Row], list[str]]:
    kind, own = entry
    lines: list[str] = []

    def report(line: str) -> None:
        lines.append(line)
        if f"epoch {killed_after} of" in line:
            raise Killed

    torch.manual_seed(0)
    model = kind((8, 8), 3, **own, **WIDTHS)
    parts = ImageBatches(images, np.arange(300)), ImageBatches(images, np.arange(300, 400))
    curve, _ = fit(
        model,
        *parts,
        epochs=8,
        batch_size=32,
        learning_rate=1e-3,
        device=device,
        seed=0,
        name="a",
        checkpoint=checkpoint,
        report=report,
    )
    return model.state_dict(), curve, lines


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
@pytest.mark.parametrize("entry", ENTRIES, ids=["vae", "denoising", "spatial_vq"])
def test_a_killed_training_ends_with_the_same_bits(
    entry: tuple, device: str, digit_images: np.ndarray, tmp_path: Path
) -> None:
    weights, curve, _ = train(entry, digit_images, None, device=device)
    said: list[str] = []
    checkpoint = Checkpoint(tmp_path / "progress", "me", every=2, report=said.append)
    for killed_after in (3, 6):
        with pytest.raises(Killed):
            train(entry, digit_images, checkpoint, killed_after, device)
    resumed, resumed_curve, lines = train(entry, digit_images, checkpoint, device=device)
    assert [line.split()[3] for line in said] == ["2,", "6,"]
    assert len(lines) == 2  # epochs 7 and 8 alone
    assert all(torch.equal(resumed[name], value) for name, value in weights.items())
    assert resumed_curve == curve


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [damaged, truncated, empty])
def test_a_damaged_checkpoint_is_named_and_not_used(harm: Any, digit_images: np.ndarray, tmp_path: Path) -> None:
    said: list[str] = []
    checkpoint = Checkpoint(tmp_path / "progress", "me", every=2, report=said.append)
    with pytest.raises(Killed):
        train(ENTRIES[0], digit_images, checkpoint, killed_after=3)
    harm(tmp_path / "progress")
    _, _, lines = train(ENTRIES[0], digit_images, checkpoint)
    assert len(lines) == 8
    assert said == [f"{tmp_path / 'progress'} can't be used, restarting training: it is truncated or corrupt"]


def test_a_checkpoint_of_other_settings_is_ignored(digit_images: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(Killed):
        train(ENTRIES[0], digit_images, Checkpoint(tmp_path / "progress", "before", every=2), killed_after=3)
    said: list[str] = []
    _, _, lines = train(ENTRIES[0], digit_images, Checkpoint(tmp_path / "progress", "now", report=said.append))
    assert len(lines) == 8
    assert "of other settings, code or data" in said[0]


def test_a_checkpoint_of_another_device_is_ignored(digit_images: np.ndarray, tmp_path: Path) -> None:
    # A GPU's random numbers can't be gone on with on a CPU, nor the other way round.
    path, said = tmp_path / "progress", list[str]()
    checkpoint = Checkpoint(path, "me", every=2, report=said.append)
    with pytest.raises(Killed):
        train(ENTRIES[0], digit_images, checkpoint, killed_after=3)
    content = io.BytesIO()
    torch.save({**checkpoint.read(), "device": "cuda"}, content)
    path.write_bytes(hashlib.sha256(content.getvalue()).digest() + content.getvalue())
    weights, _, lines = train(ENTRIES[0], digit_images, checkpoint)
    assert len(lines) == 8
    assert said == [f"{path} can't be used, restarting training: it was written on another device (cuda)"]
    undisturbed, _, _ = train(ENTRIES[0], digit_images, None)
    assert all(torch.equal(weights[name], value) for name, value in undisturbed.items())


def test_a_malicious_checkpoint_runs_nothing(digit_images: np.ndarray, tmp_path: Path) -> None:
    class Malicious:
        def __reduce__(self) -> tuple:
            return Path.touch, (tmp_path / "harm",)

    said: list[str] = []
    checkpoint = Checkpoint(tmp_path / "progress", "me", report=said.append)
    content = pickle.dumps({"identity": "me", "model": Malicious()}, protocol=2)
    (tmp_path / "progress").write_bytes(hashlib.sha256(content).digest() + content)
    train(ENTRIES[0], digit_images, checkpoint)
    assert not (tmp_path / "harm").exists()
    assert "can't be used" in said[0]
