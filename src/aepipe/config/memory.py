"""How much memory trainings take, before any of them starts.

Imported by the Snakefile, so nothing here imports torch.
"""

import os
from collections.abc import Iterator

from aepipe.config import configuration
from aepipe.config.classes import traits
from aepipe.config.configuration import Config
from aepipe.models import maps

#: Bytes that training keeps for each weight: in float32, itself, its gradient and Adam's two moments.
OF_A_WEIGHT = 16
#: Bytes that it keeps for each pixel of a batch: in float32, about six copies, from the image to the gradient.
OF_A_PIXEL = 24
#: Bytes that a training may take without a word.
MUCH = 1_000_000_000
SMALLER = "give smaller widths or, for your own images, a smaller `size`"


def weights(config: Config, dataset: str, model: str, role: str) -> int:
    """Number of weights of an autoencoder's network, batch normalisation aside."""
    network = configuration.network_settings(config, dataset, model, "none" if role == "representation" else "any")
    grid = "channels" in network and traits(network["class"]).grid_codes  # only convolutions have one
    return maps.weights(network, configuration.image_shape(config, dataset), grid=grid)


def of_training(config: Config, dataset: str, model: str, role: str) -> int:
    """Bytes that the training of an autoencoder takes, besides the libraries."""
    batch = configuration.training_settings(config, dataset, model)["batch_size"]
    pixels = configuration.pixels(config, dataset)
    return OF_A_WEIGHT * weights(config, dataset, model, role) + OF_A_PIXEL * batch * pixels


def largest(config: Config, dataset: str, role: str, models: list[str]) -> tuple[int, str]:
    """The most bytes that one of the autoencoders takes, and a sentence on them without its end."""
    needed = {model: of_training(config, dataset, model, role) for model in models}
    model = max(needed, key=needed.__getitem__)
    return needed[model], (
        f"datasets.{dataset}.{role}: {weights(config, dataset, model, role) / 1e6:,.0f} million weights of {model} "
        f"need {needed[model] / 1e9:,.1f} GB for training (weights, gradients, Adam and a batch)"
    )


def problems(config: Config, dataset: str, role: str, models: list[str]) -> Iterator[str]:
    """Networks that this machine has no memory to train: says so of the largest."""
    needed, sentence = largest(config, dataset, role, models)
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > there:
        yield f"{sentence}, and this machine has {there / 1e9:.1f} GB; {SMALLER}"


def notes(config: Config) -> Iterator[str]:
    """A line for each kind of runs that takes much memory."""
    for dataset in config["datasets"]:
        for role in configuration.roles(config, dataset):
            needed, sentence = largest(config, dataset, role, configuration.models(config))
            if needed > MUCH:
                yield f"{sentence}, which each of its jobs asks for; to need less, {SMALLER}"
