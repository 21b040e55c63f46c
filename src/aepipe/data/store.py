"""A data set on disk: one array of images that parallel jobs share, its labels, and where they came from."""

import json
from pathlib import Path

import numpy as np

from aepipe.data.sources import Images
from aepipe.errors import DataError
from aepipe.files import save_array


def store(dataset: Images, padding: int, images: Path, labels: Path, origin: Path) -> None:
    """Writes images, padded by `padding` black pixels on each side, labels, and their origin.

    The last (JSON) has `source`, `train` and `test` (how many images), `shape` (H, W) and `classes`.
    """
    pixels = np.pad(dataset.images, [(0, 0), (padding, padding), (padding, padding)])
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
        "classes": np.unique(dataset.labels).tolist(),
    }
    origin.write_text(json.dumps(facts, indent=1) + "\n")
