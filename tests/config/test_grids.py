"""Grids: an entry that stands for many, each of which is an autoencoder like any other."""

from types import SimpleNamespace
from typing import Any

import pytest
from snakemake.iocontainers import Wildcards
from support.configurations import SCHEMA, changed, problems, shipped

from aepipe.config import configuration, grids, settings
from aepipe.config.checks import check, check_grid
from aepipe.config.configuration import Config, completed, network_settings, points, training_settings
from aepipe.config.plan import Plan
from aepipe.errors import ConfigurationError

GRID = {"beta": [0.5, 1], "latent_dim": [5, 20]}
DIGITS = SimpleNamespace(dataset="digits")


def with_grid(grid: Any = GRID, entry: str = "vae", config: Config | None = None) -> Config:
    """The shipped configuration, or another one, with a grid."""
    return changed(f"autoencoders.{entry}.grid", grid, config)


def plan(config: Config) -> Plan:
    """The plan of a configuration."""
    return Plan(completed(config | {"show_failed": False}))


# Points


def test_a_grid_has_a_point_for_each_combination_with_a_name_and_a_title_that_say_which() -> None:
    config = completed(with_grid({"beta": [0.5, 1.0, 1e-05], "latent_dim": [5]}))
    titles = {name: config["autoencoders"][name]["title"] for name in points(config)}
    assert titles == {
        "vae_beta_0p5_d_5": "VAE, β = 0.5, d = 5",
        "vae_beta_1_d_5": "VAE, β = 1, d = 5",
        "vae_beta_1em05_d_5": "VAE, β = 1e-05, d = 5",
    }
    assert points(config)["vae_beta_0p5_d_5"] == {"of": "vae", "values": {"beta": 0.5, "latent_dim": 5}}


def test_layers_and_words_are_values_too() -> None:
    named = dict(grids.points("vq", {"title": "vq", "grid": {"encoder_widths": [[48, 24], []], "loss": ["mse"]}}))
    assert list(named) == ["vq_encoder_widths_48_24_loss_mse", "vq_encoder_widths_none_loss_mse"]
    assert named["vq_encoder_widths_48_24_loss_mse"]["title"] == "vq, encoder widths = 48–24, loss = mse"


def test_the_order_of_axes_and_values_changes_no_name() -> None:
    grid: dict[str, list[float]] = {"epochs": [2], "latent_dim": [5, 20], "beta": [1, 0.5]}
    named = [name for name, _ in grids.points("vae", {"title": "VAE", "grid": grid})]
    assert named[0] == "vae_beta_1_d_5_epochs_2"
    backwards = {axis: grid[axis][::-1] for axis in reversed(grid)}
    assert {name for name, _ in grids.points("vae", {"title": "VAE", "grid": backwards})} == set(named)


@pytest.mark.parametrize(
    ("low", "high", "steps", "values"),
    [
        (0.01, 1, 5, [0.01, 0.0316, 0.1, 0.316, 1]),
        (2, 50, 4, [2, 6, 17, 50]),
        (1, 3, 9, [1, 2, 3]),  # each once
        (4.0, 1.0, 3, [4.0, 2.0, 1.0]),
    ],
)
def test_a_range_is_evenly_spaced_on_a_logarithmic_scale(
    low: float, high: float, steps: int, values: list[float]
) -> None:
    assert grids.values({"from": low, "to": high, "steps": steps}) == values


def test_completing_a_configuration_twice_changes_nothing_more() -> None:
    once = completed(with_grid())
    assert completed(once) == once


# What a point is trained with


def test_a_point_has_its_own_settings_latent_dimension_and_training_in_both_kinds_of_runs() -> None:
    grid = {"beta": [4], "latent_dim": [7], "encoder_widths": [[30]], "epochs": [3]}
    config = completed(with_grid(grid))
    (name,) = points(config)
    for held_out in ("none", "1"):
        network = network_settings(config, "digits", name, held_out)
        assert (network["settings"], network["latent_dim"], network["encoder_widths"]) == ({"beta": 4}, 7, [30])
    assert network_settings(config, "digits", name, "1", 7)["decoder_widths"] == [12, 32]  # of anomaly runs
    assert training_settings(config, "digits", name)["epochs"] == 3
    runs = [*configuration.runs(config, "digits", "representation", [name])]
    assert {run.latent_dim for run in runs} == {7}


def test_without_a_latent_dimension_in_the_grid_a_point_has_those_of_the_data_set() -> None:
    config = completed(with_grid({"beta": [4]}))
    assert [network_settings(config, "digits", "vae_beta_4", held_out)["latent_dim"] for held_out in ("none", "1")] == [
        10,
        2,
    ]


def test_what_a_data_set_has_for_an_entry_holds_for_its_points_but_the_grid_comes_first() -> None:
    own = {"training": {"epochs": 7, "batch_size": 50}, "representation": {"encoder_widths": [9]}}
    config = changed("datasets.digits.autoencoders.vae", own, with_grid({"epochs": [3]}))
    (name,) = points(done := completed(config))
    assert training_settings(done, "digits", name) == training_settings(done, "digits", "vae") | {"epochs": 3}
    assert network_settings(done, "digits", name, "none")["encoder_widths"] == [9]


def test_a_point_has_a_network_under_paper_if_its_entry_has_unless_the_grid_says_what_it_is() -> None:
    paper = plan(with_grid({"beta": [4]}))
    assert {run.model for run in paper.grid_runs("mnist")} == {"vae_beta_4", "vae_beta_4_paper"}
    assert {run.model for run in paper.grid_runs("digits")} == {"vae_beta_4"}
    assert network_settings(paper.config, "mnist", "vae_beta_4_paper", "none")["encoder_widths"] == [512, 256]
    widths = plan(with_grid({"encoder_widths": [[64]]}))
    assert {run.model for run in widths.grid_runs("mnist")} == {"vae_encoder_widths_64"}


# What is made


def test_the_bake_off_is_the_same_with_a_grid() -> None:
    plain, grid = plan(shipped()), plan(with_grid())
    assert grid.bake_off("digits") == plain.bake_off("digits")
    assert grid.metrics(DIGITS) == plain.metrics(DIGITS)
    assert grid.titles == plain.titles
    for run in plain.runs("digits"):
        wildcards = Wildcards(fromdict={name: str(value) for name, value in vars(run).items()})
        if run.model in plain.models:
            assert settings.network(grid.config, wildcards) == settings.network(plain.config, wildcards)
            assert settings.training(grid.config, wildcards) == settings.training(plain.config, wildcards)


def test_every_point_and_seed_has_all_evaluations() -> None:
    paths = plan(with_grid()).grid_metrics(DIGITS)
    found = {path.split("/metrics/")[1] for path in paths if "/vae_beta_1_d_5/d5_without-none_seed2/" in path}
    assert found == {
        f"{name}.csv"
        for name in (
            *("reconstruction", "sampling", "interpolation", "latent_structure", "rate", "classification", "training"),
        )
    }
    assert "results/digits/runs/vae_beta_0p5_d_20/d20_without-1_seed0/metrics/anomaly.csv" in paths
    of_pca = [f"results/digits/runs/pca/d{d}_without-none_seed{s}/metrics/rate.csv" for d in (5, 20) for s in range(3)]
    assert [path for path in paths if "/pca/" in path] == of_pca
    assert len(paths) == 4 * 3 * (7 + 2) + 2 * 3


def test_a_line_says_how_many_trainings_a_grid_takes() -> None:
    assert plan(with_grid()).about_grid("digits").startswith("digits_grid: 24 trainings, of 4 combinations of settings")


def test_only_runs_of_points_may_have_another_latent_dimension_than_the_data_set() -> None:
    config = completed(with_grid())
    run = {"dataset": "digits", "model": "vae_beta_1_d_5", "latent_dim": "5", "held_out": "none", "seed": "0"}
    settings.check_run(config, Wildcards(fromdict=run))
    for model in ("vae", "vae_beta_1_d_20"):
        with pytest.raises(ConfigurationError, match="with d5 is not configured"):
            settings.check_run(config, Wildcards(fromdict=run | {"model": model}))


def test_beside_a_grid_pca_is_fitted_at_each_of_its_latent_dimensions() -> None:
    config = completed(with_grid({"beta": [1], "latent_dim": [5, 20], "loss": ["bce", "mse"]}))
    run = Wildcards(fromdict={"dataset": "digits", "model": "pca", "latent_dim": "20", "held_out": "none", "seed": "0"})
    settings.check_run(config, run)
    assert settings.network(config, run)["latent_dim"] == 20
    found = settings.losses(config, run)
    assert found["pca"] == settings.loss(config, run) == "bce"
    assert sorted(found.values()) == ["bce"] * 3 + ["mse"] * 2


# What is refused before any job


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ({}, "autoencoders.vae.grid: {} should be non-empty"),
        (
            {"noise": [1]},
            "autoencoders.vae.grid: VAE has no setting 'noise'; allowed: beta, latent_dim, encoder_widths",
        ),
        ({"beta": 0.5}, "autoencoders.vae.grid.beta: 0.5 is not of type 'array' (values of a setting, a list of 1 to"),
        ({"beta": []}, "autoencoders.vae.grid.beta: [] should be non-empty"),
        ({"beta": [1, 1]}, "autoencoders.vae.grid.beta: [1, 1] has non-unique elements"),
        ({"beta": ["x"]}, "autoencoders.vae.grid.beta.0: 'x' is not of type 'number' (weight of the term added"),
        ({"beta": [-1]}, "autoencoders.vae.grid.beta.0: -1 is less than the minimum of 0"),
        ({"latent_dim": [2.5]}, "autoencoders.vae.grid.latent_dim.0: 2.5 is not of type 'integer'"),
        ({"encoder_widths": [[0]]}, "autoencoders.vae.grid.encoder_widths.0.0: 0 is less than the minimum of 1"),
        ({"epochs": [0]}, "autoencoders.vae.grid.epochs.0: 0 is less than the minimum of 1 (passes over the training"),
        ({"beta": {"from": 0, "to": 1, "steps": 3}}, "autoencoders.vae.grid.beta.from: 0 is less than or equal to the"),
        ({"beta": {"from": 1, "to": 2}}, "autoencoders.vae.grid.beta: 'steps' is a required property"),
        ({"latent_dim": {"from": 0.1, "to": 9, "steps": 3}}, "autoencoders.vae.grid.latent_dim: 0.1 is not of type"),
        (
            {"beta": [*range(100)], "latent_dim": [*range(1, 101)], "epochs": [1, 2]},
            "autoencoders.vae.grid: 20,000 combinations are too many; allowed: 1 to 10,000",
        ),
        (
            {"beta": [0.1234567, 0.1234568]},
            "autoencoders.vae.grid: vae_beta_0p123457 would be the name of one of its points, and is that of another",
        ),
        (
            {"encoder_widths": [list(range(10, 80))]},
            "would be the name of one of its points; give shorter values, or a shorter entry",
        ),
    ],
)
def test_a_grid_that_cannot_be_is_refused(grid: Any, message: str) -> None:
    assert message in problems(with_grid(grid))


def test_a_point_does_not_take_the_name_of_an_entry() -> None:
    config = changed("autoencoders.vae_beta_4", {"title": "Mine", "class": "aepipe.models.vae.VAE"})
    assert "vae_beta_4 would be the name of one of its points, and is that of an entry" in problems(
        with_grid({"beta": [4]}, config=config)
    )


def test_points_are_not_for_the_bake_off() -> None:
    message = problems(with_grid(config=changed("experiment.autoencoders", ["vae_beta_1_d_5"])))
    assert "experiment.autoencoders: unknown model 'vae_beta_1_d_5'; allowed: shallow, vanilla" in message
    assert message.count("_d_5") == 1


@pytest.mark.parametrize(
    ("entry", "grid", "message"),
    [
        ("vae", {"latent_dim": [65]}, "vae_d_65 has more latent dimensions than there are pixels; allowed: 1 to 64"),
        ("stacked", {"encoder_widths": [[9]]}, "stacked_encoder_widths_9 is trained layer by layer, so its decoder_w"),
        ("vq_spatial", {"channels": [[32]], "latent_dim": [3]}, "vq_spatial_d_3_channels_32: latent_dim 3 is no grid"),
        ("vae", {"backbone": ["conv"]}, None),
    ],
)
def test_a_grid_that_a_data_set_cannot_have_is_refused_for_its_target_alone(
    entry: str, grid: Any, message: str | None
) -> None:
    config = with_grid(grid, entry)
    check(config, SCHEMA)
    if message is None:
        return check_grid(completed(config), "digits")
    with pytest.raises(ConfigurationError, match="digits_grid can't be made:") as refusal:
        check_grid(completed(config), "digits")
    assert message in str(refusal.value)


def test_without_a_grid_its_target_says_what_is_missing() -> None:
    with pytest.raises(ConfigurationError, match=r"no autoencoder has a grid; add one to its entry, as in grid: \{"):
        check_grid(completed(shipped()), "digits")
