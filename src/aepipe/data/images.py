"""A data set as it was read, and how images become arrays of bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from aepipe.errors import DataError

GREY, RGB = "grey", "rgb"
#: Pillow's modes of images without colour; a palette may hold colours.
GREY_MODES = {"1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N"}
SIXTEEN_BITS = {"I", "I;16", "I;16B", "I;16L", "I;16N"}
TRANSPARENT_MODES = {"LA", "La", "PA", "RGBA", "RGBa"}
#: The EXIF tag of an image's orientation, and its values that exchange height and width.
ORIENTATION, ON_ITS_SIDE = 0x0112, {5, 6, 7, 8}


@dataclass(frozen=True)
class Images:
    """A data set as it was read.

    Attributes:
        images: uint8 (N, H, W), 0 black to 255 white, or (N, H, W, 3) in colour; the training images first, then the
            test images.
        labels: (N,) classes 0 ... C - 1; all 0 without labels.
        test_count: how many of the last images are the test set.
        source: where they came from, for the record.
        class_names: of a user's own data set, for the record.
        labelled: whether it has labels.
    """

    images: np.ndarray
    labels: np.ndarray
    test_count: int
    source: str
    class_names: tuple[str, ...] = ()
    labelled: bool = True


@dataclass(frozen=True)
class Form:
    """What images are made into.

    Attributes:
        size: (H, W) that they are resized to, or None to keep theirs.
        colour: `grey` or `rgb`, or None to keep theirs.
    """

    size: tuple[int, int] | None = None
    colour: str | None = None

    def shape_of(self, size: tuple[int, int], colour: str) -> tuple[int, ...]:
        """(H, W) or (H, W, 3) of what an image of that size and colour is made into."""
        own = self.size or size
        return own if (self.colour or colour) == GREY else (*own, 3)


def size_and_colour(image: Image.Image) -> tuple[tuple[int, int], str]:
    """(H, W), as a viewer would show it, and `grey` or `rgb`; from the header of a file alone."""
    width, height = image.size
    turned = image.getexif().get(ORIENTATION) in ON_ITS_SIDE
    return (width, height) if turned else (height, width), GREY if image.mode in GREY_MODES else RGB


def pixels_of(image: Image.Image, form: Form) -> np.ndarray:
    """An image as uint8 (H, W) or (H, W, 3).

    It is turned as its camera says, transparent parts become white, 16 bits are cut to 8, and it is resized with
    Lanczos' filter, which blurs what is finer than the new pixels.
    """
    colour = form.colour or size_and_colour(image)[1]
    image = ImageOps.exif_transpose(image)
    if image.mode in SIXTEEN_BITS:
        image = Image.fromarray((np.asarray(image).clip(0, 65535) // 256).astype(np.uint8))
    if image.mode in TRANSPARENT_MODES or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("L" if colour == GREY else "RGB")
    if form.size and image.size != form.size[::-1]:
        image = image.resize(form.size[::-1], Image.Resampling.LANCZOS)
    return np.asarray(image)


def bytes_of(array: np.ndarray, form: Form, name: str) -> np.ndarray:
    """Images (N, H, W), (N, H, W, 1) or (N, H, W, 3), uint8 or floats in [0, 1], as uint8 (N, H, W) or (N, H, W, 3).

    Raises:
        DataError: floats are beyond [0, 1]; names the array.
    """
    if array.dtype.kind == "f":
        low, high = (array.min(), array.max()) if array.size else (0, 0)
        if not (low >= 0 and high <= 1):
            raise DataError(f"{name} holds numbers from {low:g} to {high:g}; allowed: uint8, or floats in [0, 1].")
        array = np.rint(array * 255).astype(np.uint8)
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    colour = GREY if array.ndim == 3 else RGB
    if form.shape_of(array.shape[1:3], colour) == array.shape[1:]:
        return array
    return np.stack([pixels_of(Image.fromarray(image), form) for image in array])


def shape_problem(shape: Sequence[int], kind: str) -> str | None:
    """What is wrong with an array as a set of images, from its shape and the kind of its numbers; or None."""
    if len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] not in (1, 3)) or 0 in shape[1:]:
        return f"has the shape {tuple(shape)}; allowed: (N, H, W), (N, H, W, 1) or (N, H, W, 3)"
    if kind not in ("u1", "f"):
        return "holds other numbers than images do; allowed: uint8, or floats in [0, 1]"
    return None
