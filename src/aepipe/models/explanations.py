"""Errors inside of torch, explained: where in a user's class they come from, and what is expected there."""

import re
import traceback
from pathlib import Path

import torch
from torch import nn

from aepipe.models import base

CONSTRUCTOR = "super().__init__(image_shape, latent_dim, **widths)"
TORCH = Path(torch.__file__).parent
NOT_THEIRS = [Path(base.__file__), *(Path(__file__).with_name(name) for name in ("contract.py", "build.py"))]
#: What Python or torch says -> what is expected instead.
EXPECTED = {
    r"before Module.__init__\(\) call": f"a constructor that begins with {CONSTRUCTOR}",
    r"(argument|arguments).*_widths'": f"a constructor that takes **widths and passes them on: {CONSTRUCTOR}",
    r"unexpected keyword argument 'sample'": "def bottleneck(self, h, *, sample)",
    r"input to conv": "images with channels, as x is flat: x.unflatten(1, image_shape)[:, None], or channels first",
    r"to have \d+ channels": "as many channels as the images have: 1 for image_shape (H, W), 3 for (H, W, 3)",
    r"cannot be multiplied|is invalid for input of size|unflatten|running_mean should contain": (
        "sizes that follow from image_shape, such as math.prod(image_shape)"
    ),
}


def expected(error: Exception) -> str:
    """What torch would have needed; empty where its message says that well enough, or nothing is known of it."""
    return next((advice for pattern, advice in EXPECTED.items() if re.search(pattern, str(error))), "")


def explained(error: Exception, model: nn.Module | None = None) -> str:
    """An error in a line, with the innermost line outside of torch and of the base class, and the layer that failed.

    Args:
        error: as it was caught.
        model: the autoencoder, if there is one, whose layer may have failed.
    """
    layers = {id(layer): name for name, layer in model.named_modules()} if model is not None else {}
    line, failed = "", ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        file, within = Path(frame.f_code.co_filename), frame.f_locals.get("self")
        if file not in NOT_THEIRS and not file.is_relative_to(TORCH):
            line = f"{file}, line {number}"
        if isinstance(within, nn.Module) and layers.get(id(within)) and not list(within.children()):
            failed = f"in self.{layers[id(within)]}, a {within}"
    where = ", ".join(filter(None, (failed, line)))
    return f"{type(error).__name__}: {first_line(error)}" + (f" ({where})" if where else "")


def first_line(error: Exception) -> str:
    """An error without the details that torch adds."""
    return str(error).partition("\n")[0]
