"""The images of a data set: how many there are, of which classes, and what they look like."""

from dataclasses import dataclass

import numpy as np

from aepipe.reporting.page import pictures
from aepipe.reporting.page.results import Results

EXAMPLES = 8  # images of a class
SHOWN = 12  # classes that are shown at once
#: Parts of the images, as `aepipe.data.splits.split` names them -> headings; none for those that a data set lacks.
PARTS = {
    "train": "Training",
    "labelled": "of these with a label",
    "validation": "Validation",
    "test": "Test",
    "anomalies": "Anomalies, for tests",
}


@dataclass(frozen=True)
class ClassOfImages:
    """A class, or all images where there are no classes."""

    name: str
    parts: dict[str, int]  # heading -> images
    examples: pictures.Sprite | None  # as they were read


def classes(results: Results) -> list[ClassOfImages]:
    """Every class with its first images, in the order of the labels."""
    count = len(results.images)
    labels = results.classes if results.class_names else np.zeros(count, int)
    found = []
    split = {part: labels[results.split[part]] for part in PARTS if len(results.split.get(part, ()))}
    for label, name in enumerate(results.class_names or ["all images"]):
        own = np.flatnonzero(labels == label)
        examples = pictures.sheet(results.images[own[:EXAMPLES]], EXAMPLES, gap=1, as_read=True) if len(own) else None
        parts = {PARTS[part]: int((those == label).sum()) for part, those in split.items()}
        found.append(ClassOfImages(name, parts, examples))
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
