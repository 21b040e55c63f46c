"""Which images are for training, validation and testing, and which carry a label."""

import hashlib

import numpy as np

from aepipe.errors import DataError

NOTHING_LEFT_OUT = -1


def split(
    labels: np.ndarray,
    copies: np.ndarray,
    test_count: int,
    *,
    validation: int,
    labelled: int,
    held_out: int | None,
    seed: int,
    normal: int | None = None,
    of_trials: bool = False,
) -> dict[str, np.ndarray]:
    """Indices of each part, int64. Validation and labelled images are drawn at random, from each class by its share.

    Parts are in random order, and the first images of each are a sample of it, with the classes in their shares. A
    copy of a test image neither trains nor validates, and a copy of a validation image does not train.

    Args:
        labels: (N,), with those of the test set last.
        copies: (N,), from `first_copies`.
        test_count: size of the test set, whose images, but not their order, are the same for every seed.
        validation: number of validation images, of all classes; those of a held-out class are then left out, since
            training may end by them.
        labelled: number of training images that carry a label for classification.
        held_out: the class without training and validation images, or None.
        seed: draws validation and labelled images, and the order of all.
        normal: the class of normal images, if all others are anomalies: these are a part of their own.
        of_trials: whether no part has a test image, nor an anomaly or an image of the held-out class, so that settings
            that are selected on this split know nothing of them. As many other images as `validation` are `test`.

    Returns:
        train, validation, test, labelled (a part of train; all of train if there are fewer), and held_out, the class
        or -1. With a class of normal images, also anomalies.

    Raises:
        DataError: no training images are left, or the labelled images are all of one class.
    """
    outside, test = outside_test(copies, test_count), np.arange(len(labels) - test_count, len(labels))
    anomalies = {}
    if normal is not None:
        anomalies["anomalies"] = np.flatnonzero(labels != normal)
        outside, test = (part[labels[part] == normal] for part in (outside, test))
    random = np.random.default_rng([seed, 1] if of_trials else seed)  # trials are of other draws
    if of_trials:
        pool, anomalies = shuffled(outside, labels, random), {}
        aside = drawn(labels[pool], validation, spare=2)
        outside, test = np.sort(pool[~aside & ~np.isin(copies[pool], copies[pool[aside]])]), pool[aside]
        test = test if held_out is None else test[labels[test] != held_out]
    pool = shuffled(outside, labels, random)
    validates = drawn(labels[pool], validation, spare=1)
    train = pool[~validates & ~np.isin(copies[pool], copies[pool[validates]])]
    validates = pool[validates]
    if held_out is not None:
        train, validates = (part[labels[part] != held_out] for part in (train, validates))
    if len(train) == 0:
        raise DataError("All images outside the test set are copies of test or validation images: none is left.")
    carry = train[drawn(labels[train], labelled)]
    if labelled and held_out is None and len(np.unique(labels[carry])) < 2:
        raise DataError(f"The {len(carry)} labelled images are all of one class. Raise `labelled`.")
    return {
        "train": train,
        "validation": validates,
        "test": shuffled(test, labels, random),
        "labelled": carry,
        "held_out": np.array(NOTHING_LEFT_OUT if held_out is None else held_out),
        **anomalies,
    }


def outside_test(copies: np.ndarray, test_count: int) -> np.ndarray:
    """The indices (n,) of all images that are neither in the test set, which comes last, nor copies of one there."""
    outside, test = np.split(copies, [len(copies) - test_count])
    return np.flatnonzero(~np.isin(outside, test))


def shuffled(indices: np.ndarray, labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The indices (n,) in random order, of which each beginning has the classes in their shares, to within one image.

    Data sets are often sorted: of MNIST's test images, the first half was written by other people than the second.
    """
    indices = random.permutation(indices)
    _, classes, sizes = np.unique(labels[indices], return_inverse=True, return_counts=True)
    return indices[np.argsort((turns(classes, sizes) + random.random(len(indices))) / sizes[classes], kind="stable")]


def turns(classes: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """How many images of its class come before each: classes (n,) and their sizes (C,) -> int (n,)."""
    turn = np.empty(len(classes), int)
    turn[np.argsort(classes, kind="stable")] = np.arange(len(classes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return turn


def drawn(classes: np.ndarray, count: int, spare: int = 0) -> np.ndarray:
    """Which images are drawn, bool (n,): the first ones of each class, by its share, and at least one of each.

    Args:
        classes: (n,), of images in random order.
        count: how many are drawn; fewer only if there are fewer. If it is below the number of classes, some have none.
        spare: how many images of each class are not drawn.
    """
    _, positions, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    most = np.maximum(sizes - spare, 0)
    shares = count * sizes / max(len(classes), 1)
    chosen = np.minimum(np.maximum(np.floor(shares).astype(int), 1 if count >= len(sizes) else 0), most)
    while chosen.sum() < min(count, most.sum()):
        chosen[np.argmax(np.where(chosen < most, shares - chosen, -np.inf))] += 1
    while chosen.sum() > count:
        chosen[np.argmax(np.where(chosen > 1, chosen - shares, -np.inf))] -= 1
    return turns(positions, sizes) < chosen[positions]


def first_copies(images: np.ndarray) -> np.ndarray:
    """The index of the first image with the same pixels, for each of (N, ...) images: int64 (N,)."""
    first: dict[bytes, int] = {}
    digests = (hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in images)
    return np.array([first.setdefault(digest, index) for index, digest in enumerate(digests)], np.int64)


def notes_on_copies(copies: np.ndarray, labels: np.ndarray, test_count: int) -> list[str]:
    """What to say of images that are in a data set more than once: nothing, or a line for each kind of problem.

    Args:
        copies: (N,), from `first_copies`, with those of the test set last.
        labels: (N,) classes.
        test_count: size of the test set.
    """
    outside, test = np.split(copies, [len(copies) - test_count])
    notes = []
    if extra := int((copies != np.arange(len(copies))).sum()):
        notes.append(f"{extra:,} of {len(copies):,} images are copies of another one, pixel by pixel.")
    if leaked := int(np.isin(outside, test).sum()):
        notes.append(f"{leaked:,} images outside the test set are copies of test images, and are left out of training.")
    if wrong := int((labels != labels[copies]).sum()):
        notes.append(f"{wrong:,} copies are of another class than their original: check the labels.")
    return notes
