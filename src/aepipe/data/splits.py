"""Which images are for training, validation and testing, and which carry a label."""

import numpy as np

from aepipe.errors import DataError

NOTHING_LEFT_OUT = -1


def split(
    labels: np.ndarray, test_count: int, *, validation: int, labelled: int, held_out: int | None, seed: int
) -> dict[str, np.ndarray]:
    """Indices of each part, int64, drawn at random.

    Args:
        labels: (N,), with those of the test set last.
        test_count: size of the test set, which is the same for every seed.
        validation: number of validation images, of all classes.
        labelled: number of training images that carry a label for classification.
        held_out: the class without training images, or None.
        seed: draws validation and labelled images.

    Returns:
        train, validation, test, labelled (a part of train; all of train if it is smaller and a class is held out), and
        held_out, the class or -1.

    Raises:
        DataError: more labelled images requested than there are training images, or all of them are of one class.
    """
    order = np.random.default_rng(seed).permutation(len(labels) - test_count)
    train = order[validation:]
    train = train[labels[train] != held_out] if held_out is not None else train
    if len(train) < labelled and held_out is None:
        raise DataError(f"{labelled} labelled images requested, but there are only {len(train)} training images.")
    if labelled and held_out is None and len(np.unique(labels[train[:labelled]])) < 2:
        raise DataError(f"With seed {seed}, the {labelled} labelled images are all of one class. Raise `labelled`.")
    return {
        "train": train,
        "validation": order[:validation],
        "test": np.arange(len(labels) - test_count, len(labels)),
        "labelled": train[:labelled],
        "held_out": np.array(NOTHING_LEFT_OUT if held_out is None else held_out),
    }
