"""Builds networks from the configuration, and writes and reads their weights."""

import importlib
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from aepipe.errors import AepipeError, ContractError, DamagedFileError
from aepipe.models import weights as files
from aepipe.models.base import Autoencoder, Shape


def build(network: dict[str, Any], image_shape: Shape) -> Autoencoder:
    """The autoencoder of a configuration entry, with random weights.

    `network` is from `configuration.network_settings`: class, settings, latent_dim, widths, and channels if it has
    convolutions, and loss if it isn't `bce`. Raises ContractError if the class is not an Autoencoder.
    """
    module, _, name = network["class"].rpartition(".")
    chosen = getattr(importlib.import_module(module), name)
    if not isinstance(chosen, type) or not issubclass(chosen, Autoencoder):  # a file of weights may name anything
        raise ContractError(f"{network['class']} is not a subclass of aepipe.models.base.Autoencoder.")
    model = chosen(
        image_shape,
        network["latent_dim"],
        encoder_widths=network["encoder_widths"],
        decoder_widths=network["decoder_widths"],
        **({"channels": network["channels"]} if "channels" in network else {}),
        **network["settings"],
    )
    model.loss_name = network.get("loss", model.loss_name)
    return model


def save_weights(weights: dict[str, Tensor], path: str | Path, **about: Any) -> None:
    """Writes parameters and buffers as safetensors, which can't contain code.

    `about` is the metadata from `aepipe.models.weights.of_network`; none for a network without a configuration entry.
    """
    save_file(weights, path, metadata=files.metadata(about))


def load_weights(model: nn.Module, path: str | Path, *, part: bool = False) -> None:
    """Reads weights into a network; with `part`, the file may lack some of them, which then stay unchanged.

    Raises:
        DamagedFileError: the file is damaged or not a safetensors file.
        AepipeError: the file is of another network, or lacks weights.
    """
    try:
        names = model.load_state_dict(load_file(path), strict=False)
    except SafetensorError as error:
        raise DamagedFileError(f"{path} is damaged or not a file of weights: {error}") from error
    except RuntimeError as error:
        raise AepipeError(f"{path} is of another network: {error}") from error
    if names.unexpected_keys:
        raise AepipeError(f"{path} is of another network: it has {', '.join(names.unexpected_keys)}.")
    if names.missing_keys and not part:
        raise AepipeError(f"{path} is incomplete: it lacks {', '.join(names.missing_keys)}.")


def load(path: str | Path) -> Autoencoder:
    """The trained autoencoder of a file of weights, whose metadata describe its network; in evaluation mode.

    Raises:
        AepipeError: the file does not describe a network, or one that can't be built.
        DamagedFileError: the file is damaged or not a safetensors file.
    """
    about = files.about(path)
    if not {"network", "image_shape", "padding"} <= about.keys():
        raise AepipeError(
            f"{path} has no metadata about its network: it is a part of one, or from an earlier version of aepipe. "
            f"To recompute it: snakemake --cores 1 {path} --forcerun {path}"
        )
    try:
        model = build(about["network"], tuple(about["image_shape"]))
    except (ImportError, AttributeError, TypeError) as error:
        raise AepipeError(
            f"{path}: its class {about['network']['class']} can't be built: {error}. "
            "Your own class must be importable: run Python in its folder, or set PYTHONPATH."
        ) from error
    load_weights(model, path)
    return model.eval()
