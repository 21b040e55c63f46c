"""From an entry of the configuration to a network, and from a network to a file and back."""

import importlib
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from aepipe.errors import AepipeError, ContractError, DamagedFileError
from aepipe.models.base import Autoencoder, Shape
from aepipe.models.weights import metadata


def build(network: dict[str, Any], image_shape: Shape) -> Autoencoder:
    """The autoencoder of a configuration entry, with freshly drawn weights.

    Args:
        network: what `configuration.network_settings` gives: class, settings, latent_dim and widths.
        image_shape: (H, W), or (H, W, 3).

    Raises:
        ContractError: the class is no Autoencoder.
    """
    module, _, name = network["class"].rpartition(".")
    chosen = getattr(importlib.import_module(module), name)
    # a user's own class, or what a file of weights names, which may be anything
    if not isinstance(chosen, type) or not issubclass(chosen, Autoencoder):
        raise ContractError(f"{network['class']} is no subclass of aepipe.models.base.Autoencoder.")
    return chosen(
        image_shape,
        network["latent_dim"],
        encoder_widths=network["encoder_widths"],
        decoder_widths=network["decoder_widths"],
        **network["settings"],
    )


def save_weights(weights: dict[str, Tensor], path: str | Path, **about: Any) -> None:
    """Writes parameters and buffers, by name, as safetensors, which can't carry code.

    Args:
        weights: name -> values.
        path: of the file.
        about: what `aepipe.models.weights.of_network` gives; nothing, of a network that is in no configuration.
    """
    save_file(weights, path, metadata=metadata(about))


def load_weights(model: nn.Module, path: str | Path, *, part: bool = False) -> None:
    """Reads weights into a network that has parameters of these names and shapes.

    Args:
        model: the network.
        path: of a safetensors file with all its weights, or with a `part`; then the others stay as they are.
        part: see above.

    Raises:
        DamagedFileError: the file is no safetensors file, or not a whole one.
        AepipeError: the file is of another network, or lacks weights.
    """
    try:
        names = model.load_state_dict(load_file(path), strict=False)
    except SafetensorError as error:
        raise DamagedFileError(f"{path} holds no weights, or is damaged: {error}") from error
    except RuntimeError as error:
        raise AepipeError(f"{path} is of another network: {error}") from error
    if names.unexpected_keys:
        raise AepipeError(f"{path} is of another network: it has {', '.join(names.unexpected_keys)}.")
    if names.missing_keys and not part:
        raise AepipeError(f"{path} is not complete: it lacks {', '.join(names.missing_keys)}.")
