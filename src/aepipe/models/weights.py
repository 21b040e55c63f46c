"""The metadata of a file of weights, which describes its network, so that the file can be used anywhere."""

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from aepipe.errors import DamagedFileError

#: The only key of the metadata, as safetensors writes several in random order.
KEY = "aepipe"


def of_network(network: dict[str, Any], image_shape: tuple[int, ...], padding: int) -> dict[str, Any]:
    """The metadata that a network is rebuilt from; `padding` are the black pixels on each side of its images."""
    return {"network": network, "image_shape": image_shape, "padding": padding}


def metadata(about: dict[str, Any]) -> dict[str, str] | None:
    """`about`, of JSON types, in the form that safetensors takes; None if empty."""
    return {KEY: json.dumps(about, sort_keys=True)} if about else None


def about(path: str | Path) -> dict[str, Any]:
    """The metadata of a file of weights, possibly empty; DamagedFileError if it is not a whole safetensors file."""
    try:
        with safe_open(path, framework="numpy") as file:
            return json.loads((file.metadata() or {}).get(KEY, "{}"))
    except (SafetensorError, ValueError) as error:
        raise DamagedFileError(f"{path} is damaged or not a file of weights: {error}") from error
