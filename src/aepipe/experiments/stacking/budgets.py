"""Numbers of labels, and the images that carry them."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

#: The budget of the whole training split.
ALL = "all"


def within(budgets: Iterable[int | str], count: int) -> dict[str, int]:
    """Budget, as text -> number of labels, for budgets that `count` training images can fill."""
    sizes = {str(budget): count if budget == ALL else int(budget) for budget in budgets}
    return {budget: size for budget, size in sizes.items() if size <= count}


def balanced_order(labels: np.ndarray, train: np.ndarray, seed: int) -> np.ndarray:
    """The training images in an order whose every prefix is balanced over the classes: one class after another.

    Each budget thus includes the smaller ones, balanced as far as the images allow, as the labels of D. Kingma et al.,
    "Semi-supervised learning with deep generative models", NIPS 2014, section 4.

    Args:
        labels: (N,) of all images.
        train: indices (n,) of those to order.
        seed: of the order within each class.
    """
    order = np.random.default_rng(seed).permutation(train)
    classes = labels[order]
    turn = pd.Series(classes).groupby(classes).cumcount()
    return order[np.argsort(turn.to_numpy(), kind="stable")]
