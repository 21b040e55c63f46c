"""Tuning: every autoencoder has as many trials, and a network of its own for each task with what was selected."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from snakemake.iocontainers import Wildcards
from support.configurations import changed, problems, shipped

from aepipe.config import configuration, settings, tuning
from aepipe.config.configuration import Config, completed
from aepipe.config.plan import Plan
from aepipe.config.tuning_plan import TuningPlan

SPACE = {"learning_rate": {"from": 0.001, "to": 0.1}, "width": [1, 2], "units": {"from": 2, "to": 64}}
DIGITS = SimpleNamespace(dataset="digits")


def tuned(config: Config | None = None) -> Config:
    """The shipped configuration, or another one, completed."""
    return completed(shipped() if config is None else config)


def run_of(model: str, held_out: str = "none") -> Any:
    """The wildcards of a run on digits."""
    return Wildcards(fromdict={"dataset": "digits", "model": model, "held_out": held_out, "latent_dim": "10"})


# Trials


def test_every_autoencoder_has_as_many_trials_and_the_first_is_as_configured() -> None:
    config = tuned()
    for model in config["experiment"]["autoencoders"]:
        found = configuration.trials(config, model)
        assert len(found) == config["tuning"]["trials"]
        first, *others = found.values()
        assert first == {} and all(others)


def test_every_search_space_has_learning_rate_and_width() -> None:
    config = tuned()
    for model in config["experiment"]["autoencoders"]:
        assert {"learning_rate", "width", "patience"} <= tuning.space(config, model).keys()


def test_the_same_seed_draws_the_same_values_and_another_one_draws_others() -> None:
    assert tuning.drawn(SPACE, 5, 1) == tuning.drawn(SPACE, 5, 1) != tuning.drawn(SPACE, 5, 2)


def test_more_trials_go_on_where_fewer_end() -> None:
    assert tuning.drawn(SPACE, 9, 0)[:5] == tuning.drawn(SPACE, 5, 0)


@pytest.mark.parametrize("seed", range(5))
def test_values_are_spread_evenly_over_their_range(seed: int) -> None:
    found = tuning.drawn(SPACE, 60, seed)
    shares = np.log10([own["learning_rate"] for own in found]) / 2 + 1.5  # 0 ... 1
    counts, _ = np.histogram(shares, bins=5, range=(0, 1))
    assert counts.min() >= 9  # of 12 each; drawn at random, 3 would be nothing special
    assert 24 <= sum(own["width"] == 2 for own in found) <= 36


def test_values_of_a_range_between_integers_are_integers() -> None:
    assert all(isinstance(own["units"], int) and 2 <= own["units"] <= 64 for own in tuning.drawn(SPACE, 20, 0))


def test_a_trial_has_its_values_and_the_epochs_of_trials() -> None:
    config = tuned()
    name, values = list(configuration.trials(config, "sparse").items())[1]
    network = settings.network(config, run_of(name))
    training = configuration.training_settings(config, "digits", name)
    assert network["settings"]["sparsity"] == values["sparsity"]
    assert training["learning_rate"] == values["learning_rate"]
    assert training["epochs"] == config["tuning"]["epochs"]
    widths = settings.network(config, run_of("sparse"))["encoder_widths"]
    assert network["encoder_widths"] == [max(1, round(width * values["width"])) for width in widths]


def test_layers_that_are_trained_one_by_one_share_the_epochs_of_a_trial() -> None:
    config = tuned()
    layers = len(settings.network(config, run_of("stacked"))["encoder_widths"]) + 1
    epochs = configuration.training_settings(config, "digits", "stacked_trial_0")["epochs"]
    assert (epochs - 1) * layers < config["tuning"]["epochs"] <= epochs * layers


def test_trials_have_seeds_of_their_own_and_tuned_networks_those_of_the_data_set() -> None:
    config = tuned()
    assert configuration.seeds_of(config, "digits", "vae_trial_3") == [1000]
    assert configuration.seeds_of(config, "digits", "vae_tuned_sampling") == configuration.seeds(config, "digits")


def test_completing_a_configuration_twice_changes_nothing_more() -> None:
    assert completed(tuned()) == tuned()


# What can be selected


def test_a_tuned_network_can_have_the_settings_of_each_trial_with_the_epochs_as_configured() -> None:
    config = tuned()
    found = settings.selectable(config, run_of("vae_tuned_sampling"))
    assert list(found) == list(configuration.trials(config, "vae"))
    epochs = configuration.training_settings(config, "digits", "vae")["epochs"]
    assert {own["training"]["epochs"] for own in found.values()} == {epochs}
    assert found["vae_trial_0"]["network"] == settings.network(config, run_of("vae"))


def test_a_network_tuned_for_anomalies_has_the_widths_and_the_code_of_anomaly_runs() -> None:
    config = tuned()
    found = settings.selectable(config, run_of("vae_tuned_anomaly", "1"))["vae_trial_0"]
    assert found["network"]["latent_dim"] == config["datasets"]["digits"]["anomaly"]["latent_dim"]


@pytest.mark.parametrize(
    ("evaluation", "evaluated", "metric", "lower"),
    [
        ("reconstruction", "reconstruction", "bce", True),
        ("sampling", "sampling", "frechet_features", True),
        ("classification", "classification", "cross_validated", False),  # no label besides those that are given
        ("anomaly", "reconstruction", "bce", True),  # no anomaly
    ],
)
def test_settings_are_selected_by_what_is_known(evaluation: str, evaluated: str, metric: str, lower: bool) -> None:
    found = settings.selected_by(tuned(), run_of(f"vae_tuned_{evaluation}"))
    assert found == {"evaluation": evaluated, "metric": metric, "lower": lower}


# The plan


def test_a_tuned_network_is_evaluated_in_its_own_task_alone() -> None:
    plan = TuningPlan(Plan(tuned() | {"show_failed": False}))
    paths = plan.tuned_metrics(DIGITS)
    found = {(path.split("/")[3].partition("_tuned_")[2], path.split("/")[-1]) for path in paths}
    tasks = {"reconstruction", "sampling", "interpolation", "latent_structure", "classification", "anomaly"}
    assert found == {(task, f"{task}.csv") for task in tasks}


def test_trials_are_evaluated_by_what_settings_are_selected_by() -> None:
    plan = TuningPlan(Plan(tuned() | {"show_failed": False}))
    paths = plan.selection_metrics(SimpleNamespace(dataset="digits", model="vae_tuned_anomaly"))
    assert {path.split("/")[-1] for path in paths} == {"reconstruction.csv"}
    assert all("_without-1_" in path and "/vae_trial_" in path for path in paths)
    assert len(paths) == 12


def test_the_cost_of_a_tuning_is_told() -> None:
    plan = TuningPlan(Plan(tuned() | {"show_failed": False}))
    assert plan.about("digits").startswith("digits_tuned: 240 trials and 180 trainings with the selected")


# Mistakes


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("tuning.trials", 1, "tuning.trials"),
        ("tuning.space", {"beta": [1, 2]}, "no setting of all autoencoders is called 'beta'"),
        ("tuning.space", {"epochs": [1, 2]}, "name of a setting other than epochs and latent_dim"),
        ("tuning.space", {"learning_rate": {"from": 0, "to": 1}}, "tuning.space.learning_rate.from"),
        ("tuning.space", {"width": {"from": 1, "to": 1000}}, "a factor of all widths of hidden layers"),
        ("autoencoders.sparse.space", {"sparsity": [2]}, "target mean activation of a latent unit"),
        ("autoencoders.sparse.space", {"betta": [2]}, "Sparse has no setting 'betta'"),
    ],
)
def test_a_search_space_that_can_not_be_is_refused(key: str, value: object, message: str) -> None:
    assert message in problems(changed(key, value))


@pytest.mark.parametrize("name", ["vae_trial_1", "my_tuned_network"])
def test_names_of_trials_and_tuned_networks_are_reserved(name: str) -> None:
    config = changed(f"autoencoders.{name}", {"title": "Mine", "class": "aepipe.models.vanilla.Vanilla"})
    assert "are those of tuning; choose another" in problems(config)
