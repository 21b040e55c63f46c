"""What a data set's block leaves to its images: network, training and evaluations by their size and number.

Imported by the Snakefile, so nothing here imports torch.
"""

import math
from typing import Any

#: As much of the images validates, and of the training images is labelled, but so many of each class.
VALIDATION_SHARE, LABELLED_SHARE, LABELLED_OF_A_CLASS = 0.1, 0.1, 10
#: The article's 20 latent dimensions for 32 x 32 pixels, as a share of the square root of the pixels; and their limits.
LATENT_SHARE, FEWEST_DIMENSIONS, MOST_DIMENSIONS = 0.625, 2, 64
#: Training images per latent dimension, at least.
IMAGES_PER_DIMENSION = 8
#: Each hidden layer is a third of the one before, as in the article, and the first has at most so many units.
THIRD, WIDEST = 3, 512
#: Images of at least so many pixels on the shorter side have convolutions, down to maps of at most so many.
LARGE, SMALL_MAP = 32, 12
#: Channels of the first convolution, doubled by each further one up to a limit.
FIRST_CHANNELS, MOST_CHANNELS = 32, 128
#: The article's training.
ARTICLE = {"epochs": 60, "batch_size": 256}
#: Training images up to which batches have so many images.
BATCHES = {2_000: 32, 10_000: 64, 30_000: 128, math.inf: 256}
#: Gradient steps of a training, and the fewest and the most epochs for them; it ends when validation
#: images have not been reconstructed better for so many epochs.
STEPS, FEWEST_EPOCHS, MOST_EPOCHS, PATIENCE = 20_000, 30, 300, 20
#: Training images up to which the evaluations' own networks need longer trainings than the article's.
FEW = 10_000
FOR_FEW: dict[str, dict[str, Any]] = {
    "classification": {"epochs": 200, "learning_rate": 0.01, "patience": 20},
    "feature_extractor": {"epochs": 30, "batch_size": 32, "learning_rate": 0.002},
}


def labelled(train: int, classes: int) -> int:
    """How many training images carry a label: a tenth, but 10 of each class, as far as there are so many."""
    return max(1, min(train, max(round(LABELLED_SHARE * train), LABELLED_OF_A_CLASS * classes)))


def network(shape: tuple[int, ...], train: int, given: dict[str, Any]) -> dict[str, Any]:
    """The latent dimension and layers for images (H, W) or (H, W, 3) and so many training images, unless given."""
    pixels = math.prod(shape)
    most = max(FEWEST_DIMENSIONS, min(MOST_DIMENSIONS, train // IMAGES_PER_DIMENSION))
    by_size = min(max(round(LATENT_SHARE * math.sqrt(pixels)), FEWEST_DIMENSIONS), most, pixels)
    latent_dim = given.get("latent_dim", by_size)
    if backbone(shape, given) == "conv":
        layers: dict[str, Any] = {"backbone": "conv", "channels": channels(shape)}
        widths: list[int] = []
    else:
        layers = {}
        first = min(WIDEST, max(pixels // THIRD, 2 * latent_dim))
        widths = [first, max(first // THIRD, latent_dim)]
    return {"latent_dim": latent_dim, "encoder_widths": widths, "decoder_widths": widths[::-1]} | layers | given


def backbone(shape: tuple[int, ...], given: dict[str, Any]) -> str:
    """`conv` for larger images, `mlp` for small ones and where hidden layers are given without channels."""
    if "backbone" in given:
        return given["backbone"]
    if "channels" not in given and given.keys() & {"encoder_widths", "decoder_widths"}:
        return "mlp"
    return "conv" if min(shape[:2]) >= LARGE else "mlp"


def channels(shape: tuple[int, ...]) -> list[int]:
    """Channels of convolutions, each of which halves the image's sides until the shorter one is small."""
    halvings = math.ceil(math.log2(max(min(shape[:2]) / SMALL_MAP, 2)))
    return [min(FIRST_CHANNELS * 2**layer, MOST_CHANNELS) for layer in range(halvings)]


def training(train: int) -> dict[str, int]:
    """Epochs, batch size and patience for so many training images."""
    batch_size = next(size for most, size in BATCHES.items() if train <= most)
    epochs = STEPS // math.ceil(train / batch_size)
    return {
        "epochs": min(max(epochs, FEWEST_EPOCHS), MOST_EPOCHS),
        "batch_size": batch_size,
        "patience": PATIENCE,
    }
