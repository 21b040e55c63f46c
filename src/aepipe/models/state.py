"""What of an autoencoder torch doesn't see, and so neither trains nor saves."""

import pickle
from collections.abc import Iterator
from typing import Any

from torch import nn

#: Containers whose content torch doesn't see -> those whose content it does.
CONTAINERS: dict[type, str] = {
    list: "nn.ModuleList",
    tuple: "nn.ModuleList",
    set: "nn.ModuleList",
    dict: "nn.ModuleDict",
}


def unseen_layers(model: nn.Module) -> Iterator[tuple[str, str]]:
    """Attributes that hold layers or parameters in a plain container, each with the container that they belong into."""
    for place, value in attributes(model):
        held = list(value.values() if isinstance(value, dict) else value) if type(value) in CONTAINERS else []
        registered = {id(item) for item in (*model.modules(), *model.parameters())}
        if any(isinstance(item, nn.Module | nn.Parameter) and id(item) not in registered for item in held):
            layers = any(isinstance(item, nn.Module) for item in held)
            yield place, CONTAINERS[type(value)] if layers else CONTAINERS[type(value)].replace("Module", "Parameter")


def differences(one: nn.Module, other: nn.Module) -> list[str]:
    """Attributes whose values differ between two models of one class, apart from what torch saves."""
    others = dict(attributes(other))
    return [place for place, value in attributes(one) if bytes_of(value) != bytes_of(others.get(place))]


def attributes(model: nn.Module) -> Iterator[tuple[str, Any]]:
    """The own attributes of a model and of its layers, such as `self.encoder.scale`, with their values."""
    known = nn.Module().__dict__.keys()
    for name, module in model.named_modules():
        for key, value in vars(module).items():
            if key not in known:
                yield ".".join(filter(None, ("self", name, key))), value


def bytes_of(value: Any) -> bytes:
    """A value as bytes; none for what can't be written, such as a function defined in another."""
    try:
        return pickle.dumps(value)
    except Exception:
        return b""
