"""What a file of weights says about the network that they are of, so that the file can be used wherever it lies."""

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from aepipe.errors import DamagedFileError

#: The one key of the file's metadata: several would be written in an order of chance.
KEY = "aepipe"


def of_network(params: Any, image_shape: tuple[int, ...]) -> dict[str, Any]:
    """What is written with the weights of a rule's `network`, so that `aepipe.export` can build it again.

    Args:
        params: of the rule: `network` as `aepipe.models.build.build` takes it, and `padding`.
        image_shape: as `build` takes it.
    """
    return {"network": params.network, "image_shape": image_shape, "padding": params.padding}


def metadata(about: dict[str, Any]) -> dict[str, str] | None:
    """What `safetensors` takes to be written with weights: `about`, JSON types; None of nothing."""
    return {KEY: json.dumps(about, sort_keys=True)} if about else None


def about(path: str | Path) -> dict[str, Any]:
    """What was written with the weights in a file; empty where nothing was.

    Raises:
        DamagedFileError: the file is no safetensors file, or not a whole one.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            return json.loads((file.metadata() or {}).get(KEY, "{}"))
    except (SafetensorError, ValueError) as error:
        raise DamagedFileError(f"{path} holds no weights, or is damaged: {error}") from error
