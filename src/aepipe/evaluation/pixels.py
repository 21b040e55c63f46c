"""Images as numbers in [0, 1], without a network."""

import math

import numpy as np


def scaled(images: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Some of uint8 images (N, H, W) or (N, H, W, 3) as float32 (n, ...) in [0, 1]."""
    return images[indices] / np.float32(255)


def flat(images: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Some of uint8 images (N, H, W) or (N, H, W, 3) as float32 (n, D) in [0, 1], as networks see them."""
    return scaled(images, indices).reshape(len(indices), math.prod(images.shape[1:]))
