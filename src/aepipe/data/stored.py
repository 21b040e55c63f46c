"""A data set on disk: images, labels, where they came from, and which file each image was."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from aepipe.data.arrays import save_array
from aepipe.data.images import Images
from aepipe.data.splits import first_copies, notes_on_copies
from aepipe.errors import DataError

COLUMNS = ("index", "file", "class", "part")


def store(
    dataset: Images, padding: int, images: Path, labels: Path, copies: Path, origin: Path, files: Path
) -> list[str]:
    """Writes the images, padded with `padding` black pixels on each side, the labels, their files, and their origin.

    `origin` is JSON with `source`, `train` and `test` (numbers of images), `shape`, (H, W) or (H, W, 3), `classes`, and
    `class_names` for a user's data set. For `copies`, see `aepipe.data.splits.first_copies`; for `files`,
    `write_files`. Returns what the user should know of the data set, in sentences.
    """
    margins = [(0, 0), (padding, padding), (padding, padding), (0, 0)]
    pixels = np.pad(dataset.images, margins[: dataset.images.ndim])
    count, *shape = pixels.shape
    if count != len(dataset.labels):
        raise DataError(f"{dataset.source}: {count} images but {len(dataset.labels)} labels.")
    save_array(images, pixels)
    save_array(labels, dataset.labels)
    first = first_copies(pixels)
    save_array(copies, first)
    facts: dict[str, Any] = {
        "source": dataset.source,
        "train": count - dataset.test_count,
        "test": dataset.test_count,
        "shape": shape,
        "classes": np.unique(dataset.labels).tolist() if dataset.labelled else [],
    }
    if dataset.class_names:
        facts["class_names"] = list(dataset.class_names)
    origin.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    write_files(files, dataset)
    return [*dataset.notes, *notes_on_copies(first, dataset.labels, dataset.test_count)]


def write_files(path: Path, dataset: Images) -> None:
    """Writes which file each image was, as CSV with these columns.

    `index` (position in the array of images), `file` (its path in the source, or its row in the arrays of its part),
    `class` (the name, empty without labels), and `part`: `test`, or `train` for all other images.
    """
    count = len(dataset.images)
    train = count - dataset.test_count
    names = dataset.files or [*range(train), *range(dataset.test_count)]
    classes = (
        [""] * count
        if not dataset.labelled
        else [dataset.class_names[label] if dataset.class_names else str(label) for label in dataset.labels.tolist()]
    )
    parts = ["train"] * train + ["test"] * dataset.test_count
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(zip(range(count), names, classes, parts, strict=True))


def read_files(path: str | Path) -> list[str]:
    """The file of each image, or its row, in the order of the array of images."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return [row["file"] for row in csv.DictReader(file)]
