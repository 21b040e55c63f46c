"""What a job trains: the network and training of the configuration, or those that tuning has selected."""

import json
from pathlib import Path
from typing import Any


def network_and_training(params: Any, settings: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """`network` and `training` of a rule's `params`, or of a file of settings that tuning has selected."""
    if not settings:
        return params.network, dict(params.training)
    found = json.loads(Path(settings).read_text(encoding="utf-8"))
    return found["network"], found["training"]
