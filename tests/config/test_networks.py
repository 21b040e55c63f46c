"""Backbones and losses in the configuration: what a network gets, and what is refused before any job."""

from typing import Any

import pytest
from snakemake.iocontainers import Wildcards
from support.configurations import SCHEMA, changed, problems, shipped

from aepipe.config import configuration
from aepipe.config.checks import check
from aepipe.config.configuration import Config, network_settings, training_settings
from aepipe.errors import ConfigurationError
from aepipe.experiments.stacking import settings as stacking

CONV = {"backbone": "conv", "channels": [8, 16]}
MLP = {"backbone": "mlp"}


def everywhere(**changes: Any) -> Config:
    """Digits with convolutions in both kinds of runs, for entries that can have them."""
    config = shipped()
    for role in ("representation", "anomaly"):
        config["datasets"]["digits"][role] |= CONV
    config["experiment"] |= {"autoencoders": ["shallow", "vanilla", "sparse", "vae", "vq"], **changes}
    return config


# What a network gets


def test_a_network_without_a_backbone_or_with_that_of_the_default_has_none_in_its_settings() -> None:
    keys = {"class", "settings", "latent_dim", "encoder_widths", "decoder_widths"}
    assert network_settings(shipped(), "mnist", "vanilla", "none").keys() == keys
    explicit = changed("autoencoders.vanilla.network", MLP)
    assert network_settings(explicit, "mnist", "vanilla", "none") == network_settings(
        shipped(), "mnist", "vanilla", "none"
    )


def test_an_entry_or_a_data_set_gives_the_backbone() -> None:
    entry = network_settings(changed("autoencoders.vq.network", CONV), "mnist", "vq", "1")
    assert (entry["backbone"], entry["channels"]) == ("conv", [8, 16])
    config = everywhere()
    check(config, SCHEMA)
    for model in ("vanilla", "sparse", "vae", "vq"):
        for held_out in ("none", "1"):
            assert network_settings(config, "digits", model, held_out)["channels"] == [8, 16]
        assert "channels" not in network_settings(config, "mnist", model, "none")


def test_the_most_particular_place_decides_the_backbone() -> None:
    config = everywhere()
    assert "channels" not in network_settings(config, "digits", "shallow", "none")  # its entry says mlp
    changed("autoencoders.vae.network", MLP, config)
    assert "channels" not in network_settings(config, "digits", "vae", "none")
    changed("datasets.digits.autoencoders.vae.anomaly", {**CONV, "channels": [4]}, config)
    assert "channels" not in network_settings(config, "digits", "vae", "none")
    assert network_settings(config, "digits", "vae", "1")["channels"] == [4]
    check(config, SCHEMA)


def test_baselines_in_closed_form_have_no_convolutions() -> None:
    assert "channels" not in network_settings(everywhere(), "digits", "pca", "none")


def test_the_spatial_vq_fits_every_shipped_data_set() -> None:
    check(changed("experiment.autoencoders", ["vanilla", "vq_spatial", "conv_vae", "contractive", "wae"]), SCHEMA)


# What is refused


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (
            "autoencoders.stacked.network",
            CONV,
            "datasets.mnist.representation: stacked is trained layer by layer, which takes fully connected layers; "
            "give stacked network: {backbone: mlp}",
        ),
        (
            "datasets.digits.anomaly.backbone",
            "conv",
            "datasets.digits.anomaly: vanilla has backbone: conv without channels; add those of each convolution",
        ),
        (
            "autoencoders.vae.network",
            {"channels": [4]},
            "datasets.mnist.representation: vae has channels, which only convolutions have; add backbone: conv",
        ),
        ("autoencoders.vae.network", {"backbone": "cnn"}, "network.backbone: 'cnn' is not one of ['mlp', 'conv']"),
        (
            "autoencoders.vae.network",
            {**CONV, "channels": []},
            "autoencoders.vae.network.channels: [] should be non-empty (channels of each convolution",
        ),
        (
            "autoencoders.vq",
            {"title": "vq", "class": "aepipe.models.spatial_vq.SpatialVQ", "settings": {"categories": 2, "beta": 1}},
            "datasets.mnist.representation: vq: its codes are a grid, so it needs network: {backbone: conv, channels: ",
        ),
        (
            "autoencoders.vq",
            {
                "title": "vq",
                "class": "aepipe.models.spatial_vq.SpatialVQ",
                "settings": {"categories": 2, "beta": 1},
                "network": CONV,
            },
            "datasets.mnist.representation: vq: latent_dim 20 is no grid of 8 x 8 vectors; allowed: a multiple of 64, "
            "or channels for 4 convolutions",
        ),
        (
            "autoencoders.vanilla.network",
            {"backbone": "conv", "channels": [1024, 1024], "encoder_widths": [100_000] * 99},
            "datasets.mnist.representation: 986,576 million weights of vanilla need 15,785.2 GB for training",
        ),
        ("training.loss", "mae", "training.loss: 'mae' is not one of ['bce', 'mse', 'continuous_bernoulli'] (what"),
    ],
)
def test_backbones_that_do_not_fit_are_refused(key: str, value: Any, message: str) -> None:
    assert message in problems(changed(key, value))


def test_an_entry_with_another_backbone_than_its_data_set_has_default_layers_instead_of_shared_ones() -> None:
    config = everywhere()
    for role in ("representation", "anomaly"):
        config["datasets"]["digits"][role] |= {"encoder_widths": [], "decoder_widths": []}
    changed("autoencoders.vae.network", MLP, config)
    own = network_settings(config, "digits", "vae", "none")
    assert (own["encoder_widths"], own["decoder_widths"]) == ([21, 10], [10, 21])
    assert own["latent_dim"] == network_settings(config, "digits", "vanilla", "none")["latent_dim"]
    config = changed("autoencoders.vae.network", {"backbone": "conv"})
    changed("datasets.mnist.autoencoders.vae.representation", {"encoder_widths": [512, 256]}, config)
    own = network_settings(config, "mnist", "vae", "none")
    assert (own["encoder_widths"], own["channels"]) == ([512, 256], [32, 64])  # widths that the data set gives it


def test_all_that_is_trained_layer_by_layer_is_named_where_it_has_convolutions() -> None:
    config = everywhere(autoencoders=["vanilla", "stacked", "stacked_pixels"])
    check(config, SCHEMA)
    for entry in ("stacked", "stacked_pixels"):
        changed(f"autoencoders.{entry}.network", CONV, config)
    told = problems(config).splitlines()[1:]
    digits = [line for line in told if "datasets.digits" in line]
    assert [line.split(": ")[1].split()[0] for line in digits] == ["stacked", "stacked_pixels"] * 2
    assert all("give stacked" in line for line in told)


def test_the_stacking_experiment_is_refused_where_its_network_has_convolutions() -> None:
    stacking.runs(configuration.completed(shipped()), "digits")
    config = configuration.completed(everywhere())
    problem = "digits_stacking: vanilla has convolutions, and training layer by layer takes fully connected layers; "
    for ask in (
        lambda: stacking.runs(config, "digits"),
        lambda: stacking.network(config, Wildcards(fromdict={"dataset": "digits"})),
    ):
        with pytest.raises(ConfigurationError, match=problem):
            ask()


# The loss


def test_the_default_loss_is_no_setting_wherever_it_is_written() -> None:
    before = training_settings(shipped(), "mnist", "vae")
    assert "loss" not in before
    config = changed("datasets.mnist.training", {"loss": "mse"})
    assert training_settings(config, "mnist", "vae") == before | {"loss": "mse"}
    assert training_settings(changed("autoencoders.vae.training", {"loss": "bce"}, config), "mnist", "vae") == before
    check(config, SCHEMA)


def test_a_loss_that_an_autoencoder_does_not_look_at_is_refused(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "blind.py").write_text(
        "from aepipe.models.base import Autoencoder\n"
        "class Blind(Autoencoder):\n    def losses(self, x): return {'reconstruction': self.encode(x).sum()}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    config = changed("autoencoders.vanilla.class", "blind.Blind")
    check(config, SCHEMA)
    assert "digits: vanilla has losses of its own, which training.loss mse doesn't change; call self.image_loss" in (
        problems(changed("training.loss", "mse", config))
    )
    check(changed("autoencoders.vanilla.training", {"loss": "bce"}, config), SCHEMA)
