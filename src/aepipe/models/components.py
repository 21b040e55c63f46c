"""How principal components are found: exactly, as far as that can be done in seconds."""

from typing import Any

#: Pixels up to which their covariance matrix is decomposed, in seconds on one core, and images up to which theirs is.
PIXELS, IMAGES = 2000, 1000
#: Components that the random projection finds well are fewer than this share of all.
FEW = 0.5


def solver(shape: tuple[int, ...], components: int) -> dict[str, Any]:
    """The settings of scikit-learn's PCA for images of the shape (n, D): its solver, and the seed of a random one.

    The covariance of the pixels where there are more images than pixels and not many of these, else the singular
    values of the images themselves; of many large images and few components those of a random projection (N. Halko,
    P. Martinsson and J. Tropp, "Finding structure with randomness", SIAM Review 53, 2011), whose error is far below
    the pixels' noise.
    """
    images, pixels = shape
    if pixels <= PIXELS and pixels <= images:
        return {"svd_solver": "covariance_eigh"}
    if min(images, pixels) <= IMAGES or components >= FEW * min(images, pixels):
        return {"svd_solver": "full"}
    return {"svd_solver": "randomized", "random_state": 0}
