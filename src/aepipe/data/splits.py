"""Which images train, validate, test, and carry a label."""

import numpy as np

from aepipe.errors import DataError

NOTHING_LEFT_OUT = -1


def split(
    labels: np.ndarray, test_count: int, *, validation: int, labelled: int, held_out: int | None, seed: int
) -> dict[str, np.ndarray]:
    """Indices of each part, int64, drawn at random by `seed`.

    Args:
        labels: (N,), the last `test_count` are the test set.
        test_count: size of the test set, which is the same for every seed.
        validation: how many of the others validate; all classes are kept among them.
        labelled: how many of the training images carry a label for classification.
        held_out: the class that no training image has, or None.
        seed: draws validation and labelled images.

    Returns:
        train, validation, test, labelled (a part of train; all of it where a class is left out and fewer remain),
        and held_out: the class, or -1.

    Raises:
        DataError: fewer training images than labels asked for, or all of these of one class.
    """
    order = np.random.default_rng(seed).permutation(len(labels) - test_count)
    train = order[validation:]
    train = train[labels[train] != held_out] if held_out is not None else train
    if len(train) < labelled and held_out is None:
        raise DataError(f"{labelled} labelled images asked for, but only {len(train)} train.")
    if labelled and held_out is None and len(np.unique(labels[train[:labelled]])) < 2:
        raise DataError(f"With seed {seed}, the {labelled} labelled images are all of one class. Raise `labelled`.")
    return {
        "train": train,
        "validation": order[:validation],
        "test": np.arange(len(labels) - test_count, len(labels)),
        "labelled": train[:labelled],
        "held_out": np.array(NOTHING_LEFT_OUT if held_out is None else held_out),
    }
