"""A data set on disk: one array of images that parallel jobs share, its labels, and a record of its origin."""

import hashlib
import json

import numpy as np

from aepipe.data.sources import Images
from aepipe.errors import DataError
from aepipe.files import save_array, whole


def store(dataset: Images, padding: int, images: str, labels: str, record: str) -> None:
    """Writes images, padded by `padding` black pixels on each side, labels, and the record.

    The record (JSON) has `source`, `train` and `test` (how many images), `shape` (H, W), `classes` and `sha256`.
    """
    pixels = np.pad(dataset.images, [(0, 0), (padding, padding), (padding, padding)])
    count, *shape = pixels.shape
    if count != len(dataset.labels):
        raise DataError(f"{dataset.source}: {count} images but {len(dataset.labels)} labels.")
    save_array(images, pixels)
    save_array(labels, dataset.labels)
    with whole(record) as path:
        facts = {
            "source": dataset.source,
            "train": count - dataset.test_count,
            "test": dataset.test_count,
            "shape": shape,
            "classes": np.unique(dataset.labels).tolist(),
            "sha256": hashlib.sha256(pixels.tobytes() + dataset.labels.tobytes()).hexdigest(),
        }
        path.write_text(json.dumps(facts, indent=2) + "\n")
