"""The detail of images that reconstructions may lose: entropy, edges and thin strokes.

Images are (n, H, W), or (n, H, W, 3) in colour, with values in [0, 1]; each colour is measured separately.
"""

import numpy as np
from scipy.ndimage import white_tophat
from scipy.special import entr

#: The structuring element: a flat square of 3 x 3 pixels in each image and colour.
SQUARE = (1, 3, 3, 1)
#: The side of the window of structural similarity: scikit-image's default, which fits into images of 8 x 8.
WINDOW = 7
#: Half of the highest frequency of an image, in cycles per pixel.
HIGH = 0.25
#: Values of pixels below this are black: a twentieth of white.
BLACK = 0.05


def entropies(images: np.ndarray) -> np.ndarray:
    """Binary entropy of each image in nats, summed over its pixels: (n, H, W) -> (n,), values >= 0.

    -sum(x log x + (1 - x) log(1 - x)), the cross-entropy of an image with itself, is a lower bound for reconstructions:
    BCE(x, x') = H(x) + KL(x || x'), T. Cover and J. Thomas, "Elements of information theory", 2006, section 2.3.
    """
    return total(entr(images) + entr(1 - images))


def gradient_energies(images: np.ndarray) -> np.ndarray:
    """Sum of squared differences between vertical and horizontal neighbours: (n, H, W) -> (n,), values >= 0.

    Blurring lowers it; noise, which no trained network here adds, would raise it.

    The gradient energy, a measure of focus: M. Subbarao, T. Choi and A. Nikzad, "Focusing techniques",
    Optical Engineering 32, 1993; compared with others by S. Pertuz, D. Puig and M. Garcia, "Analysis of focus measure
    operators for shape-from-focus", Pattern Recognition 46, 2013.
    """
    return sum((total(np.diff(images, axis=axis) ** 2) for axis in (1, 2)), np.zeros(len(images)))


def variances(images: np.ndarray) -> np.ndarray:
    """Sum of squared differences from the image's own mean: (n, H, W) -> (n,), values >= 0."""
    return total((images - images.mean(axis=(1, 2), keepdims=True)) ** 2)


def fine_power(images: np.ndarray) -> np.ndarray:
    """Share of an image's variance at high frequencies, above half of the highest one: (n, H, W) -> (n,), in [0, 1].

    The power of the discrete Fourier transform at more than 0.25 cycles per pixel, divided by that at all frequencies
    but 0; 0 for a constant image.
    """
    power = np.abs(np.fft.fft2(images, axes=(1, 2))) ** 2
    vertical, horizontal = (np.fft.fftfreq(side) for side in images.shape[1:3])
    radius = np.hypot(vertical[:, None], horizontal)
    high, every = (total(power[:, mask]) for mask in (radius > HIGH, radius > 0))
    return np.divide(high, every, out=np.zeros(len(images)), where=every > 0)


def similarities(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Structural similarity (SSIM) of each image and its reconstruction: (n, H, W), (n, H, W) -> (n,), in [-1, 1].

    1 if they are equal; the mean over windows of 7 x 7 pixels, and over colours. NaN if images are smaller than that.

    Z. Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE Transactions on
    Image Processing 13, 2004, equation 13, by scikit-image with its defaults.
    """
    if too_small(images):
        return np.full(len(images), np.nan)
    from skimage.metrics import structural_similarity  # takes memory that other jobs don't need

    settings = {"win_size": WINDOW, "data_range": 1.0, "channel_axis": 2 if images.ndim == 4 else None}
    return np.array([structural_similarity(*pair, **settings) for pair in zip(images, reconstructions, strict=True)])


def too_small(images: np.ndarray) -> bool:
    """Whether the window of structural similarity is larger than the images (n, H, W)."""
    return min(images.shape[1:3]) < WINDOW


def thin_strokes(images: np.ndarray) -> np.ndarray:
    """How much of each pixel belongs to a thin stroke: (n, H, W) -> (n, H, W), values in [0, 1].

    The white top-hat: what an opening, here by 3 x 3 pixels, removes.
    Source: P. Soille, "Morphological image analysis", 2003, section 4.5; first in F. Meyer, "Contrast feature
    extraction", 1977.
    """
    return white_tophat(images, size=SQUARE[: images.ndim])


def ink(images: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """sum(w x) of each image: (n, H, W), (n, H, W) -> (n,)."""
    return total(images * weights)


def borders(images: np.ndarray) -> np.ndarray:
    """The median of each image's outermost pixels: (n, H, W) or (n, H, W, 3) -> (n,)."""
    edges = [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]]
    return np.median(np.concatenate([edge.reshape(len(images), -1) for edge in edges], axis=1), axis=1)


def is_ink(borders: np.ndarray) -> bool:
    """Whether most images, by their borders (n,), are light strokes on black, as those of MNIST: ink is light there.

    In a photograph or on white paper, a thin light line is no stroke of a pen.
    """
    return bool(np.median(borders) < BLACK)


def total(values: np.ndarray) -> np.ndarray:
    """Sum over the pixels of each image: (n, ...) -> (n,)."""
    return values.sum(axis=tuple(range(1, values.ndim)), dtype=float)


def of_originals(images: np.ndarray, strokes: np.ndarray) -> dict[str, np.ndarray]:
    """`borders`, `entropies`, `original_energies`, `original_variances`, `original_fine_power`, `original_ink` and
    `original_thin_ink`, (n,) each.

    `strokes` are the thin strokes of the images. The borders of images in colour, which have no ink, are white: 1.
    """
    return {
        "borders": borders(images) if images.ndim == 3 else np.ones(len(images)),
        "entropies": entropies(images),
        "original_energies": gradient_energies(images),
        "original_variances": variances(images),
        "original_fine_power": fine_power(images),
        "original_ink": total(images),
        "original_thin_ink": ink(images, strokes),
    }


def perfect_copies(images: np.ndarray) -> dict[str, np.ndarray]:
    """The measures of `network.reconstruct` for reconstructions that equal their originals."""
    originals = of_originals(images, thin_strokes(images))
    return {
        **originals,
        "errors": originals["entropies"],
        "squares": np.zeros(len(images)),
        "similarities": np.full(len(images), np.nan if too_small(images) else 1.0),
        "differences": np.zeros(len(images)),
        "energies": originals["original_energies"],
        "variances": originals["original_variances"],
        "fine_power": originals["original_fine_power"],
        "thin_ink": originals["original_thin_ink"],
    }
