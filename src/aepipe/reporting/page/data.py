"""The images of a data set: how many there are, of which classes, and what they look like."""

from dataclasses import dataclass

import numpy as np

from aepipe.reporting.page import pictures
from aepipe.reporting.page.results import Results

EXAMPLES = 8  # images of a class
SHOWN = 12  # classes that are shown at once


@dataclass(frozen=True)
class ClassOfImages:
    """A class, or all images where there are no classes."""

    name: str
    train: int  # images for training and validation
    test: int
    examples: pictures.Sprite | None  # as they were read


def classes(results: Results) -> list[ClassOfImages]:
    """Every class with its first images, in the order of the labels."""
    count = len(results.images)
    labels = results.classes if results.class_names else np.zeros(count, int)
    test = count - int(str(results.origin["test"]))
    found = []
    for label, name in enumerate(results.class_names or ["all images"]):
        own = np.flatnonzero(labels == label)
        examples = pictures.sheet(results.images[own[:EXAMPLES]], EXAMPLES, gap=1, as_read=True) if len(own) else None
        found.append(ClassOfImages(name, int((own < test).sum()), int((own >= test).sum()), examples))
    return found


def about(results: Results) -> str:
    """Number, size, colours and parts of the images, in a sentence."""
    height, width = results.images.shape[1:3]
    colours = "in colour" if results.images.ndim == 4 else "in grey"
    count = len(results.class_names)
    kinds = f", of {count:,} classes" if count else ", without labels"
    train, test = (int(str(results.origin[part])) for part in ("train", "test"))
    parts = f"{train:,} for training and validation, {test:,} for tests"
    return f"{len(results.images):,} images of {width} × {height} pixels {colours}{kinds}: {parts}."
