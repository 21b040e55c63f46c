"""Real data that several tests share."""

import numpy as np
import pytest
from sklearn.datasets import load_digits


@pytest.fixture(scope="session")
def digit_images() -> np.ndarray:
    """The 1,797 handwritten digits inside scikit-learn, uint8 (N, 8, 8)."""
    return np.rint(load_digits().images * (255 / 16)).astype(np.uint8)


@pytest.fixture(scope="session")
def digit_labels() -> np.ndarray:
    """Their classes, uint8 (N,)."""
    return load_digits().target.astype(np.uint8)
