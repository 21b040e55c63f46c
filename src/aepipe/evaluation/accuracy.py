"""How often a classifier is right: over all images, and over the classes."""

import numpy as np
from sklearn.metrics import recall_score


def accuracy_scores(predicted: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """`accuracy`, and `balanced_accuracy`, the mean over the classes of each one's accuracy; both in [0, 1].

    Always giving the most frequent class has the balanced accuracy 1 / C, however frequent it is: K. Brodersen et al.,
    "The balanced accuracy and its posterior distribution", ICPR 2010.

    Args:
        predicted: (n,) classes.
        labels: (n,) true classes. One without an image counts for nothing.
    """
    of_classes = recall_score(labels, predicted, labels=np.unique(labels), average="macro")
    return {"accuracy": float((predicted == labels).mean()), "balanced_accuracy": float(of_classes)}


def of_majority(labels: np.ndarray, split: dict[str, np.ndarray]) -> dict[str, float]:
    """The `accuracy_scores` on the test images of always giving the most frequent class among the labelled images.

    Args:
        labels: (N,) of all images.
        split: indices of `labelled` and `test` images.
    """
    majority = np.bincount(labels[split["labelled"]]).argmax()
    return accuracy_scores(np.full(len(split["test"]), majority), labels[split["test"]])
