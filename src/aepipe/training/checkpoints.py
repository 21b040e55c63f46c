"""How far a training is, on disk: one that was killed goes on where it was, and ends with the same bits.

A checkpoint is no result: it is written every few epochs, used by the next try alone, and gone at the end.
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
from aepipe.training.device import random_state, set_random_state

EVERY = 5  # epochs
DIGEST_BYTES = hashlib.sha256().digest_size


@dataclass
class Progress:
    """What has been done: rows of the training curve, one an epoch, and seconds spent."""

    curve: list[dict[str, float]] = field(default_factory=list)
    seconds: float = 0.0


class Checkpoint:
    """The file of one training's progress.

    Args:
        path: where it lies between two tries.
        identity: stands for settings, code, data and seed; a checkpoint with another identity is ignored.
        every: epochs between two writings.
        report: told when a checkpoint is used, or why it isn't.
    """

    def __init__(self, path: str | Path, identity: str, *, every: int = EVERY, report: Report = print) -> None:
        self.path = Path(path)
        self.identity = identity
        self.every = every
        self.report = report

    def save(self, progress: Progress, model: nn.Module, optimiser: Adam, shuffling: torch.Generator) -> None:
        """Writes all that the rest of the training depends on, where it is time to, behind its own SHA-256."""
        if len(progress.curve) % self.every:
            return
        content = io.BytesIO()
        state = {
            "identity": self.identity,
            "device": optimiser.device.type,
            "curve": progress.curve,
            "seconds": progress.seconds,
            "model": model.state_dict(),
            "optimiser": optimiser.state_dict(),
            "shuffling": shuffling.get_state(),
            "noise": random_state(optimiser.device),
        }
        torch.save(state, content)
        unfinished = self.path.with_name(f"{self.path.name}.unfinished")
        unfinished.write_bytes(hashlib.sha256(content.getvalue()).digest() + content.getvalue())
        unfinished.replace(self.path)

    def restore(self, model: nn.Module, optimiser: Adam, shuffling: torch.Generator) -> Progress:
        """Brings model, optimiser and random numbers to where the last try was; changes nothing where there was none.

        A checkpoint that is damaged, of other settings or code, or that holds more than numbers is named and ignored.
        """
        if not self.path.exists():
            return Progress()
        try:
            state = self.read()
        except (OSError, ValueError, RuntimeError, UnpicklingError) as error:
            self.report(f"{self.path} can't be used, training starts anew: {error}")
            return Progress()
        if state["identity"] != self.identity:
            self.report(f"{self.path} is of other settings, code or data, training starts anew")
            return Progress()
        if state["device"] != optimiser.device.type:
            self.report(f"{self.path} was left on another device ({state['device']}), training starts anew")
            return Progress()
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        shuffling.set_state(state["shuffling"])
        set_random_state(optimiser.device, state["noise"])
        self.report(f"going on after epoch {len(state['curve'])}, from {self.path}")
        return Progress(state["curve"], state["seconds"])

    def read(self) -> dict[str, Any]:
        """The saved state; ValueError where it is damaged, UnpicklingError where it holds more than numbers."""
        content = self.path.read_bytes()
        digest, content = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
        if hashlib.sha256(content).digest() != digest:
            raise ValueError("it is truncated or corrupt")
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
