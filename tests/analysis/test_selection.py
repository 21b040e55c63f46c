"""Which trial is selected, and what is said of the others."""

import pandas as pd
import pytest

from aepipe.analysis import tuning
from aepipe.errors import AepipeError
from aepipe.evaluation.metrics import COLUMNS

TRIALS = {f"vae_trial_{n}": {"values": {"beta": n} if n else {}, "network": {"n": n}, "training": {}} for n in range(3)}
LOWEST = {"evaluation": "reconstruction", "metric": "bce", "lower": True}


def rows(scores: dict[str, list[float]], metric: str = "bce") -> pd.DataFrame:
    """The metrics of trials, one for each seed; under `paper`, the opposite."""
    found = [
        ("digits", trial, 10, "", seed, protocol, "reconstruction", metric, sign * value)
        for trial, values in scores.items()
        for seed, value in enumerate(values)
        for protocol, sign in (("corrected", 1), ("paper", -1))
    ]
    return pd.DataFrame(found, columns=COLUMNS)


def test_the_trial_with_the_best_mean_is_selected_with_its_settings() -> None:
    table = rows({"vae_trial_0": [3, 3], "vae_trial_1": [1, 9], "vae_trial_2": [2, 3]})
    found = tuning.select([table], TRIALS, LOWEST)
    assert (found["trial"], found["network"], found["values"]) == ("vae_trial_2", {"n": 2}, {"beta": 2})
    assert tuning.select([table], TRIALS, LOWEST | {"lower": False})["trial"] == "vae_trial_1"


def test_of_trials_that_are_as_good_the_first_is_selected() -> None:
    assert tuning.select([rows({key: [1.0] for key in TRIALS})], TRIALS, LOWEST)["trial"] == "vae_trial_0"


def test_a_trial_without_a_number_for_each_run_is_not_selected() -> None:
    table = rows({"vae_trial_0": [3, 3], "vae_trial_1": [1, float("nan")]})
    assert tuning.select([table], TRIALS, LOWEST)["trial"] == "vae_trial_0"


def test_trials_that_have_no_number_at_all_are_an_error() -> None:
    with pytest.raises(AepipeError, match=r"none of the trials vae_trial_0.* narrow `tuning.space`"):
        tuning.select([rows({key: [1.0] for key in TRIALS}, metric="mse")], TRIALS, LOWEST)


def test_the_table_has_the_spread_of_the_trials() -> None:
    table = rows({"vae_trial_0": [3.0], "vae_trial_1": [1.0], "vae_trial_2": [9.0]})
    selected = tuning.select([table], TRIALS, LOWEST)
    (row,) = tuning.table({("vae", "reconstruction"): selected}).to_dict("records")
    assert row["settings"] == "β = 1"
    assert [row[name] for name in ("selected", "configured", "median", "worst")] == [1, 3, 3, 9]
