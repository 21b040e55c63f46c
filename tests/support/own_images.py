"""Images of a user, and configurations with a data set of them."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from aepipe.config.configuration import Config
from aepipe.data import folders, own
from support.configurations import problems, shipped

WIDTHS = {"encoder_widths": [12], "decoder_widths": [12]}


def grey(count: int, height: int = 6, width: int = 5, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, height, width), np.uint8)


def coloured(count: int, height: int = 6, width: int = 5, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), np.uint8)


def forget() -> None:
    folders.listing.cache_clear()
    own.facts_of.cache_clear()


def write_images(folder: Path, images: np.ndarray) -> Path:
    """PNGs, in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{number:03}.png")
    return folder


def described(source: dict[str, Any], **block: Any) -> Config:
    """The shipped configuration with a data set of one's own."""
    config = shipped()
    config["datasets"]["mine"] = {
        "source": source,
        "representation": {"latent_dim": 4, **WIDTHS},
        "anomaly": {"latent_dim": 2, **WIDTHS},
        **block,
    }
    return config


def refused(source: dict[str, Any], **block: Any) -> str:
    return problems(described(source, **block))
