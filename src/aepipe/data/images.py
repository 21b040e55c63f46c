"""A data set in memory, and the conversion of images to arrays of bytes."""

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageOps

from aepipe.data.facts import Survey
from aepipe.errors import DataError

GREY, RGB = "grey", "rgb"
#: Pillow's modes of images without colour. A palette ("P") may hold colours.
GREY_MODES = {"1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N"}
SIXTEEN_BITS = {"I", "I;16", "I;16B", "I;16L", "I;16N"}
TRANSPARENT_MODES = {"LA", "La", "PA", "RGBA", "RGBa"}
#: The channels of grey pixels differ by no more than this, which is WebP's rounding.
TINT = 1
#: Floats may be above 1 by so much, as after calculations.
ROUNDING = 1e-5
#: Images without a pixel this bright are nearly black.
DARK = 64
#: The most bytes that labels may have, as they are read at every start.
MOST_LABEL_BYTES = 20_000_000
#: The EXIF tag of an image's orientation, and its values that swap height and width.
ORIENTATION, ON_ITS_SIDE = 0x0112, {5, 6, 7, 8}


@dataclass(frozen=True)
class Images:
    """A data set in memory, with the test images last."""

    images: np.ndarray  # uint8 (N, H, W), or (N, H, W, 3) in colour, from 0 (black) to 255 (white)
    labels: np.ndarray  # (N,) classes 0 ... C - 1; all 0 for a data set without labels
    test_count: int
    source: str  # where the images came from
    class_names: tuple[str, ...] = ()  # of a user's data set
    labelled: bool = True
    #: The file of each image as the source calls it, or its row there; by default, rows are counted in each part.
    files: Sequence[str] = ()
    notes: tuple[str, ...] = ()  # how parts of the source have been understood, where that is not plain


@dataclass(frozen=True)
class Form:
    """The form that images are converted to."""

    size: tuple[int, int] | None = None  # (H, W); None keeps the size
    colour: str | None = None  # `grey` or `rgb`; None keeps the colours

    def shape_of(self, size: tuple[int, int], colour: str) -> tuple[int, ...]:
        """(H, W) or (H, W, 3) of a converted image, from its original size and colour."""
        own = self.size or size
        return own if (self.colour or colour) == GREY else (*own, 3)


def size_and_colour(image: Image.Image) -> tuple[tuple[int, int], str]:
    """(H, W) after EXIF rotation, and `grey` or `rgb`. Reads only the header of the file."""
    width, height = image.size
    turned = image.getexif().get(ORIENTATION) in ON_ITS_SIDE
    return (width, height) if turned else (height, width), GREY if image.mode in GREY_MODES else RGB


def shows_grey(image: Image.Image) -> bool:
    """Whether an image has no colour, though its mode may have: files such as WebP store grey images as RGB.

    Reads the pixels if the mode has colours.
    """
    if image.mode in GREY_MODES:
        return True
    red, green, blue = opaque(image).convert("RGB").split()
    differences = (np.asarray(ImageChops.difference(red, other)) for other in (green, blue))
    return all(difference.max() <= TINT for difference in differences)


def opaque(image: Image.Image) -> Image.Image:
    """An image with white in place of transparent areas."""
    if image.mode not in TRANSPARENT_MODES and "transparency" not in image.info:
        return image
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)


def kind_of_numbers(image: Image.Image) -> str:
    """What pixels are stored as: `8 bits`, `16 bits` or `floats`."""
    return "floats" if image.mode == "F" else "16 bits" if image.mode in SIXTEEN_BITS else "8 bits"


def pixels_of(image: Image.Image, form: Form, bits: int = 16) -> np.ndarray:
    """An image as uint8 (H, W) or (H, W, 3).

    Applies the EXIF rotation, makes transparent areas white, scales floats in [0, 1] and integers of more than 8 bits,
    and resizes with the Lanczos filter, which blurs details finer than the new pixels.

    Raises:
        ValueError: floats outside [0, 1], or integers of more than `bits`.
    """
    colour = form.colour or size_and_colour(image)[1]
    image = ImageOps.exif_transpose(image)
    if image.mode == "F" or image.mode in SIXTEEN_BITS:
        values = np.asarray(image)
        most = 1 if image.mode == "F" else 2**bits - 1
        if not (values.min() >= 0 and values.max() <= most):
            divide = f" (divide by {values.max():g})" if values.min() >= 0 and np.isfinite(values.max()) else ""
            raise ValueError(f"values from {values.min():g} to {values.max():g}; allowed: 0 to {most}{divide}")
        image = Image.fromarray(np.rint(values * (255 / most)).astype(np.uint8))
    image = opaque(image).convert("L" if colour == GREY else "RGB")
    if form.size and image.size != form.size[::-1]:
        image = image.resize(form.size[::-1], Image.Resampling.LANCZOS)
    return np.asarray(image)


def bytes_of(array: np.ndarray, form: Form, name: str) -> np.ndarray:
    """Images (N, H, W), (N, H, W, 1) or (N, H, W, 3), uint8 or floats in [0, 1] -> uint8 (N, H, W) or (N, H, W, 3).

    Raises:
        DataError: floats outside [0, 1].
    """
    if array.dtype.kind == "f":
        low, high = (array.min(), array.max()) if array.size else (0, 0)
        if not (low >= 0 and high <= 1 + ROUNDING):
            raise DataError(f"{name} has values from {low:g} to {high:g}; allowed: uint8, or floats in [0, 1].")
        array = np.rint(np.minimum(array, 1) * 255).astype(np.uint8)
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    colour = GREY if array.ndim == 3 else RGB
    if form.shape_of(array.shape[1:3], colour) == array.shape[1:]:
        return array
    return np.stack([pixels_of(Image.fromarray(image), form) for image in array])


def check_varied(images: np.ndarray, name: str) -> None:
    """Refuses images (n, H, W) or (n, H, W, 3) without anything to learn.

    Raises:
        DataError: all of them are equal, or each is of a single colour.
    """
    if (images.min(axis=0) == images.max(axis=0)).all():
        raise DataError(f"all {len(images)} {name} are equal; replace them")
    if (images.min(axis=(1, 2)) == images.max(axis=(1, 2))).all():
        raise DataError(f"each of the {len(images)} {name} has the same colour in all pixels; replace them")


def notes_on_brightness(images: np.ndarray) -> list[str]:
    """What to say of images, uint8 (N, ...), that are all nearly black, as are bytes that hold smaller numbers."""
    if (brightest := int(images.max())) >= DARK:
        return []
    return [
        f"The brightest pixel of all images is {brightest} of 255, which is nearly black: if {brightest} is white in "
        f"them, multiply their pixels by {255 / brightest:.3g}."
    ]


def check_labels(name: str, shape: tuple[int, ...], dtype: np.dtype) -> None:
    """Refuses an array that does not contain labels, (n,) or (n, 1), by its header.

    Raises:
        DataError: it has another shape or type, or is too large.
    """
    advice = "or set `labels: false` to ignore labels"
    if dtype.kind not in "iubU" or len(shape) not in (1, 2) or shape[1:] not in ((), (1,)):
        one_each = shape[1:] in ((), (1,))
        casts = {"f": "if all are whole numbers, save labels.astype(int), ", "S": "save labels.astype(str), "}
        cast = casts.get(dtype.kind, "") if one_each else ""
        if len(shape) == 2 and not one_each:
            cast = "if a row marks its class by its largest number, save labels.argmax(axis=1), "
        raise DataError(
            f"{name} has type {dtype.name} and shape {shape}; allowed: one integer or text per image; {cast}{advice}"
        )
    if (size := shape[0] * dtype.itemsize) > MOST_LABEL_BYTES:
        smaller = "shorter names" if dtype.kind == "U" else "smaller numbers"
        raise DataError(f"{name} has {size:,} bytes; allowed: {MOST_LABEL_BYTES:,}; use {smaller}, {advice}")


def joined(labels: Sequence[np.ndarray]) -> np.ndarray:
    """The labels (n,) of several arrays as one array; DataError if only some are text, or it contains no text."""
    kinds = {array.dtype.kind for array in labels}
    if ("U" in kinds and len(kinds) > 1) or np.result_type(*labels).kind == "f":
        raise DataError(
            f"the labels are of several types: {', '.join(array.dtype.name for array in labels)}; use one type for all"
        )
    found = np.concatenate(labels)
    if found.dtype.kind == "U" and found.itemsize:
        codes = found.astype(found.dtype.newbyteorder("=")).view(np.uint32)
        if codes.max(initial=0) > sys.maxunicode:
            raise DataError("the labels are damaged: they contain characters that don't exist")
    return found


Headers = Mapping[str, tuple[tuple[int, ...], np.dtype]]  # name of an array -> its shape and type


def bytes_in(name: str, shape: tuple[int, ...], dtype: np.dtype) -> int:
    """The bytes of an array by its header; DataError if it has more dimensions than images have."""
    if len(shape) > 4:
        raise DataError(f"{name} has {len(shape)} dimensions; allowed: up to 4")
    return math.prod(shape) * dtype.itemsize


def survey_arrays(
    train: Headers, test: Headers, train_labels: np.ndarray | None = None, test_labels: np.ndarray | None = None
) -> Survey:
    """The survey of a data set of arrays, from their headers and the labels; without `test`, no separate test set.

    Raises:
        DataError: an array does not contain images, or the arrays differ in the shape of an image.
    """
    headers = {**train, **test}
    for name, (shape, dtype) in headers.items():
        if len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] not in (1, 3)) or 0 in shape[1:]:
            colours_first = len(shape) == 4 and shape[1] in (1, 3)
            advice = "; to move colours to the end, save numpy.moveaxis(images, 1, 3)" if colours_first else ""
            if len(shape) == 4 and shape[3] == 4:
                advice = "; to leave out transparency, save images[..., :3]"
            elif len(shape) == 2:
                advice = "; save images.reshape(-1, height, width)"
            raise DataError(f"{name} has shape {shape}; allowed: (N, H, W), (N, H, W, 1) or (N, H, W, 3){advice}")
        if dtype.kind != "f" and dtype != np.uint8:
            raise DataError(
                f"{name} has type {dtype.name}; allowed: uint8, or floats in [0, 1]; save images / images.max(), or "
                "images.astype('uint8') if 255 is white"
            )
    shapes = [shape for shape, _ in headers.values()]
    if len({shape[1:] for shape in shapes}) > 1:
        raise DataError(f"{', '.join(headers)} differ in image shape: {', '.join(map(str, shapes))}")
    return Survey(
        train=sum(shape[0] for shape, _ in train.values()),
        test=sum(shape[0] for shape, _ in test.values()) if test else None,
        size=(shapes[0][1], shapes[0][2]),
        colour=RGB if shapes[0][3:] == (3,) else GREY,
        train_labels=train_labels,
        test_labels=test_labels,
    )
