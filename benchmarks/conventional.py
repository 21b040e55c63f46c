"""The training loop that one would otherwise write: torchvision's data set and transforms, DataLoader, eager float32.

Same networks, same losses, same batches as ours, without any of what makes ours fast.
"""

import os
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader, Subset
from torchvision import transforms
from torchvision.datasets import MNIST

from aepipe.models.base import Autoencoder

PADDING = 2


def write_raw_mnist(folder: Path, images: np.ndarray, labels: np.ndarray) -> None:
    """Puts images (N, 32, 32), uint8, where torchvision's MNIST looks for its training set, 28 x 28 as it was."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    arrays = {
        "images-idx3": images[:, PADDING:-PADDING, PADDING:-PADDING],
        "labels-idx1": labels.astype(np.uint8),
    }
    for name, array in arrays.items():
        header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        for part in ("train", "t10k"):
            (raw / f"{part}-{name}-ubyte").write_bytes(header + array.tobytes())


def loader(folder: Path, count: int, batch_size: int) -> DataLoader:
    """Shuffled batches of the first images, prepared by a worker for each core."""
    prepare = transforms.Compose([transforms.Pad(PADDING), transforms.ToTensor()])
    images = Subset(MNIST(folder, train=True, transform=prepare), range(count))
    # `fork` is what a script of one's own has; in a process of a pool, workers would be new programs
    context = "fork" if sys.platform == "linux" else None
    return DataLoader(
        images, batch_size, shuffle=True, num_workers=os.cpu_count() or 1, multiprocessing_context=context
    )


def train_epoch(model: Autoencoder, batches: DataLoader, layer: int | None, objective: str | None) -> float:
    """One epoch of all layers, or of one layer of greedy training, with the outer layers run again for each batch."""
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    total = 0.0
    for images, _ in batches:
        x = images.flatten(1)
        optimiser.zero_grad()
        loss = joint_loss(model, x) if layer is None else greedy_loss(model, x, layer, objective)
        loss.backward()
        optimiser.step()
        total += loss.item()
    return total / len(batches)


def joint_loss(model: Autoencoder, x: Tensor) -> Tensor:
    """Cross-entropy by torch's own function, and the terms of the bottleneck."""
    z, penalties = model.bottleneck(model.encode(model.corrupt(x)), sample=True)
    loss = F.binary_cross_entropy_with_logits(model.decode(z), x, reduction="none").sum(dim=1).mean()
    return sum(penalties.values(), loss)


def greedy_loss(model: Autoencoder, x: Tensor, layer: int, objective: str | None) -> Tensor:
    """The loss of one layer pair between frozen outer layers."""
    depth = len(model.encoder)
    outer_encoder, outer_decoder = model.encoder[: layer - 1], model.decoder[depth - layer + 1 :]
    for frozen in (outer_encoder, outer_decoder):
        frozen.requires_grad_(False).eval()
    with torch.no_grad():
        inputs = outer_encoder(x)
    output = model.decoder[depth - layer](model.encoder[layer - 1](inputs))
    if objective == "codes" and layer > 1:
        return ((output - inputs) ** 2).sum(dim=1).mean()
    return F.binary_cross_entropy_with_logits(outer_decoder(output), x, reduction="none").sum(dim=1).mean()
