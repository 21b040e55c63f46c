"""Masks of anomalies in the test images of a folder, as in MVTec AD: ground_truth/<class>/<name>_mask.png."""

from collections.abc import Sequence
from pathlib import Path, PurePath

import numpy as np
from PIL import Image

from aepipe.data.folders import GROUND_TRUTH, File, listing
from aepipe.data.paths import expanded, first
from aepipe.data.pictures import opened, unreadable, why
from aepipe.errors import DataError, printable

#: The brightest pixel of a mask from which its pixels are grey levels, and below which they are kinds of anomalies.
FEW_KINDS = 128


def paths(folder: str, labelled: bool = True) -> list[Path | None] | None:
    """The mask of each test image, None for an image without one; None for a folder without `ground_truth`."""
    found = listing(folder, labelled).masks
    return None if found is None else [None if mask is None else expanded(folder) / mask.path for mask in found]


def read(
    folder: str, shape: Sequence[int], resize: bool, labelled: bool = True, normal: str | None = None
) -> np.ndarray | None:
    """Where test images show an anomaly: bool (N, H, W), False everywhere for images without a mask.

    Args:
        folder: as for `folders.listing`.
        shape: (H, W) of the test images.
        resize: whether masks are resized to that, to the nearest pixel, as the images have been.
        labelled: as for `folders.listing`.
        normal: the class of normal images, if that is known.

    Returns:
        The masks in the order of the test images, or None for a folder without `ground_truth`.

    Raises:
        DataError: masks can't be read or have another size; a class has masks, but not for all of its images; or an
            anomaly has no mask or a black one, or a normal image one that is not black.
    """
    places, found = paths(folder, labelled), listing(folder, labelled)
    if places is None:
        return None
    assert found.test is not None  # masks are those of test images
    check_complete(folder, found.test, places, normal)
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
    if normal is not None:
        check_content(folder, found.test, masks, normal)
    return masks


def check_complete(folder: str, images: Sequence[File], places: Sequence[Path | None], normal: str | None) -> None:
    """Refuses a class of which some images have a mask, and others have none, and anomalies without a mask."""
    parents = [PurePath(image.path).parts[1] for image in images]
    masked = {parent for parent, place in zip(parents, places, strict=True) if place is not None}
    if missing := [
        image.path
        for image, parent, place in zip(images, parents, places, strict=True)
        if place is None and (parent in masked or normal not in (None, image.label))
    ]:
        raise DataError(
            f"{len(missing)} test images of {printable(folder)} have no mask, but others have: {first(missing)}; add "
            f"{GROUND_TRUTH}/<class>/<name>_mask.png"
        )


def check_content(folder: str, images: Sequence[File], masks: np.ndarray, normal: str) -> None:
    """Refuses black masks of anomalies, and masks of normal images that are not black."""
    marked = [bool(mask.any()) for mask in masks]
    black = [image.path for image, any_ in zip(images, marked, strict=True) if image.label != normal and not any_]
    white = [image.path for image, any_ in zip(images, marked, strict=True) if image.label == normal and any_]
    for text, found in (("anomalies are black", black), ("normal images are not black", white)):
        if found:
            raise DataError(
                f"The masks of {len(found)} {text} in {printable(folder)}: {first(found)}; a mask is white where its "
                "image shows an anomaly; replace them"
            )


def mask_of(image: Image.Image, size: tuple[int, int], resize: bool) -> np.ndarray:
    """A mask (H, W), True where the image is white.

    In grey levels, as smoothing and JPEG leave them, that is above half of the brightest; of small numbers, as those of
    kinds of anomalies, all but 0. Where transparency alone differs between pixels, it is the mask.

    Raises:
        ValueError: it has another size, and is not to be resized.
    """
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA")
    if image.size != size[::-1]:
        if not resize:
            found = f"{image.size[1]} x {image.size[0]}"
            raise ValueError(
                f"{found} pixels; allowed: those of the images, {size[0]} x {size[1]}, or any with `size` in `source`"
            )
        image = image.resize(size[::-1], Image.Resampling.NEAREST)
    pixels = np.asarray(image)
    if image.mode in ("LA", "RGBA"):
        colours, alpha = pixels[..., :-1], pixels[..., -1]
        pixels = alpha if np.ptp(alpha) and not np.ptp(colours[alpha > 0], axis=0).any() else colours
    if pixels.ndim == 3:
        pixels = pixels.max(axis=2)
    brightest = int(pixels.max())
    return np.greater(pixels, brightest / 2 if brightest >= FEW_KINDS else 0)
