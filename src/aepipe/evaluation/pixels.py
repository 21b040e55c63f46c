"""Images as numbers in [0, 1], without a network."""

import numpy as np


def scaled(images: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Some of uint8 images (N, H, W) as float32 (n, H, W) in [0, 1]."""
    return images[indices] / np.float32(255)


def flat(images: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Some of uint8 images (N, H, W) as float32 (n, D) in [0, 1], as networks see them."""
    return scaled(images, indices).reshape(len(indices), -1)
