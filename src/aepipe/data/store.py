"""A data set on disk: one array of images that parallel jobs share, its labels, and where they came from."""

import json
from pathlib import Path

import numpy as np

from aepipe.data.arrays import save_array
from aepipe.data.images import Images
from aepipe.errors import DataError


def store(dataset: Images, padding: int, images: Path, labels: Path, origin: Path) -> None:
    """Writes images, padded by `padding` black pixels on each side, labels, and their origin.

    The last (JSON) has `source`, `train` and `test` (how many images), `shape`, (H, W) or (H, W, 3), and `classes`;
    of a user's own data set also `class_names`.
    """
    margins = [(0, 0), (padding, padding), (padding, padding), (0, 0)]
    pixels = np.pad(dataset.images, margins[: dataset.images.ndim])
    count, *shape = pixels.shape
    if count != len(dataset.labels):
        raise DataError(f"{dataset.source}: {count} images but {len(dataset.labels)} labels.")
    save_array(images, pixels)
    save_array(labels, dataset.labels)
    facts = {
        "source": dataset.source,
        "train": count - dataset.test_count,
        "test": dataset.test_count,
        "shape": shape,
        "classes": np.unique(dataset.labels).tolist() if dataset.labelled else [],
    }
    if dataset.class_names:
        facts["class_names"] = list(dataset.class_names)
    origin.write_text(json.dumps(facts, indent=1) + "\n")
