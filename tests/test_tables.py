"""What is written down: tidy metrics, and the tables made of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aepipe import metrics, scores, tables

ROOT = Path(__file__).parents[1]
PUBLISHED = str(ROOT / "workflow/resources/published.csv")
LABELS = {"vanilla": "Vanilla", "vae": "VAE", "vq": "vq-VAE"}


def rows(model: str, evaluation: str, left_out: str = "none", seed: int = 0, **values: float) -> pd.DataFrame:
    """The tidy rows of a cell, with the types that they have once written and read."""
    latent_dim = "20" if left_out == "none" else "2"
    cell = {"dataset": "mnist", "model": model, "latent_dim": latent_dim, "left_out": left_out, "seed": str(seed)}
    return metrics.tidy(cell, evaluation, {"paper": values}).astype({"latent_dim": int, "seed": int})


def together(*parts: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def published() -> pd.DataFrame:
    """The article's figures for MNIST."""
    return scores.read_published(PUBLISHED, "mnist")


@pytest.fixture
def nothing_published() -> pd.DataFrame:
    """The article's figures for digits: none."""
    return scores.read_published(PUBLISHED, "digits")


def cells_of(page: str) -> dict[str, dict[str, str]]:
    """The table of a Markdown page: label -> heading -> text."""
    heading, _, *lines = ([cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if "|" in line)
    return {line[0]: dict(zip(heading[1:], line[1:], strict=True)) for line in lines}


# Tidy metrics


def test_a_number_is_a_row_with_its_cell_evaluation_and_metric() -> None:
    table = rows("vae", "reconstruction", bce=76.12, live_units=20)
    assert ",".join(table.columns) == "dataset,model,latent_dim,left_out,seed,protocol,evaluation,metric,value"
    assert table.to_numpy().tolist() == [
        ["mnist", "vae", 20, "", 0, "paper", "reconstruction", "bce", 76.12],
        ["mnist", "vae", 20, "", 0, "paper", "reconstruction", "live_units", 20.0],
    ]


def test_metrics_are_read_as_they_were_written(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=500) * 10.0 ** rng.integers(-300, 300, 500)
    awkward = {"third": 1 / 3, "sum": 0.1 + 0.2, "large": 1e308, "small": 5e-324, "undefined": float("nan")}
    many = {str(i): value for i, value in enumerate(values)} | awkward
    table = together(rows("vae", "reconstruction", **many), rows("vae", "anomaly", left_out="1", auc=0.5))
    metrics.write(table, str(tmp_path / "metrics.csv"))
    read = metrics.read(tmp_path / "metrics.csv")
    np.testing.assert_array_equal(read["value"], table["value"])
    assert read["left_out"].tolist() == [""] * len(many) + ["1"]
    assert read[metrics.KEY].to_numpy().tolist() == table[metrics.KEY].to_numpy().tolist()


def test_metrics_are_gathered_in_the_order_of_their_files(tmp_path: Path) -> None:
    paths = [tmp_path / "b.csv", tmp_path / "a.csv"]
    for path, model in zip(paths, ("vq", "vae"), strict=True):
        metrics.write(rows(model, "reconstruction", bce=1), str(path))
    assert scores.gather(map(str, paths))["model"].tolist() == ["vq", "vae"]


def test_a_metric_given_twice_is_refused(tmp_path: Path) -> None:
    first, second = str(tmp_path / "first.csv"), str(tmp_path / "second.csv")
    metrics.write(rows("vae", "reconstruction", bce=1), first)
    metrics.write(together(rows("vae", "reconstruction", seed=1, bce=2), rows("vae", "reconstruction", bce=3)), second)
    with pytest.raises(ValueError, match=r"metrics given twice:(.|\n)*vae.*bce +1.0\n.*vae.*bce +3.0$"):
        scores.gather([first, second])


# The article's figures


def test_the_articles_36_figures_and_its_baseline_are_there(published: pd.DataFrame) -> None:
    figures = published.set_index(["model", "metric"])["value"]
    assert published.groupby("metric").size().to_dict() == {"bce": 9, "accuracy": 10, "seconds": 9, "auc": 9}
    assert figures.index.is_unique
    assert figures["shallow", "bce"] == 123.2
    assert figures["stacked_pixels", "bce"] == 87.87
    assert figures["denoising", "accuracy"] == 0.8049
    assert figures["untrained", "accuracy"] == 0.4364
    assert figures["shallow", "auc"] == 0.913
    assert figures["vq", "seconds"] == 11 * 60 + 28


def test_nothing_is_published_of_digits(nothing_published: pd.DataFrame) -> None:
    assert nothing_published.empty
    assert scores.by_model(nothing_published, "bce") == {}


# Tables


def test_our_error_stands_beside_the_published_one_and_the_difference_in_percent(published: pd.DataFrame) -> None:
    ours = together(
        rows("vanilla", "reconstruction", bce=70.312, live_units=20),
        rows("vae", "reconstruction", bce=60, bce_sampled=80, live_units=7),
        rows("vq", "reconstruction", bce=58.041, live_units=20),
        rows("vanilla", "reconstruction", left_out="1", bce=1000),  # anomaly cells have no place here
    )
    page = tables.reconstruction(ours, published, LABELS)
    assert cells_of(page) == {
        "Vanilla": {
            "BCE, mean codes": "70.31",
            "BCE, sampled codes": "",
            "Published": "63.92",
            "Difference": "+10.0%",
            "Live units of 20": "20",
        },
        "VAE": {  # published with sampled codes, and so compared with them
            "BCE, mean codes": "60.00",
            "BCE, sampled codes": "80.00",
            "Published": "76.12",
            "Difference": "+5.1%",
            "Live units of 20": "7",
        },
        "vq-VAE": {
            "BCE, mean codes": "58.04",
            "BCE, sampled codes": "",
            "Published": "64.49",
            "Difference": "-10.0%",
            "Live units of 20": "20",
        },
    }
    assert "the article's figures" in page


def test_a_model_that_the_article_lacks_has_no_difference(published: pd.DataFrame) -> None:
    ours = together(rows("vanilla", "reconstruction", bce=70), rows("stacked", "reconstruction", bce=104))
    cells = cells_of(tables.reconstruction(ours, published, {"vanilla": "Vanilla", "stacked": "Stacked (codes)"}))
    assert cells["Vanilla"]["Difference"] == "+9.5%"
    assert cells["Stacked (codes)"] == {"BCE, mean codes": "104.00", "Published": "", "Difference": ""}


def test_baselines_stand_below_the_autoencoders(published: pd.DataFrame) -> None:
    ours = together(
        rows("scratch", "classification", accuracy=0.87),
        rows("untrained", "classification", accuracy=0.35),
        rows("vae", "classification", accuracy=0.7, accuracy_sampled=0.6),
        rows("vanilla", "classification", accuracy=0.78),
    )
    page = tables.classification(ours, published, {"vanilla": "Vanilla", "vae": "VAE"}, labelled=550)
    cells = cells_of(page)
    assert list(cells) == ["Vanilla", "VAE", "Untrained encoder", "Encoder trained from scratch"]
    assert [row["Published"] for row in cells.values()] == ["0.7835", "0.6016", "0.4364", ""]
    assert cells["VAE"]["Accuracy, mean codes"] == "0.7000"
    assert cells["VAE"]["Accuracy, sampled codes"] == "0.6000"
    assert "550 labelled images" in page


def test_each_left_out_class_has_columns_of_its_own(published: pd.DataFrame) -> None:
    ours = together(
        rows("vanilla", "anomaly", left_out="1", auc=0.8, auc_signed=0.9),
        rows("vanilla", "anomaly", left_out="4", auc=0.6),
        rows("vae", "anomaly", left_out="1", auc=0.7, auc_sampled=0.75),
    )
    assert cells_of(tables.anomaly(ours, published, {"vanilla": "Vanilla", "vae": "VAE"})) == {
        "Vanilla": {
            "Without 1: mean codes": "0.800",
            "Without 1: sampled codes": "",
            "Without 1: sum(x' - x)": "0.900",
            "Without 4: mean codes": "0.600",
            "Published, without 1": "0.797",
        },
        "VAE": {
            "Without 1: mean codes": "0.700",
            "Without 1: sampled codes": "0.750",
            "Without 1: sum(x' - x)": "",
            "Without 4: mean codes": "",
            "Published, without 1": "0.782",
        },
    }


def test_training_times_of_both_kinds_of_cells_have_a_column(published: pd.DataFrame) -> None:
    ours = together(rows("vanilla", "training", seconds=100), rows("vanilla", "training", left_out="1", seconds=50))
    cells = cells_of(tables.training(ours, published, {"vanilla": "Vanilla"}))["Vanilla"]
    assert {heading: float(text) for heading, text in cells.items()} == {
        "d = 20": 100,
        "d = 2, without 1": 50,
        "Published": 675,
    }


def test_several_seeds_give_mean_and_standard_deviation(published: pd.DataFrame) -> None:
    ours = together(*(rows("vanilla", "reconstruction", seed=seed, bce=60 + seed) for seed in range(3)))
    cells = cells_of(tables.reconstruction(ours, published, {"vanilla": "Vanilla"}))["Vanilla"]
    assert cells["BCE, mean codes"] == "61.00 ± 1.00"
    assert cells["Published"] == "63.92"
    assert cells["Difference"] == "-4.6%"


def test_without_published_figures_there_is_no_published_column(nothing_published: pd.DataFrame) -> None:
    labels = {"vanilla": "Vanilla"}
    ours = together(
        rows("vanilla", "reconstruction", bce=60),
        rows("vanilla", "classification", accuracy=0.7),
        rows("vanilla", "anomaly", left_out="1", auc=0.8),
        rows("vanilla", "training", seconds=100),
    )
    pages = [
        tables.reconstruction(ours, nothing_published, labels),
        tables.classification(ours, nothing_published, labels, labelled=550),
        tables.anomaly(ours, nothing_published, labels),
        tables.training(ours, nothing_published, labels),
    ]
    for page in pages:
        (*_, headings) = [list(row) for row in cells_of(page).values()]
        assert not [heading for heading in headings if "Published" in heading or heading == "Difference"]
        assert "Published" not in page


def results(model: str, *, bce: float, accuracy: float, auc: float, seconds: float, seed: int = 0) -> pd.DataFrame:
    """The rows of both cells of a model; errors and times of the cell that leaves a class out are ten times as bad."""
    return together(
        rows(model, "reconstruction", seed=seed, bce=bce),
        rows(model, "reconstruction", left_out="1", seed=seed, bce=10 * bce),
        rows(model, "classification", seed=seed, accuracy=accuracy),
        rows(model, "anomaly", left_out="1", seed=seed, auc=auc),
        rows(model, "training", seed=seed, seconds=seconds),
        rows(model, "training", left_out="1", seed=seed, seconds=10 * seconds),
    )


def test_the_best_of_each_task_is_bold_with_ties_and_no_baseline_among_them() -> None:
    ours = together(
        results("vanilla", bce=64, accuracy=0.78, auc=0.79, seconds=90),
        results("vae", bce=76, accuracy=0.6, auc=0.8, seconds=95),
        results("vq", bce=64, accuracy=0.77, auc=0.7, seconds=90),
        rows("scratch", "classification", accuracy=0.87),
    )
    page = tables.summary(ours, LABELS)
    cells = cells_of(page)
    bold = {heading: [label for label in cells if "**" in cells[label][heading]] for heading in cells["VAE"]}
    assert bold == {
        "Reconstruction: BCE ↓": ["Vanilla", "vq-VAE"],
        "Classification: accuracy ↑": ["Vanilla"],
        "Anomaly detection: AUC ↑": ["VAE"],
        "Training: seconds ↓": ["Vanilla", "vq-VAE"],
    }
    assert cells["Vanilla"]["Reconstruction: BCE ↓"] == "**64.00**"
    assert cells["VAE"]["Classification: accuracy ↑"] == "0.6000"
    assert cells["Encoder trained from scratch"]["Classification: accuracy ↑"] == "0.8700"
    assert float(cells["VAE"]["Training: seconds ↓"]) == 95
    assert "mean codes, 1 seed." in page


def test_the_summary_of_several_seeds_compares_means() -> None:
    ours = together(
        *(results("vanilla", bce=bce, accuracy=1, auc=1, seconds=1, seed=seed) for seed, bce in enumerate([60, 80])),
        *(results("vq", bce=bce, accuracy=0, auc=0, seconds=2, seed=seed) for seed, bce in enumerate([68, 70])),
    )
    page = tables.summary(ours, {"vanilla": "Vanilla", "vq": "vq-VAE"})
    cells = cells_of(page)
    assert cells["Vanilla"]["Reconstruction: BCE ↓"] == "70.00 ± 14.14"
    assert cells["vq-VAE"]["Reconstruction: BCE ↓"] == "**69.00 ± 1.41**"
    assert "mean codes, 2 seeds." in page
