"""Settings of the experiment's jobs, by their wildcards; each function takes the completed configuration.

Imported by the Snakefile, so nothing here imports torch.
"""

from typing import Any

from aepipe.config import configuration
from aepipe.config.configuration import Config, Run
from aepipe.config.paths import RUN, SCHEME
from aepipe.errors import ConfigurationError
from aepipe.experiments.stacking import budgets, schemes


def experiment(config: Config, dataset: str) -> dict[str, Any]:
    """The settings of the experiment for a data set."""
    return {**config["stacking"], **config["datasets"][dataset].get("stacking", {})}


def entry(config: Config, dataset: str, scheme: str) -> str:
    """The autoencoder of the bake-off that has trained a scheme; that of `joint` defines the network of all."""
    return experiment(config, dataset)["entries"][scheme]


def network(config: Config, wildcards: Any) -> dict[str, Any]:
    """The settings of the network, the same for all schemes."""
    return joint_network(config, wildcards.dataset)


def joint_network(config: Config, dataset: str) -> dict[str, Any]:
    """The settings of the network of `joint`; ConfigurationError if it has convolutions, which no layer pair has."""
    joint = entry(config, dataset, schemes.JOINT)
    found = configuration.network_settings(config, dataset, joint, "none")
    if "channels" in found:
        raise ConfigurationError(
            f"{dataset}_stacking: {joint} has convolutions, and training layer by layer takes fully connected layers; "
            f"name another autoencoder in stacking.entries.joint, or give {joint} network: {{backbone: mlp}}"
        )
    return found


def given_training(config: Config, dataset: str, scheme: str = schemes.JOINT) -> dict[str, Any]:
    """Training settings of a scheme that a bake-off has trained."""
    return configuration.training_settings(config, dataset, entry(config, dataset, scheme))


def costs(config: Config, wildcards: Any) -> dict[str, schemes.Cost]:
    """Epochs and floating-point operations of all schemes."""
    dataset, known = wildcards.dataset, network(config, wildcards)
    widths = [configuration.pixels(config, dataset), *known["encoder_widths"], known["latent_dim"]]
    epochs = {scheme: given_training(config, dataset, scheme)["epochs"] for scheme in schemes.GIVEN}
    return schemes.costs(widths, epochs.pop(schemes.JOINT), epochs, experiment(config, dataset)["finetune_epochs"])


def training(config: Config, wildcards: Any) -> dict[str, Any]:
    """Training settings of any other scheme: those of `joint`, with its own number of epochs."""
    every, base = costs(config, wildcards), schemes.base_of(wildcards.scheme)
    before = every[base].epochs if base != wildcards.scheme else 0
    return {**given_training(config, wildcards.dataset), "epochs": every[wildcards.scheme].epochs - before}


def cost(config: Config, wildcards: Any) -> dict[str, int]:
    """Epochs and floating-point operations of a scheme's training without labels, on all training images."""
    own = costs(config, wildcards)[wildcards.scheme]
    return {"epochs": own.epochs, "flops": own.flops * configuration.train_count(config, wildcards.dataset)}


def fine_tuning(config: Config, wildcards: Any) -> dict[str, Any]:
    """Settings of supervised fine-tuning."""
    return {key: experiment(config, wildcards.dataset)[key] for key in ("batch_size", "learning_rate", "steps")}


def asked(config: Config, wildcards: Any) -> list[int | str]:
    """The configured numbers of labels."""
    return experiment(config, wildcards.dataset)["budgets"]


def label_counts(config: Config, wildcards: Any) -> list[tuple[str, int]]:
    """Name and size of each budget that the training images can fill."""
    train = configuration.train_count(config, wildcards.dataset)
    return list(budgets.within(asked(config, wildcards), train).items())


def runs(config: Config, dataset: str) -> list[Run]:
    """All schemes and seeds, as in the metrics."""
    seeds = experiment(config, dataset).get("seeds", configuration.seeds(config, dataset))
    latent_dim = joint_network(config, dataset)["latent_dim"]
    return [
        Run(dataset, scheme, latent_dim, "none", seed)
        for scheme in (*schemes.SCHEMES, schemes.SCRATCH)
        for seed in configuration.listed(seeds)
    ]


def weights(config: Config, wildcards: Any) -> str | list[str]:
    """The final weights of a scheme; none for training from scratch."""
    if wildcards.scheme == schemes.SCRATCH:
        return []
    return weights_of(config, wildcards.dataset, wildcards.scheme, wildcards.seed)


def start(config: Config, wildcards: Any) -> str | list[str]:
    """The initial weights of a scheme; none where they are random."""
    base = schemes.base_of(wildcards.scheme)
    return [] if base == wildcards.scheme else weights_of(config, wildcards.dataset, base, wildcards.seed)


def weights_of(config: Config, dataset: str, scheme: str, seed: str) -> str:
    """The weights of a scheme: its own, or those of the bake-off's run that has trained it."""
    if scheme not in schemes.GIVEN:
        return f"{SCHEME}/weights.safetensors".format(dataset=dataset, scheme=scheme, seed=seed)
    model = entry(config, dataset, scheme)
    latent_dim = configuration.network_settings(config, dataset, model, "none")["latent_dim"]
    run = {"dataset": dataset, "model": model, "latent_dim": latent_dim, "held_out": "none", "seed": seed}
    return f"{RUN}/weights.safetensors".format(**run)
