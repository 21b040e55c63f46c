"""Masks of anomalies in the test images of a folder, as in MVTec AD: ground_truth/<class>/<name>_mask.png."""

from collections.abc import Sequence
from pathlib import Path, PurePath

import numpy as np
from PIL import Image

from aepipe.data.folders import GROUND_TRUTH, File, listing
from aepipe.data.paths import expanded, first
from aepipe.data.pictures import opened, unreadable, why
from aepipe.errors import DataError, printable


def paths(folder: str, labelled: bool = True) -> list[Path | None] | None:
    """The mask of each test image, None for an image without one; None for a folder without `ground_truth`."""
    found = listing(folder, labelled).masks
    return None if found is None else [None if mask is None else expanded(folder) / mask.path for mask in found]


def read(folder: str, shape: Sequence[int], resize: bool, labelled: bool = True) -> np.ndarray | None:
    """Where test images show an anomaly: bool (N, H, W), False everywhere for images without a mask.

    Args:
        folder: as for `folders.listing`.
        shape: (H, W) of the test images.
        resize: whether masks are resized to that, to the nearest pixel, as the images have been.
        labelled: as for `folders.listing`.

    Returns:
        The masks in the order of the test images, or None for a folder without `ground_truth`.

    Raises:
        DataError: masks can't be read or have another size, or a class has masks, but not for all of its images.
    """
    places, found = paths(folder, labelled), listing(folder, labelled)
    if places is None:
        return None
    assert found.test is not None  # masks are those of test images
    check_complete(folder, found.test, places)
    masks = np.zeros((len(places), *shape[:2]), bool)
    problems = []
    for mask, path in zip(masks, places, strict=True):
        if path is None:
            continue
        try:
            with opened(path) as image:
                mask[:] = mask_of(image, (shape[0], shape[1]), resize)
        except Exception as error:  # see `opened`
            problems.append(f"{printable(path)}: {why(error)}")
    if problems:
        raise DataError(unreadable(problems, len(places), "masks"))
    return masks


def check_complete(folder: str, images: Sequence[File], places: Sequence[Path | None]) -> None:
    """Refuses a class of which some images have a mask, and others have none."""
    parents = [PurePath(image.path).parts[1] for image in images]
    masked = {parent for parent, place in zip(parents, places, strict=True) if place is not None}
    if missing := [
        image.path
        for image, parent, place in zip(images, parents, places, strict=True)
        if place is None and parent in masked
    ]:
        raise DataError(
            f"{len(missing)} test images of {printable(folder)} have no mask, but others of their class have: "
            f"{first(missing)}; add {GROUND_TRUTH}/<class>/<name>_mask.png"
        )


def mask_of(image: Image.Image, size: tuple[int, int], resize: bool) -> np.ndarray:
    """A mask (H, W), True where the image is not black, or, since JPEG blurs, where a JPEG is rather white than black.

    Raises:
        ValueError: it has another size, and is not to be resized.
    """
    black = 127 if image.format == "JPEG" else 0
    if image.mode in ("P", "LA", "PA", "RGBA"):
        image = image.convert("RGB")
    if image.size != size[::-1]:
        if not resize:
            found = f"{image.size[1]} x {image.size[0]}"
            raise ValueError(f"{found} pixels; allowed: those of the images, {size[0]} x {size[1]}")
        image = image.resize(size[::-1], Image.Resampling.NEAREST)
    pixels = np.greater(np.asarray(image), black)
    return pixels if pixels.ndim == 2 else pixels.any(axis=2)
