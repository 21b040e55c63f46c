"""How often a classifier is right: over all images, and over the classes."""

import numpy as np


def accuracy_scores(predicted: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """What each image contributes to `accuracy` and to `balanced_accuracy`, both (n,); the means are in [0, 1].

    Balanced accuracy is the mean over the classes of each one's accuracy. Always giving the most frequent class has 1 /
    C of it, however frequent that is: K. Brodersen et al., "The balanced accuracy and its posterior distribution", ICPR
    2010.

    Args:
        predicted: (n,) classes.
        labels: (n,) true classes. One without an image counts for nothing.
    """
    classes, of_image, counts = np.unique(labels, return_inverse=True, return_counts=True)
    right = (predicted == labels).astype(float)
    return {"accuracy": right, "balanced_accuracy": right * len(labels) / (len(classes) * counts[of_image])}


def of_majority(labels: np.ndarray, split: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The `accuracy_scores` on the test images of always giving the most frequent class among the labelled images.

    Args:
        labels: (N,) of all images.
        split: indices of `labelled` and `test` images.
    """
    majority = np.bincount(labels[split["labelled"]]).argmax()
    return accuracy_scores(np.full(len(split["test"]), majority), labels[split["test"]])
