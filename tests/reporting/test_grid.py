"""The figures and the tables of grids."""

import itertools
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aepipe import catalogue
from aepipe.config import grids
from aepipe.reporting import grid_page
from aepipe.reporting.figures import grid, style

pytestmark = pytest.mark.filterwarnings("error")

GRIDS = {
    "vae": {"beta": [1, 0.5], "latent_dim": [2, 5, 20]},
    "sparse": {"sparsity": [0.1, 0.2, 0.3]},
}
TITLES = {"vae": "VAE", "sparse": "Sparse"}


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    plt.close("all")


def points_of(given: dict[str, Any]) -> dict[str, Any]:
    """The points of grids, by entry."""
    every = [grids.points(name, {"title": name, "grid": axes}) for name, axes in given.items()]
    return {name: entry["point"] for found in every for name, entry in found}


POINTS = points_of(GRIDS)


def metrics_of(points: dict[str, Any], seeds: int = 2) -> pd.DataFrame:
    """Accuracies and BCE that say which point they are of: β / 10 + d / 100, and thousandths for seeds."""
    rows = [
        {
            "dataset": "digits",
            "model": name,
            "latent_dim": point["values"].get("latent_dim", 10),
            "held_out": "",
            "seed": seed,
            "protocol": protocol,
            "evaluation": evaluation,
            "metric": metric,
            "value": point["values"].get("beta", 0) / 10 + point["values"].get("latent_dim", 0) / 100 + seed / 1000,
        }
        for (name, point), seed in itertools.product(points.items(), range(seeds))
        for protocol in ("paper", "corrected")
        for evaluation, metric in (("classification", "accuracy"), ("reconstruction", "bce"))
    ]
    return pd.DataFrame(rows)


def draw(points: dict[str, Any] = POINTS, metrics: pd.DataFrame | None = None, protocol: str = "corrected") -> Figure:
    """The figure of the accuracies."""
    titles = {name: TITLES.get(name, name) for name in dict.fromkeys(point["of"] for point in points.values())}
    table = metrics_of(points) if metrics is None else metrics
    return grid.draw(catalogue.evaluation("classification"), protocol, style.entries(titles), points, table, "digits")


def panels(figure: Figure) -> list[Axes]:
    """The axes with curves."""
    return [ax for ax in figure.axes if ax.axison]


def curves(ax: Axes) -> list[list[float]]:
    """The lines of means, which have markers and connect them."""
    lines = [line for line in ax.lines if line.get_marker() != "None" and line.get_linestyle() == "-"]
    return [np.round(np.asarray(line.get_ydata(), dtype=float), 4).tolist() for line in lines]


def test_every_axis_has_a_panel_with_a_line_for_each_value_of_the_other() -> None:
    beta, latent_dim, sparsity = panels(draw())
    assert [ax.get_xlabel() for ax in (beta, latent_dim, sparsity)] == ["β", "latent dimension d", "sparsity"]
    assert curves(beta) == [[0.0705, 0.1205], [0.1005, 0.1505], [0.2505, 0.3005]]  # of d = 2, 5, 20 over β = 0.5, 1
    assert curves(latent_dim) == [[0.0705, 0.1005, 0.2505], [0.1205, 0.1505, 0.3005]]
    assert curves(sparsity) == [[0.0005] * 3]


def test_axes_are_logarithmic_where_values_are_and_all_values_are_named() -> None:
    _, latent_dim, sparsity = panels(draw())
    assert (latent_dim.get_xscale(), sparsity.get_xscale()) == ("log", "linear")
    assert [tick.get_text() for tick in latent_dim.get_xticklabels()] == ["2", "5", "20"]


def test_further_axes_are_averaged_within_a_seed() -> None:
    points = points_of({"vae": {"beta": [1, 2], "latent_dim": [2, 4], "epochs": [1, 9]}})
    figure = draw(points)
    beta, latent_dim, epochs = panels(figure)
    assert len(curves(beta)) == len(curves(latent_dim)) == len(curves(epochs)) == 2
    assert curves(epochs) == [[0.1305, 0.1305], [0.2305, 0.2305]]  # lines: β; means over d
    assert "means over all their values" in figure.get_suptitle()
    assert "their values" not in draw().get_suptitle()


def test_layers_and_words_are_places_in_their_order() -> None:
    points = points_of({"vae": {"encoder_widths": [[48, 24], []]}})
    (panel,) = panels(draw(points))
    assert [tick.get_text() for tick in panel.get_xticklabels()] == ["48–24", "none"]


def test_a_single_value_and_a_single_seed_are_drawn() -> None:
    points = points_of({"vae": {"beta": [1]}})
    figure = draw(points, metrics_of(points, seeds=1))
    assert curves(panels(figure)[0]) == [[0.1]]
    assert "one seed" in figure.get_suptitle()


def test_a_point_without_numbers_is_a_gap() -> None:
    table = metrics_of(POINTS)
    lacking = table[table["model"] != "vae_beta_1_d_5"]
    assert np.isnan(curves(panels(draw(metrics=lacking))[1])[1][1])


def test_a_hundred_values_are_drawn_with_some_of_their_names() -> None:
    points = points_of({"vae": {"beta": [*range(1, 101)], "latent_dim": [*range(1, 31)]}})
    figure = draw(points, metrics_of(points, seeds=1))
    assert len(panels(figure)[0].get_xticklabels()) <= grid.TICKS
    figure.draw_without_rendering()


def test_the_table_has_each_point_by_its_settings_and_marks_the_best() -> None:
    page = grid_page.page_of(metrics_of(POINTS), TITLES, POINTS)
    assert "## VAE" in page and "## Sparse" in page and "### Classification with few labels" in page
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if "**0.3005" in line]
    assert [row[:2] for row in rows] == [["1", "20"]]
    assert "Reconstruction: Error" in page


def test_the_points_have_a_column_for_each_setting() -> None:
    table = grid_page.points_table(POINTS)
    assert list(table) == ["model", "entry", "beta", "latent_dim", "sparsity"]
    assert table.to_csv(index=False).splitlines()[1:3] == ["vae_beta_1_d_2,vae,1,2,", "vae_beta_1_d_5,vae,1,5,"]
