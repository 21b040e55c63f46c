"""What the end of a training curve says."""

import numpy as np
import pandas as pd
import pytest

from aepipe.analysis.curves import LOSS, trend


def curve(values: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"epoch": range(1, len(values) + 1), LOSS: values})


FALLING = [100.0 * 0.9**epoch for epoch in range(20)]
FLAT = [100.0 * 0.5**epoch + 50 for epoch in range(20)]
OVERFITTED = [*FALLING[:12], *(FALLING[11] * 1.02**epoch for epoch in range(1, 9))]


@pytest.mark.parametrize(
    ("values", "rises", "falls"),
    [(FALLING, False, True), (FLAT, False, False), (OVERFITTED, True, False)],
    ids=["falling", "flat", "overfitted"],
)
def test_a_training_ends_too_late_too_early_or_in_time(values: list[float], rises: bool, falls: bool) -> None:
    found = trend([curve(values)])
    assert found and (found.rises, found.falls, found.epochs) == (rises, falls, 20)


def test_a_loss_rises_from_its_lowest_epoch_on() -> None:
    found = trend([curve(OVERFITTED)])
    assert found and abs(found.lowest - 12) <= 1


def test_noise_is_no_rise() -> None:
    noise = 1 + 0.005 * np.random.default_rng(0).normal(size=40)
    found = trend([curve((100 * noise).tolist())])
    assert found and not found.rises


def test_a_few_epochs_say_nothing() -> None:
    assert trend([curve([3, 2, 4, 5])]) is None
    assert trend([]) is None


def test_of_layers_the_outermost_counts() -> None:
    both = pd.concat([curve(OVERFITTED).assign(layer=1), curve(FLAT).assign(layer=2)])
    assert trend([both]) == trend([curve(OVERFITTED)])
