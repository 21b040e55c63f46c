"""Image files, and images in the bytes of such files, as arrays of one shape."""

import io
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from aepipe.data.images import GREY, RGB, Form, kind_of_numbers, pixels_of, shows_grey, size_and_colour
from aepipe.data.paths import NAMED, first, reason
from aepipe.errors import DataError, printable

EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".pnm")
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")

#: The most images whose pixels say, at a start, whether all are grey: they are read only as far as none shows a colour.
LOOKED_AT = 50
#: Pixels on a side that are enough to see a colour.
COARSE = 128

Picture = Path | bytes  # an image file, or its content


@contextmanager
def opened(picture: Picture) -> Iterator[Image.Image]:
    """An image, of which only the header has been read.

    Raises:
        Exception: the file is damaged, too large or not an image. Pillow raises almost anything for damaged files.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged metadata, of images that can be read
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture, formats=FORMATS) as image:
            if image.format == "TIFF" and (pages := getattr(image, "n_frames", 1)) > 1:
                raise ValueError(f"{pages} pages; allowed: one image per file, so save each page as a file")
            yield image


def size_of(picture: Picture, name: str) -> tuple[int, int]:
    """(H, W), from the header of an image; DataError if it can't be read."""
    try:
        with opened(picture) as image:
            return size_and_colour(image)[0]
    except Exception as error:  # see `opened`
        raise DataError(f"{printable(name)} can't be read: {why(error)}; replace or remove it") from error


def colour_of(pictures: Sequence[Picture]) -> str:
    """`rgb` if some of a few images, spread evenly, shows a colour, else `grey`. Damaged ones are passed over."""
    for picture in pictures[:: math.ceil(len(pictures) / LOOKED_AT)]:
        with suppress(Exception), opened(picture) as image:  # see `opened`
            image.draft(None, (COARSE, COARSE))  # JPEG is read several times faster
            if not shows_grey(image):
                return RGB
    return GREY


def read(pictures: Sequence[Picture], names: Sequence[str], form: Form, colour: str, owner: str) -> np.ndarray:
    """The images: uint8 (n, H, W) or (n, H, W, 3).

    Args:
        pictures: the images.
        names: what messages call each of them.
        form: that they are converted to.
        colour: `grey` or `rgb`, what the images are if the form keeps their colours.
        owner: what messages call the data set.

    Raises:
        DataError: images can't be read, or differ in size, colour or kind of numbers.
    """
    arrays: list[np.ndarray] = []
    problems: list[str] = []
    sizes: dict[str, list[str]] = {}
    colours: dict[str, list[str]] = {}
    numbers: dict[str, list[str]] = {}
    bits = bits_used(pictures)
    for number, (picture, name) in enumerate(zip(pictures, names, strict=True), 1):
        try:
            with opened(picture) as image:
                arrays.append(pixels_of(image, Form(form.size, form.colour or colour), bits))
                size, stored = size_and_colour(image)
                if form.colour is None and colour == GREY and shows_grey(image):
                    stored = GREY
                numbers.setdefault(kind_of_numbers(image), []).append(name)
        except Exception as error:  # see `opened`
            problems.append(f"{printable(name)}: {why(error)}")
            continue
        sizes.setdefault(" x ".join(map(str, size)), []).append(name)
        colours.setdefault(stored, []).append(name)
        if number % 10_000 == 0:
            print(f"{number} of {len(pictures)} images read")
    if problems:
        raise DataError(unreadable(problems, len(pictures)))
    if form.size is None and len(sizes) > 1:
        raise DataError(
            f"The images of {printable(owner)} differ in size (height x width): {counted(sizes)}. To resize all of "
            "them, add `size: [height, width]` to the data set's `source`"
        )
    if form.colour is None and len(colours) > 1:
        raise DataError(
            f"Some images of {printable(owner)} are grey, others in colour: {counted(colours)}. To convert all of "
            "them, add `colour: grey` or `colour: rgb` to the data set's `source`"
        )
    if len(numbers) > 1:
        raise DataError(
            f"The images of {printable(owner)} are not stored alike: {counted(numbers)}. Convert some of them"
        )
    return np.stack(arrays)


def bits_used(pictures: Sequence[Picture]) -> int:
    """The bits that the brightest pixel takes, if the images are of 16 bits, of which cameras may use 12; else 16.

    Damaged files are passed over here.
    """
    brightest = 0
    for picture in pictures:
        with suppress(Exception), opened(picture) as image:
            if kind_of_numbers(image) != "16 bits":
                return 16
            brightest = max(brightest, int(np.asarray(image).max()))
    bits = max(brightest.bit_length(), 1)
    print(f"The images use {bits} of {16 if bits <= 16 else 32} bits.")
    return bits


def why(error: Exception) -> str:
    """The problem with an image file, without its path, which some of Pillow's messages include."""
    return "damaged or not an image" if isinstance(error, UnidentifiedImageError) else reason(error)


def unreadable(problems: list[str], total: int, what: str = "images") -> str:
    """The message about images that can't be read, with the first of them."""
    return f"{len(problems)} of {total} {what} can't be read; replace or remove them: {first(problems)}"


def counted(groups: dict[str, list[str]]) -> str:
    """The number of images of each kind, the rarest first, with the first few of each."""
    rarest = sorted(groups.items(), key=lambda group: len(group[1]))
    return "; ".join(f"{kind}: {len(names)} ({first(names)})" for kind, names in rarest[:NAMED]) + (
        "; ..." if len(rarest) > NAMED else ""
    )
