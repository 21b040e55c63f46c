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
from aepipe.reporting.figures import grid, rate_distortion, style

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


def test_baselines_beside_the_grid_at_several_latent_dimensions_are_not_drawn() -> None:
    metrics = metrics_of(POINTS)
    pca = metrics[metrics["model"].isin(list(POINTS)[:2])].assign(model="pca")
    both = pd.concat([metrics, pca], ignore_index=True)
    assert [curves(ax) for ax in panels(draw(POINTS, both))] == [curves(ax) for ax in panels(draw())]


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


# Rate and distortion

PLANE = points_of({"vae": {"beta": [4, 0.5, 1], "latent_dim": [2, 5]}, "sparse": {"latent_dim": [2, 5]}})


def rates_of(points: dict[str, Any], seeds: int = 2) -> pd.DataFrame:
    """Rates of 8 / β + d for VAEs, distortions of 40 minus that; of others 30 / d; a tenth more for each seed."""
    rows = []
    models = {name: point["values"] for name, point in points.items()} | {"pca": {"latent_dim": [2, 5]}}
    for (name, values), seed in itertools.product(models.items(), range(seeds)):
        dimensions = values.get("latent_dim", 10)
        for d in dimensions if isinstance(dimensions, list) else [dimensions]:
            rate = 8 / values["beta"] + d if "beta" in values else None
            found = {"distortion": 30 / d if rate is None else 40 - rate} | ({} if rate is None else {"rate": rate})
            rows += [
                {
                    "dataset": "digits",
                    "model": name,
                    "latent_dim": d,
                    "held_out": "",
                    "seed": seed,
                    "protocol": "corrected",
                    "evaluation": "rate",
                    "metric": metric,
                    "value": value + seed / 10,
                }
                for metric, value in found.items()
            ]
    return pd.DataFrame(rows)


def draw_plane(
    points: dict[str, Any] = PLANE, losses: dict[str, str] | None = None, metrics: pd.DataFrame | None = None
) -> Figure:
    """The figure, with PCA of the loss bce."""
    titles = {name: TITLES.get(name, name) for name in dict.fromkeys(point["of"] for point in points.values())}
    losses = dict.fromkeys([*points, "pca"], "bce") | (losses or {})
    table = rates_of(points) if metrics is None else metrics
    return rate_distortion.draw(style.entries(titles), points, losses, table, "digits")


def lines(ax: Axes) -> list[list[list[float]]]:
    """The means of each curve, as pairs."""
    curves = [line for line in ax.lines if line.get_marker() != "None" and line.get_linestyle() in ("-", "--")]
    return [np.round(np.asarray(line.get_xydata()), 4).tolist() for line in curves]


def test_entries_with_a_rate_are_curves_over_their_first_setting_and_others_are_beside_pca() -> None:
    plane, side = draw_plane().axes
    assert lines(plane) == [[[8 / beta + d + 0.05, 40 - 8 / beta - d + 0.05] for beta in (0.5, 1, 4)] for d in (2, 5)]
    assert lines(side) == [[[2, 15.05], [5, 6.05]]] * 2
    assert {text.get_text() for text in plane.texts} >= {"β = 0.5", "d = 2", "d = 5", "1", "4"}


def test_along_a_line_of_equal_elbo_rate_and_distortion_have_one_sum() -> None:
    plane, _ = draw_plane().axes
    diagonals = [np.asarray(line.get_xydata()).sum(axis=1) for line in plane.lines if line.get_linestyle() == ":"]
    assert len(diagonals) > 2
    sums = [float(sums[0]) for sums in diagonals]
    assert all(ends == pytest.approx(total) for ends, total in zip(diagonals, sums, strict=True))
    written = [text.get_text() for text in plane.texts if text.get_text().startswith("−")]
    assert written and {-int(text.replace("−", "-")) for text in written} <= {round(total) for total in sums}


def test_networks_of_another_loss_have_panels_of_their_own() -> None:
    figure = draw_plane(losses={name: "mse" for name in PLANE if name.startswith("vae_beta_1")})
    plane, side, other, beside = figure.axes
    assert [len(lines(ax)) for ax in (plane, side, other, beside)] == [2, 2, 2, 0]
    assert [len(curve) for curve in lines(plane) + lines(other)] == [2, 2, 1, 1]
    assert "cross-entropy" in plane.get_ylabel() and "normal" in other.get_ylabel()


def test_a_grid_without_rates_or_without_numbers_is_drawn() -> None:
    points = points_of({"sparse": {"sparsity": [0.1, 0.2]}})
    plane, side = draw_plane(points, metrics=rates_of(points, seeds=1)).axes
    assert (len(lines(plane)), len(lines(side))) == (0, 2)
    empty = rates_of(points).iloc[:0]
    assert [len(lines(ax)) for ax in draw_plane(points, metrics=empty).axes] == [0, 0]


def test_labels_of_points_do_not_overlap() -> None:
    figure = draw_plane(points_of({"vae": {"beta": [*range(1, 12)], "latent_dim": [2, 3, 4, 5]}}))
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts if not text.get_text().startswith("−")]
    assert len(boxes) > 4
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
