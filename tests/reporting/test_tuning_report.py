"""Which autoencoder to take: the page and the figures of tuning."""

from collections.abc import Iterator
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from support.reports import NOTHING, THREE_SEEDS, toys

from aepipe.analysis import tuning
from aepipe.catalogue import TASKS
from aepipe.evaluation.metrics import COLUMNS
from aepipe.reporting.figures import protocol_ranks, style, trials
from aepipe.reporting.page import render
from aepipe.reporting.page.results import Numbers
from aepipe.reporting.tuning_page import tuning_page

TITLES = {"vanilla": "Vanilla", "mine": "Mine"}
RECONSTRUCTION = TASKS[0]


def scored(model: str, protocol: str, values: list[float]) -> pd.DataFrame:
    """The BCE of a model for some seeds."""
    rows = [("toys", model, 2, "", seed, protocol, "reconstruction", "bce", value) for seed, value in enumerate(values)]
    return pd.DataFrame(rows, columns=COLUMNS)


METRICS = pd.concat(
    [
        scored("vanilla", "corrected", [9.0, 9.1, 9.2]),
        scored("vanilla", "tuned", [5.0, 5.1, 5.3]),
        scored("mine", "corrected", [7.0, 7.1, 7.2]),
        scored("mine", "tuned", [7.1, 7.0, 7.2]),
    ]
)
NUMBERS = Numbers(titles=TITLES, metrics=METRICS, has_labels=True, confidence=0.95)
CHOSEN = {
    (model, "reconstruction"): {
        "trial": f"{model}_trial_{best}",
        "values": {"beta": 2} if best else {},
        "selected_by": {"evaluation": "reconstruction", "metric": "bce", "lower": True},
        "scores": {f"{model}_trial_0": 9.0, f"{model}_trial_1": 5.0 if best else 12.0},
    }
    for model, best in (("vanilla", 1), ("mine", 0))
}
SETTINGS = tuning.table(CHOSEN)


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    """Closes the figures of a test."""
    yield
    plt.close("all")


def test_the_page_begins_with_what_to_take_and_its_settings() -> None:
    page = tuning_page(NUMBERS, SETTINGS, {("vanilla", "reconstruction"): 12.4}, (90, 1234), 2, None)
    (line,) = [line for line in page.splitlines() if line.startswith("| Reconstruction")]
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[1:2] + cells[3:6] == ["Vanilla", "none", "β = 2", "12"]
    assert "trained for 90 seconds of a core, the networks with the selected settings for 1,234" in page
    assert page.index("For each task") < page.index("What tuning gains")


def test_a_gain_is_positive_where_tuning_is_better_and_bold_where_it_is_significant() -> None:
    page = tuning_page(NUMBERS, SETTINGS, {}, (0, 0), 2, None)
    rows = {cells[1].strip(): cells for line in page.splitlines() if len(cells := line.split("|")) > 7}
    assert "**+3.97**" in rows["Vanilla"][4]
    assert rows["Mine"][4].strip() == "+0.00"


def test_the_report_begins_with_the_tuned_networks_and_their_settings() -> None:
    results = toys(THREE_SEEDS)
    own = results.metrics[results.metrics["protocol"] == "corrected"]
    both = pd.concat([results.metrics, own.assign(protocol="tuned")], ignore_index=True)
    tuned = {(model, task.evaluation): "β = 7" for model in results.titles for task in TASKS}
    text = render.render(replace(results, metrics=both, settings=tuned), NOTHING)
    assert '<html lang="en" data-protocol="tuned">' in text
    assert 'value="tuned" checked' in text and "Settings: β = 7" in text
    assert 'value="tuned"' not in render.render(results, NOTHING)


def test_trials_are_dots_and_the_selected_one_has_a_ring() -> None:
    figure = trials.draw(style.entries(TITLES), [RECONSTRUCTION], CHOSEN, "toys")
    (ax,) = [ax for ax in figure.axes if ax.axison]
    dots = [(line, np.asarray(line.get_xdata(), float)) for line in ax.lines]
    assert [at.tolist() for line, at in dots if line.get_markerfacecolor() == "none"] == [[5.0], [9.0]]
    assert sum(len(at) for line, at in dots if line.get_alpha() == 0.6) == 4


def test_ranks_are_drawn_under_each_protocol() -> None:
    figure = protocol_ranks.draw(style.entries(TITLES), [RECONSTRUCTION], ["corrected", "tuned"], METRICS, "toys")
    (ax,) = [ax for ax in figure.axes if ax.lines]
    assert [np.asarray(line.get_ydata()).tolist() for line in ax.lines] == [[2.0, 1.0], [1.0, 2.0]]
