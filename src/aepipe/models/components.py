"""The choice of a solver for principal components: exact if that takes only seconds."""

from typing import Any

#: Number of pixels, and otherwise of images, up to which an exact solution takes seconds on one core.
PIXELS, IMAGES = 2000, 1000
#: Share of all components below which a random projection finds them well.
FEW = 0.5


def solver(shape: tuple[int, ...], components: int) -> dict[str, Any]:
    """Settings of scikit-learn's PCA for images (n, D): the solver, and the seed of a random one.

    The eigenvectors of the covariance of the pixels if there are few pixels and more images; otherwise a singular value
    decomposition. For few components of many large images, it is one of a random projection, with an error far below
    the noise of the pixels: N. Halko, P. Martinsson and J. Tropp, "Finding structure with randomness", SIAM Review 53,
    2011.
    """
    images, pixels = shape
    if pixels <= PIXELS and pixels <= images:
        return {"svd_solver": "covariance_eigh"}
    if min(images, pixels) <= IMAGES or components >= FEW * min(images, pixels):
        return {"svd_solver": "full"}
    return {"svd_solver": "randomized", "random_state": 0}
