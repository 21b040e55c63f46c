"""What entries of the MNIST bake-off train, as the workflow's jobs do: the network, or one layer after the other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from torch import nn

from aepipe.config import configuration
from aepipe.data.batches import Batches, ImageBatches
from aepipe.models.base import Autoencoder
from aepipe.training.layerwise import LayerPair, encode, layer_batches

DATA = Path("results/mnist/data")
CONFIG: dict[str, Any] = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))


def settings_of(entry: str) -> tuple[dict[str, Any], str | None]:
    """How an entry is trained, on a CPU; and the objective of its layers where they are trained one by one."""
    settings = configuration.training_settings(CONFIG, "mnist", entry) | {"device": "cpu"}
    return settings, settings.pop("layerwise", None)


def trainings(
    model: Autoencoder, images: np.ndarray, split: dict[str, np.ndarray], objective: str | None
) -> Iterator[tuple[nn.Module, Batches, Batches]]:
    """A network, or each of its layer pairs once the one before is trained; what trains it; what is held out."""
    if objective is None:
        yield model, ImageBatches(images, split["train"]), ImageBatches(images, split["validation"])
        return
    encoded = None
    for layer in range(1, len(model.encoder) + 1):
        pair = LayerPair(model, layer, objective)
        parts = layer_batches(images, split, encoded, objective)
        yield pair, parts["train"], parts["validation"]
        encoded = encode(pair, parts.values())
