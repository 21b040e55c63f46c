"""From an entry of the configuration to a network, and from a network to a file and back."""

import importlib
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from aepipe.autoencoders.base import Autoencoder
from aepipe.errors import AepipeError
from aepipe.files import whole


def build(network: dict[str, Any], input_dim: int) -> Autoencoder:
    """The autoencoder of a configuration entry, with freshly drawn weights.

    Args:
        network: what `configuration.network_settings` gives: class, settings, latent_dim and widths.
        input_dim: number of pixels.
    """
    module, _, name = network["class"].rpartition(".")
    return getattr(importlib.import_module(module), name)(
        input_dim,
        network["latent_dim"],
        encoder_widths=network["encoder_widths"],
        decoder_widths=network["decoder_widths"],
        **network["settings"],
    )


def save_weights(weights: dict[str, Tensor], path: str | Path) -> None:
    """Writes parameters and buffers, by name, as safetensors, which can't carry code."""
    with whole(path) as temporary:
        save_file(weights, temporary)


def load_weights(model: nn.Module, *paths: str | Path) -> None:
    """Reads the weights of one file or more into a network that has parameters of these names and shapes.

    What no file gives stays as it is.
    """
    for path in paths:
        missing = model.load_state_dict(load_file(path), strict=False)
        if missing.unexpected_keys:
            raise AepipeError(f"{path} is of another network: it has {', '.join(missing.unexpected_keys)}.")
