"""How many labels there are, and which images carry them."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

#: The budget that is the whole training split.
ALL = "all"


def within(budgets: Iterable[int | str], count: int) -> dict[str, int]:
    """Budget, as text -> number of labels, of those that `count` training images can fill."""
    sizes = {str(budget): count if budget == ALL else int(budget) for budget in budgets}
    return {budget: size for budget, size in sizes.items() if size <= count}


def balanced_order(labels: np.ndarray, train: np.ndarray, seed: int) -> np.ndarray:
    """The training images in an order of which every beginning is stratified: a class after the other, in turns.

    So each budget holds the smaller ones, and as many images of one class as of another, as far as there are.
    Source: D. Kingma et al., "Semi-supervised learning with deep generative models", NIPS 2014, section 4, whose
    labelled images are as many of each class.

    Args:
        labels: (N,) of all images.
        train: indices (n,) of those to order.
        seed: of the order within each class.
    """
    order = np.random.default_rng(seed).permutation(train)
    classes = labels[order]
    turn = pd.Series(classes).groupby(classes).cumcount()
    return order[np.argsort(turn.to_numpy(), kind="stable")]
