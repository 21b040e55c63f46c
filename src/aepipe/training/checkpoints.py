"""Checkpoints: a training that was killed resumes from one, and ends with the same bits.

A checkpoint is not a result: it is written every few epochs, and deleted when the training ends.
"""

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import nn

from aepipe.provenance.jobs import Report
from aepipe.training.adam import Adam

EVERY = 5  # epochs
DIGEST_BYTES = hashlib.sha256().digest_size


@dataclass
class Progress:
    """The training curve so far, a row per epoch, the seconds spent, and the best weights where these are kept."""

    curve: list[dict[str, float]] = field(default_factory=list)
    seconds: float = 0.0
    best: dict[str, torch.Tensor] = field(default_factory=dict)


class Checkpoint:
    """The file with the state of one training.

    Args:
        path: of the file.
        identity: identifies settings, code, data and seed; a checkpoint with another identity is ignored.
        every: epochs between two checkpoints.
        report: receives a line if training resumes, or if a checkpoint can't be used.
    """

    def __init__(self, path: str | Path, identity: str, *, every: int = EVERY, report: Report = print) -> None:
        self.path = Path(path)
        self.identity = identity
        self.every = every
        self.report = report

    def save(self, progress: Progress, model: nn.Module, optimiser: Adam, shuffling: torch.Generator) -> None:
        """Every few epochs, writes the state that the rest of the training depends on, after its SHA-256."""
        if len(progress.curve) % self.every:
            return
        content, device = io.BytesIO(), optimiser.device
        state = {
            "identity": self.identity,
            "device": device.type,
            "curve": progress.curve,
            "seconds": progress.seconds,
            "best": progress.best,
            "model": model.state_dict(),
            "optimiser": optimiser.state_dict(),
            "shuffling": shuffling.get_state(),
            "noise": torch.cuda.get_rng_state(device) if device.type == "cuda" else torch.get_rng_state(),
        }
        torch.save(state, content)
        unfinished = self.path.with_name(f"{self.path.name}.unfinished")
        unfinished.write_bytes(hashlib.sha256(content.getvalue()).digest() + content.getvalue())
        unfinished.replace(self.path)

    def restore(self, model: nn.Module, optimiser: Adam, shuffling: torch.Generator) -> Progress:
        """Restores model, optimiser and random numbers; changes nothing without a checkpoint that can be used."""
        if not self.path.exists():
            return Progress()
        try:
            state = self.read()
            if state["identity"] != self.identity:
                raise ValueError("it is of other settings, code or data")
            if state["device"] != optimiser.device.type:
                raise ValueError(f"it was written on another device ({state['device']})")
        except (OSError, ValueError, RuntimeError, UnpicklingError) as error:
            self.report(f"{self.path} can't be used, restarting training: {error}")
            return Progress()
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        shuffling.set_state(state["shuffling"])
        if optimiser.device.type == "cuda":
            torch.cuda.set_rng_state(state["noise"], optimiser.device)
        else:
            torch.set_rng_state(state["noise"])
        self.report(f"resuming after epoch {len(state['curve'])}, from {self.path}")
        return Progress(state["curve"], state["seconds"], state["best"])

    def read(self) -> dict[str, Any]:
        """The state; ValueError if it is damaged, UnpicklingError if it contains anything but plain data."""
        content = self.path.read_bytes()
        digest, content = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
        if hashlib.sha256(content).digest() != digest:
            raise ValueError("it is truncated or corrupt")
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
