"""PNG sprites inside the page: many images in one picture."""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

SIDE = 64  # pixels of an image's side on the page; larger images are reduced
PIECE = 8  # images of a row that stay together when a narrow page wraps it


@dataclass(frozen=True)
class Sprite:
    """A grid of images as a PNG data URI."""

    uri: str
    count: int
    columns: int
    rows: int
    width: int  # of an image, in pixels
    height: int


def sheet(images: np.ndarray, columns: int, gap: int = 0, *, as_read: bool = False) -> Sprite:
    """Images (n, H, W) or (n, H, W, 3), in rows of `columns`, `gap` white pixels apart; see `shown`."""
    tiles = shown(images, as_read=as_read)
    count, height, width = tiles.shape[:3]
    rows = -(-count // columns)
    grid = np.full((rows * (height + gap), columns * (width + gap), *tiles.shape[3:]), 255, np.uint8)
    for number, tile in enumerate(tiles):
        top, left = (number // columns) * (height + gap), (number % columns) * (width + gap)
        grid[top : top + height, left : left + width] = tile
    grid = grid[: len(grid) - gap, : grid.shape[1] - gap]
    return Sprite(png(grid), count, columns, rows, width, height)


def strips(images: np.ndarray, *, as_read: bool = False) -> list[Sprite]:
    """A row of images (n, ...) in pieces of eight."""
    pieces = [images[start : start + PIECE] for start in range(0, len(images), PIECE)]
    return [sheet(piece, len(piece), gap=max(1, images.shape[2] // 16), as_read=as_read) for piece in pieces]


def shown(images: np.ndarray, *, as_read: bool = False) -> np.ndarray:
    """Images as on the page: uint8, reduced if large, and grey ones black on white, or `as_read`.

    Args:
        images: (n, H, W) or (n, H, W, 3), uint8 or in [0, 1].
    """
    pixels = images if images.dtype == np.uint8 else np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)
    pixels = reduced(pixels, -(-max(pixels.shape[1:3]) // SIDE))
    return 255 - pixels if pixels.ndim == 3 and not as_read else pixels


def reduced(pixels: np.ndarray, factor: int) -> np.ndarray:
    """Means of squares of `factor` pixels; incomplete squares at the right and bottom are cropped."""
    if factor == 1:
        return pixels
    height, width = (side // factor for side in pixels.shape[1:3])
    squares = pixels[:, : height * factor, : width * factor]
    squares = squares.reshape(len(pixels), height, factor, width, factor, *pixels.shape[3:])
    return squares.mean(axis=(2, 4)).round().astype(np.uint8)


def png(pixels: np.ndarray) -> str:
    """uint8 (H, W) or (H, W, 3) as a data URI."""
    drawn = BytesIO()
    Image.fromarray(pixels).save(drawn, "PNG", optimize=True)
    return uri(drawn.getvalue())


def uri(content: bytes) -> str:
    """The content of a PNG file as a data URI; empty without content."""
    return f"data:image/png;base64,{b64encode(content).decode()}" if content else ""
