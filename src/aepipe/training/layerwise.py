"""Greedy layer-wise training: one pair of layers at a time, from the outermost inwards, without final fine-tuning.

Sources: Y. Bengio et al., "Greedy layer-wise training of deep networks", NIPS 2006;
P. Vincent et al., "Stacked denoising autoencoders", JMLR 2010.
"""

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor, nn

from aepipe.data.batches import ArrayBatches, Batches, ImageBatches
from aepipe.errors import ContractError
from aepipe.models.base import IMAGE_LOSSES, Autoencoder

#: What the inner layers learn to reproduce: the codes of the previous layer, or the pixels through the outer layers.
OBJECTIVES = ("codes", "pixels")


class LayerPair(nn.Module):
    """Encoder layer k of a deep autoencoder and the decoder layer that reverses it.

    The outer layers are frozen, with their batch normalisation in evaluation mode: those of the encoder have computed
    the inputs, those of the decoder lead from the output of this pair to the pixels.

    Args:
        network: the deep autoencoder; its layers are trained in place.
        layer: k, counted inwards from 1, the outermost.
        objective: `codes` or `pixels`. The outermost pair learns pixels under both.
    """

    #: Of IMAGE_LOSSES, for pixels.
    loss_name = "bce"

    def __init__(self, network: Autoencoder, layer: int, objective: str) -> None:
        super().__init__()
        if any(isinstance(layer, nn.Conv2d) for layer in network.encoder.modules()):
            raise ContractError("Training layer by layer takes fully connected layers, `backbone: mlp`.")
        depth = len(network.encoder)
        self.encoder = network.encoder[layer - 1]
        self.decoder = network.decoder[depth - layer]
        outer = network.decoder[depth - layer + 1 :] if objective == "pixels" else nn.Sequential()
        self.outer_decoder = outer.requires_grad_(False)
        self.targets_pixels = objective == "pixels" or layer == 1

    def train(self, mode: bool = True) -> "LayerPair":
        """Sets the mode of the pair; the frozen layers stay in evaluation mode."""
        super().train(mode)
        self.outer_decoder.eval()
        return self

    def losses(self, batch: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        """Inputs (B, n) and targets (B, D) or (B, n) -> the `reconstruction` loss, a scalar.

        The loss of images for pixels, or squared error of codes: summed over elements, averaged over the batch.
        """
        inputs, target = batch
        output = self.outer_decoder(self.decoder(self.encoder(inputs))).float()
        if self.targets_pixels:
            return {"reconstruction": IMAGE_LOSSES[self.loss_name](output, target).mean()}
        return {"reconstruction": ((output - target) ** 2).sum(dim=1).mean()}


class PairedBatches:
    """Pairs of inputs and targets."""

    def __init__(self, inputs: Batches, targets: Batches) -> None:
        self.inputs = inputs
        self.targets = targets

    @property
    def device(self) -> torch.device:
        """See Batches."""
        return self.inputs.device

    def to(self, device: torch.device) -> "PairedBatches":
        """See Batches."""
        inputs = self.inputs.to(device)
        return PairedBatches(inputs, inputs if self.targets is self.inputs else self.targets.to(device))

    def __len__(self) -> int:
        """Number of examples."""
        return len(self.inputs)

    def __getitem__(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Positions (B,) -> inputs (B, n), targets (B, m)."""
        inputs = self.inputs[positions]
        return inputs, inputs if self.targets is self.inputs else self.targets[positions]


def layer_batches(
    images: np.ndarray, split: dict[str, np.ndarray], encoded: np.ndarray | None, objective: str
) -> dict[str, PairedBatches]:
    """The data of a layer, by part: `train` and `validation`.

    Args:
        images: uint8 (N, H, W).
        split: indices of the parts.
        encoded: (n_train + n_validation, m), output of the previous layer for the two parts; None for the first layer.
        objective: one of OBJECTIVES.
    """
    parts = {part: ImageBatches(images, split[part]) for part in ("train", "validation")}
    if encoded is None:
        return {part: PairedBatches(pixels, pixels) for part, pixels in parts.items()}
    count = len(split["train"])
    inputs = {"train": ArrayBatches(encoded[:count]), "validation": ArrayBatches(encoded[count:])}
    targets = parts if objective == "pixels" else inputs
    return {part: PairedBatches(inputs[part], targets[part]) for part in parts}


@torch.no_grad()
def encode(pair: LayerPair, parts: Iterable[PairedBatches], batch_size: int = 1000) -> np.ndarray:
    """Output of the trained encoder layer for the inputs of all parts, in evaluation mode: (N, m) float32."""
    pair.eval()
    parts = list(parts)
    width = pair.encoder(parts[0].inputs[torch.arange(1)]).shape[1]
    encoded = torch.empty(sum(len(part) for part in parts), width)
    start = 0
    for part in parts:
        for positions in torch.arange(len(part)).split(batch_size):
            encoded[start : start + len(positions)] = pair.encoder(part.inputs[positions])
            start += len(positions)
    return encoded.numpy()


def own_weights(network: Autoencoder, layer: int) -> dict[str, Tensor]:
    """Name in the whole network -> weight, of layer pair `layer`."""
    depth = len(network.encoder)
    prefixes = (f"encoder.{layer - 1}.", f"decoder.{depth - layer}.")
    return {name: value for name, value in network.state_dict().items() if name.startswith(prefixes)}
