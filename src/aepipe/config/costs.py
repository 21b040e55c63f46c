"""About how long trainings take, before any of them starts.

Imported by the Snakefile, so nothing here imports torch.
"""

import math
from collections.abc import Iterable

from aepipe.config import configuration, memory
from aepipe.config.configuration import Config, Run

#: Floating-point operations for a weight and an image: two each in the product, and for both of its gradients.
OF_A_WEIGHT = 6
#: Operations per second of a core, and seconds of a step besides products: as measured in docs/speed.md, rounded.
SPEED, OF_A_STEP = 1e11, 1e-3


def core_seconds(config: Config, runs: Iterable[Run]) -> float:
    """The seconds of one core that trainings take, to within a factor of two or so; convolutions take longer."""
    return sum(of_training(config, run) for run in runs)


def of_training(config: Config, run: Run) -> float:
    """The same of one training, with all of its epochs; layers trained one by one have a part of the weights each."""
    training = configuration.training_settings(config, run.dataset, run.model)
    images = configuration.train_count(config, run.dataset)
    epochs = training["epochs"]
    count = memory.weights(config, run.dataset, run.model, run.role)
    steps = epochs * math.ceil(images / training["batch_size"])
    if "layerwise" in training:
        network = configuration.network_settings(config, run.dataset, run.model, run.held_out)
        steps *= len(network["encoder_widths"]) + 1
    return epochs * images * count * OF_A_WEIGHT / SPEED + steps * OF_A_STEP
