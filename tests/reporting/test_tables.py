"""What is written down: tidy metrics, and the tables, comparisons and ranks made of them."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from support.hostile import NAMES

from aepipe import catalogue
from aepipe.analysis import claims, comparisons, ranks, scores
from aepipe.analysis.verdict import Limits
from aepipe.config import configuration, settings
from aepipe.errors import printable
from aepipe.evaluation import metrics
from aepipe.reporting import markdown, tables
from aepipe.reporting.claims_page import claims_page
from aepipe.reporting.comparisons import comparisons_page
from aepipe.reporting.figures import ranks as diagram
from aepipe.reporting.figures import style
from aepipe.reporting.ranks import ranks_page
from aepipe.reporting.tables import evaluation_page

ROOT = Path(__file__).parents[2]
CONFIG = configuration.completed(yaml.safe_load((ROOT / "config.yaml").read_text()))
LABELS = {"vanilla": "Vanilla", "vae": "VAE", "vq": "vq-VAE"}


def rows(model: str, evaluation: str, held_out: str = "none", seed: int = 0, **values: float) -> pd.DataFrame:
    """The tidy rows of a run, with the types that they have once written and read."""
    latent_dim = "20" if held_out == "none" else "2"
    run = {"dataset": "mnist", "model": model, "latent_dim": latent_dim, "held_out": held_out, "seed": str(seed)}
    return pd.DataFrame(metrics.tidy(run, evaluation, {"paper": values})).astype({"latent_dim": int, "seed": int})


def together(*parts: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True)


Published = list[dict[str, str]]


def published_of(dataset: str, **changes: Any) -> Published:
    """The article's figures for a data set, with changes in its block."""
    config = {**CONFIG, "datasets": {dataset: {**CONFIG["datasets"][dataset], **changes}}}
    return settings.published(config, SimpleNamespace(dataset=dataset))


@pytest.fixture
def published() -> Published:
    """The article's figures for MNIST."""
    return published_of("mnist")


def runs_of(page: str) -> dict[str, dict[str, str]]:
    """The table of a Markdown page: label -> heading -> text."""
    heading, _, *lines = ([run.strip() for run in line.split("|")[1:-1]] for line in page.splitlines() if "|" in line)
    return {line[0]: dict(zip(heading[1:], line[1:], strict=True)) for line in lines}


# Tidy metrics


def test_a_number_is_a_row_with_its_cell_evaluation_and_metric() -> None:
    table = rows("vae", "reconstruction", bce=76.12, live_units=20)
    assert ",".join(table.columns) == "dataset,model,latent_dim,held_out,seed,protocol,evaluation,metric,value"
    assert table.to_numpy().tolist() == [
        ["mnist", "vae", 20, "", 0, "paper", "reconstruction", "bce", 76.12],
        ["mnist", "vae", 20, "", 0, "paper", "reconstruction", "live_units", 20.0],
    ]


def test_metrics_are_read_as_they_were_written(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=500) * 10.0 ** rng.integers(-300, 300, 500)
    awkward = {"third": 1 / 3, "sum": 0.1 + 0.2, "large": 1e308, "small": 5e-324, "undefined": float("nan")}
    many = {str(i): value for i, value in enumerate(values)} | awkward
    table = together(rows("vae", "reconstruction", **many), rows("vae", "anomaly", held_out="1", auc=0.5))
    metrics.write_table(table, tmp_path / "metrics.csv")
    metrics.write([dict(zip(table.columns, row, strict=True)) for row in table.to_numpy()], tmp_path / "rows.csv")
    assert metrics.read(tmp_path / "rows.csv").equals(metrics.read(tmp_path / "metrics.csv"))
    read = metrics.read(tmp_path / "metrics.csv")
    np.testing.assert_array_equal(read["value"], table["value"])
    assert read["held_out"].tolist() == [""] * len(many) + ["1"]
    assert read[metrics.KEY].to_numpy().tolist() == table[metrics.KEY].to_numpy().tolist()


def test_no_metrics_are_a_table_without_rows(tmp_path: Path) -> None:
    metrics.write([], tmp_path / "metrics.csv")
    assert metrics.read(tmp_path / "metrics.csv").columns.tolist() == metrics.COLUMNS


def test_names_are_read_as_they_were_written(tmp_path: Path) -> None:
    odd = [*(name for name in NAMES if name.isprintable()), 'a, "b"\nc', "null", "NA", "true", "1e5", "inf"]
    table = together(*(rows(name, "reconstruction", bce=1) for name in odd))
    metrics.write_table(table, tmp_path / "metrics.csv")
    metrics.write(table.to_dict("records"), tmp_path / "rows.csv")  # type: ignore[arg-type]
    for path in ("metrics.csv", "rows.csv"):
        assert metrics.read(tmp_path / path)["model"].tolist() == odd
    for name in ("true", "inf"):  # alone in a column
        metrics.write_table(rows(name, "reconstruction", bce=1), tmp_path / "one.csv")
        assert metrics.read(tmp_path / "one.csv")["model"].tolist() == [name]


def test_comparisons_are_read_as_they_were_written(tmp_path: Path) -> None:
    ours = together(rows("null", "reconstruction", bce=1), rows("true", "reconstruction", bce=2))
    found = comparisons.differences(ours, ["null", "true"], ["paper"])
    metrics.write_table(found, tmp_path / "comparisons.csv")
    pd.testing.assert_frame_equal(metrics.read(tmp_path / "comparisons.csv"), found, check_dtype=False)
    assert found["low"].isna().all()


def test_metrics_are_gathered_in_the_order_of_their_files(tmp_path: Path) -> None:
    paths = [tmp_path / "b.csv", tmp_path / "a.csv"]
    for path, model in zip(paths, ("vq", "vae"), strict=True):
        metrics.write_table(rows(model, "reconstruction", bce=1), str(path))
    assert scores.gather(map(str, paths))["model"].tolist() == ["vq", "vae"]


def test_an_autoencoder_with_two_networks_has_the_numbers_of_one_under_each_protocol(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("vae.csv", "vae_paper.csv", "vq.csv")]
    for path, (model, bce) in zip(paths, (("vae", 70), ("vae_paper", 60), ("vq", 65)), strict=True):
        metrics.write_table(both_protocols(model, "reconstruction", bce=bce), path)
    found = scores.gather(paths)
    assert [tuple(row) for row in found[["model", "protocol"]].to_numpy()] == [
        ("vae", "corrected"),
        ("vae", "paper"),
        ("vq", "paper"),
        ("vq", "corrected"),
    ]
    assert found.loc[found["protocol"] == "paper", "value"].tolist() == [60, 65]
    lacking = scores.gather(paths[::2], wanted={"models": ["vae", "vae_paper", "vq"], "seeds": [0], "kinds": []})
    assert lacking.loc[lacking["model"] == "vae", "protocol"].tolist() == ["corrected"]  # where that network failed


def test_a_metric_given_twice_is_refused(tmp_path: Path) -> None:
    first, second = str(tmp_path / "first.csv"), str(tmp_path / "second.csv")
    metrics.write_table(rows("vae", "reconstruction", bce=1), first)
    metrics.write_table(
        together(rows("vae", "reconstruction", seed=1, bce=2), rows("vae", "reconstruction", bce=3)), second
    )
    with pytest.raises(ValueError, match=r"metrics given twice:(.|\n)*vae.*bce +1.0\n.*vae.*bce +3.0$"):
        scores.gather([first, second])


# The article's figures


def test_the_articles_36_figures_and_its_baseline_are_there(published: Published) -> None:
    figures = {(own["model"], own["metric"]): float(own["value"]) for own in published}
    counts = Counter(metric for _, metric in figures)
    assert counts == {"bce": 9, "accuracy": 10, "seconds": 9, "auc": 9}
    assert len(figures) == len(published)
    assert figures["shallow", "bce"] == 123.2
    assert figures["stacked_pixels", "bce"] == 87.87
    assert figures["denoising", "accuracy"] == 0.8049
    assert figures["untrained", "accuracy"] == 0.4364
    assert figures["shallow", "auc"] == 0.913
    assert figures["vq", "seconds"] == 11 * 60 + 28


@pytest.mark.parametrize(
    ("changes", "metrics_left"),
    [
        ({"representation": {"latent_dim": 10}}, {"auc"}),
        ({"anomaly": {"latent_dim": 3, "held_out": [1]}}, {"bce", "accuracy", "seconds"}),
        ({"anomaly": {"latent_dim": 2, "held_out": [4]}}, {"bce", "accuracy", "seconds"}),
        ({"labelled": 100}, {"bce", "seconds", "auc"}),
        ({"source": "fmnist"}, {"bce", "accuracy", "auc"}),
        ({"source": "kmnist"}, set()),
    ],
)
def test_a_figure_is_published_of_the_articles_setting_alone(changes: dict, metrics_left: set[str]) -> None:
    assert {own["metric"] for own in published_of("mnist", **changes)} == metrics_left


def test_nothing_is_published_of_digits() -> None:
    assert published_of("digits") == []


# Tables


def both_protocols(model: str, evaluation: str, held_out: str = "none", seed: int = 0, **values: float) -> pd.DataFrame:
    """Rows under both protocols; the values of `corrected` are a tenth higher."""
    paper = rows(model, evaluation, held_out, seed, **values)
    return together(paper, paper.assign(protocol="corrected", value=paper["value"] * 1.1))


def seeds_of(values: list[float], model: str, evaluation: str, metric: str, held_out: str = "none") -> pd.DataFrame:
    """A metric with a value for each seed."""
    return together(*(rows(model, evaluation, held_out, seed, **{metric: x}) for seed, x in enumerate(values)))


def test_our_error_stands_beside_the_published_one_with_protocols_side_by_side(published: Published) -> None:
    ours = together(
        both_protocols("vanilla", "reconstruction", bce=70.312),
        both_protocols("vae", "reconstruction", bce=80),
        rows("vq", "reconstruction", bce=58.041),
        rows("vanilla", "reconstruction", held_out="1", bce=1000),  # anomaly runs have no place here
    )
    page = evaluation_page("reconstruction", ours, LABELS, published=published)
    assert runs_of(page) == {
        "Vanilla": {"BCE, paper": "70.31", "Published": "63.92", "Difference": "+10.0%", "BCE, corrected": "77.34"},
        "VAE": {"BCE, paper": "80.00", "Published": "76.12", "Difference": "+5.1%", "BCE, corrected": "88.00"},
        "vq-VAE": {"BCE, paper": "58.04", "Published": "64.49", "Difference": "-10.0%", "BCE, corrected": ""},
    }
    assert "the article's figures" in page and "One seed, so no interval." in page


MARGINS = CONFIG["claims"]["margins"]


def test_several_seeds_give_mean_and_interval_and_say_whether_the_published_figure_is_reproduced(
    published: Published,
) -> None:
    ours = together(
        seeds_of([63.9, 64.0, 63.95], "vanilla", "reconstruction", "bce"),  # margin: 0.19
        seeds_of([75.5, 76.5, 76.0], "vae", "reconstruction", "bce"),
        seeds_of([60.0, 60.1, 60.2], "vq", "reconstruction", "bce"),
        seeds_of([45.0, 45.0, 45.0], "real", "reconstruction", "bce"),
    )
    page = evaluation_page("reconstruction", ours, LABELS, published=published, margins=MARGINS)
    runs = runs_of(page)
    assert runs["Vanilla"]["BCE, paper"] == "63.95 [63.83, 64.07]"
    answers = [runs[label]["Reproduced"] for label in ("Vanilla", "VAE", "vq-VAE", "Real images")]
    assert answers == ["reproduced", "undecided", "not reproduced", ""]  # of 63.92, 76.12 and 64.49
    assert "Published figures (BCE, paper): 1 reproduced, 1 not reproduced, 1 undecided." in page
    assert "Reproduced: our mean is within the margin" in page
    assert "Means over 3 seeds [t-interval of the mean, 95%]." in page


def test_two_one_sided_tests_are_less_strict_than_one_interval(published: Published) -> None:
    known = {"published": published, "margins": MARGINS}
    for spread, answer in ((0.0055, "reproduced"), (0.0062, "undecided")):  # intervals of 90%: 0.0093 and 0.0105
        values = [0.7835 - spread, 0.7835 + spread, 0.7835]
        page = evaluation_page(
            "classification", seeds_of(values, "vanilla", "classification", "accuracy"), LABELS, **known
        )
        assert runs_of(page)["Vanilla"]["Reproduced"] == answer


def test_nothing_is_reproduced_without_the_number_that_a_margin_is_a_share_of(published: Published) -> None:
    ours = seeds_of([63.9, 64.0, 63.95], "vanilla", "reconstruction", "bce")  # and none of perfect copies
    page = evaluation_page("reconstruction", ours, LABELS, published=published, margins=MARGINS)
    assert "Reproduced" not in runs_of(page)["Vanilla"] and "Published" in runs_of(page)["Vanilla"]


def test_a_model_with_fewer_seeds_says_how_many() -> None:
    ours = together(
        seeds_of([62.5, 63.5, 64.5], "vanilla", "reconstruction", "bce"),
        seeds_of([70.0, 72.0], "vae", "reconstruction", "bce"),
        seeds_of([60.0, np.nan, np.nan], "vq", "reconstruction", "bce"),
    )
    runs = runs_of(evaluation_page("reconstruction", ours, LABELS))
    texts = [row["BCE, paper"] for row in runs.values()]
    assert texts == ["63.50 [61.02, 65.98]", "71.00 [58.29, 83.71] (n = 2)", "60.00 (n = 1)"]


def test_another_confidence_gives_other_intervals() -> None:
    ours = seeds_of([62.5, 63.5, 64.5], "vanilla", "reconstruction", "bce")
    page = evaluation_page("reconstruction", ours, LABELS, confidence=0.9)
    assert "[61.81, 65.19]" in page and "90%" in page


def test_a_model_that_the_article_lacks_has_no_difference(published: Published) -> None:
    ours = together(rows("vanilla", "reconstruction", bce=70), rows("stacked", "reconstruction", bce=104))
    runs = runs_of(
        evaluation_page(
            "reconstruction", ours, {"vanilla": "Vanilla", "stacked": "Stacked (codes)"}, published=published
        )
    )
    assert runs["Vanilla"]["Difference"] == "+9.5%"
    assert runs["Stacked (codes)"] == {"BCE, paper": "104.00", "Published": "", "Difference": ""}


def test_controls_stand_below_the_autoencoders_and_only_those_with_numbers(published: Published) -> None:
    ours = together(
        rows("scratch", "classification", accuracy=0.87),
        rows("untrained", "classification", accuracy=0.35),
        rows("pca", "classification", accuracy=0.8),
        rows("vae", "classification", accuracy=0.7),
        rows("vanilla", "classification", accuracy=0.78),
    )
    page = evaluation_page("classification", ours, {"vanilla": "Vanilla", "vae": "VAE"}, published=published)
    runs = runs_of(page)
    labels = ["Vanilla", "VAE", "**Baselines**", "PCA", "Untrained encoder", "Trained from scratch"]
    assert list(runs) == labels
    assert [row["Published"] for row in runs.values()] == ["0.7835", "0.6016", "", "", "0.4364", ""]
    assert runs["VAE"]["Accuracy, paper"] == "0.7000"


def test_each_left_out_class_has_a_table_and_so_has_their_mean(published: Published) -> None:
    labels = {"vanilla": "Vanilla", "vae": "VAE"}
    ours = together(
        both_protocols("vanilla", "anomaly", held_out="1", auc=0.8, average_precision=0.4),
        rows("vanilla", "anomaly", held_out="1", auc_bce=0.9),
        both_protocols("vanilla", "anomaly", held_out="4", auc=0.6, average_precision=0.5),
        both_protocols("vae", "anomaly", held_out="1", auc=0.7, average_precision=0.3),
    )
    page = evaluation_page("anomaly", ours, labels, published=published)
    mean, one, four = (runs_of(part) for part in page.split("## ")[1:])
    assert mean["Vanilla"]["AUC, paper"] == "0.700" and mean["VAE"]["AUC, paper"] == ""  # it lacks a class
    assert one["Vanilla"] == {
        "AUC, paper": "0.800",
        "Published": "0.797",
        "Difference": "+0.4%",
        "AUC, corrected": "0.880",
        "Average precision, paper": "0.400",
        "Average precision, corrected": "0.440",
        "AUC by BCE, paper": "0.900",
    }
    assert "Published" not in four["Vanilla"]
    assert [heading.splitlines()[0] for heading in page.split("## ")[1:]] == [
        "Mean over the classes 1, 4",
        "d = 2, anomalies: 1",
        "d = 2, anomalies: 4",
    ]


def test_the_published_auc_is_held_against_the_score_that_it_is_of(published: Published) -> None:
    ours = together(
        seeds_of([0.60, 0.61, 0.62], "vanilla", "anomaly", "auc_bce", held_out="1"),
        seeds_of([0.79, 0.80, 0.80], "vanilla", "anomaly", "auc", held_out="1"),
    )
    page = evaluation_page("anomaly", ours, {"vanilla": "Vanilla"}, published=published, margins=MARGINS)
    runs = runs_of(page)["Vanilla"]
    assert (runs["Published"], runs["Reproduced"]) == ("0.797", "reproduced")
    assert not [heading for heading in runs if heading.startswith("AUC by BCE:")]
    assert "text and code of the article part" in page


def test_training_times_of_both_kinds_of_runs_have_a_table(published: Published) -> None:
    ours = together(rows("vanilla", "training", seconds=100), rows("vanilla", "training", held_out="1", seconds=50))
    page = evaluation_page("training", ours, {"vanilla": "Vanilla"}, published=published)
    every, without = (runs_of(part)["Vanilla"] for part in page.split("## ")[1:])
    assert every == {"Seconds": "100.0", "Published": "675.0"}
    assert without == {"Seconds": "50.0"}
    assert "times on the author's GPU" in page


@pytest.mark.parametrize(
    ("evaluation", "metric", "heading"),
    [
        ("sampling", "frechet_pca", "Fréchet distance in PCA space"),
        ("sampling", "density_features", "Density"),
        ("sampling", "coverage_pca", "Coverage in PCA space"),
        ("interpolation", "midpoint_distance_features", "Distance of midpoints"),
        ("interpolation", "evenness", "Evenness"),
        ("latent_structure", "trustworthiness", "Trustworthiness"),
        ("latent_structure", "codebook_perplexity", "Codebook perplexity"),
    ],
)
def test_what_has_a_number_has_a_column_for_each_protocol_and_nothing_else(
    evaluation: str, metric: str, heading: str
) -> None:
    paper = seeds_of([10], "vq", evaluation, metric)
    ours = together(paper, paper.assign(protocol="corrected", value=11))
    page = evaluation_page(evaluation, ours, {"vq": "vq-VAE"})
    (runs,) = runs_of(page).values()
    assert {name: float(text) for name, text in runs.items()} == {f"{heading}, paper": 10, f"{heading}, corrected": 11}


def test_without_published_figures_there_is_no_published_column() -> None:
    labels = {"vanilla": "Vanilla"}
    ours = together(
        rows("vanilla", "reconstruction", bce=60),
        rows("vanilla", "classification", accuracy=0.7),
        rows("vanilla", "anomaly", held_out="1", auc=0.8),
        rows("vanilla", "training", seconds=100),
    )
    pages = [
        evaluation_page("reconstruction", ours, labels),
        evaluation_page("classification", ours, labels),
        evaluation_page("anomaly", ours, labels),
        evaluation_page("training", ours, labels),
    ]
    for page in pages:
        (*_, headings) = [list(row) for row in runs_of(page).values()]
        assert not [heading for heading in headings if "Published" in heading or heading == "Difference"]
        assert "Published" not in page


def results(model: str, *, bce: float, accuracy: float, auc: float, seed: int = 0) -> pd.DataFrame:
    """The rows of both runs of a model; errors of the run that leaves a class out are ten times as high."""
    return together(
        rows(model, "reconstruction", seed=seed, bce=bce),
        rows(model, "reconstruction", held_out="1", seed=seed, bce=10 * bce),
        rows(model, "classification", seed=seed, accuracy=accuracy),
        rows(model, "anomaly", held_out="1", seed=seed, auc=auc),
    )


def test_the_best_of_each_task_is_bold_baselines_included_and_the_best_autoencoder_then_italic() -> None:
    ours = together(
        results("vanilla", bce=64, accuracy=0.78, auc=0.79),
        results("vae", bce=76, accuracy=0.6, auc=0.8),
        results("vq", bce=64, accuracy=0.77, auc=0.7),
        rows("scratch", "classification", accuracy=0.87),
        rows("real", "reconstruction", bce=50),
    )
    page = tables.summary(ours, LABELS)
    runs = runs_of(page)
    bold = {heading: [label for label in runs if "**" in runs[label][heading]] for heading in runs["VAE"]}
    assert bold == {
        "Reconstruction: BCE ↓": ["Vanilla", "vq-VAE"],
        "Classification: Accuracy ↑": ["Trained from scratch"],
        "Anomaly detection: AUC ↑": ["VAE"],
    }
    assert runs["Vanilla"]["Reconstruction: BCE ↓"] == "**64.00**"
    assert runs["Trained from scratch"]["Classification: Accuracy ↑"] == "**0.8700**"
    assert runs["Vanilla"]["Classification: Accuracy ↑"] == "*0.7800*"
    assert runs["Real images"]["Reconstruction: BCE ↓"] == "50.00"  # wins nothing
    assert "One seed, so no interval." in page


def test_the_summary_compares_means_over_seeds_under_each_protocol() -> None:
    paper = together(
        *(results("vanilla", bce=bce, accuracy=1, auc=1, seed=seed) for seed, bce in enumerate([60, 80])),
        *(results("vq", bce=bce, accuracy=0, auc=0, seed=seed) for seed, bce in enumerate([68, 70])),
    )
    page = tables.summary(together(paper, paper.assign(protocol="corrected", value=-paper["value"])), LABELS)
    published, corrected = (runs_of(part) for part in page.split("## ")[1:])
    assert published["Vanilla"]["Reconstruction: BCE ↓"] == "70.00 [0.00, 197.06]"
    assert published["vq-VAE"]["Reconstruction: BCE ↓"] == "**69.00 [56.29, 81.71]**"
    assert corrected["Vanilla"]["Reconstruction: BCE ↓"].startswith("**-70.00")


def densities(**values: float) -> pd.DataFrame:
    return together(*(rows(model, "sampling", density_features=value) for model, value in values.items()))


def competing(densities: pd.DataFrame) -> dict[str, Any]:
    measure = catalogue.metric("sampling", "density_features")
    return dict(comparisons.competing(densities, "paper", "sampling", measure).loc[0])


def test_a_density_above_that_of_real_images_is_no_better() -> None:
    ours = densities(vanilla=0.8, vae=1.7, vq=1.05, pca=0.2, real=1.0)
    text = evaluation_page("sampling", ours, LABELS)
    texts = {label: row["Density, paper"] for label, row in runs_of(text).items()}
    assert texts["Vanilla"] == "0.800"
    assert (texts["VAE"], texts["vq-VAE"]) == ("1.700", "1.050")
    assert "A density above that of real images is no better" in text
    assert competing(ours) == {"vanilla": 0.8, "vae": 1, "vq": 1, "pca": 0.2, "real": 1}


def test_a_density_counts_as_it_is_where_no_real_images_were_measured() -> None:
    assert competing(densities(vanilla=0.8, vae=1.7)) == {"vanilla": 0.8, "vae": 1.7}


def test_each_seed_has_the_limit_of_its_own_real_images() -> None:
    ours = together(
        seeds_of([0.9, 1.2], "vae", "sampling", "density_pca"), seeds_of([1.0, 1.1], "real", "sampling", "density_pca")
    )
    found = comparisons.competing(ours, "paper", "sampling", catalogue.metric("sampling", "density_pca"))
    assert found["vae"].tolist() == [0.9, 1.1]


def test_a_sentence_on_a_metric_stands_where_it_is_shown() -> None:
    about = "Thin strokes: share of their ink"
    assert about in evaluation_page("reconstruction", rows("vae", "reconstruction", thin_strokes=0.5), LABELS)
    assert about not in evaluation_page("reconstruction", rows("vae", "reconstruction", sharpness=0.5), LABELS)


def test_a_control_that_failed_is_missed_where_it_takes_part_alone() -> None:
    failed = [{"model": "pixels", "held_out": "", "run": "Raw pixels, d = 20", "reason": "killed"}]
    ours = together(results("vanilla", bce=64, accuracy=0.78, auc=0.79), rows("vanilla", "latent_structure", nmi=0.5))
    runs = runs_of(tables.summary(ours, {"vanilla": "Vanilla"}, failed=failed))
    assert {heading for heading, text in runs["Raw pixels †"].items() if text} == {"Classification: Accuracy ↑"}


# Comparisons


@pytest.fixture
def three() -> pd.DataFrame:
    """Seeds differ by far more than models, which are compared in the same seed; vq lacks one."""
    common = np.array([60.0, 90.0, 70.0, 80.0])
    return together(
        seeds_of(list(common), "vanilla", "reconstruction", "bce"),
        seeds_of(list(common + np.array([5, 6, 5, 6])), "vae", "reconstruction", "bce"),
        seeds_of(list(common[:3] + np.array([-1, 1, 0])), "vq", "reconstruction", "bce"),
    )


def test_every_pair_is_compared_within_the_seeds_that_both_have(three: pd.DataFrame) -> None:
    found = comparisons.differences(three, LABELS, ["paper"])
    columns = "protocol,evaluation,metric,model,other,difference,low,high,n"
    assert ",".join(found.columns) == columns
    rounded = found[["model", "other", "difference", "low", "high", "n"]].round(2).to_numpy().tolist()
    assert rounded == [
        ["vanilla", "vae", -5.5, -6.42, -4.58, 4],
        ["vanilla", "vq", 0, -2.48, 2.48, 3],
        ["vae", "vq", 5.33, 3.9, 6.77, 3],
    ]


def test_the_page_compares_with_vanilla_and_with_the_best_and_marks_what_is_sure(three: pd.DataFrame) -> None:
    runs = runs_of(comparisons_page(three, LABELS, ["paper", "corrected"]))
    assert runs == {
        "Vanilla": {"paper: − Vanilla": "–", "paper: − vq-VAE (best)": "0.00 [-2.48, 2.48] (n = 3)"},
        "VAE": {
            "paper: − Vanilla": "**5.50 [4.58, 6.42]**",
            "paper: − vq-VAE (best)": "**5.33 [3.90, 6.77] (n = 3)**",
        },
        "vq-VAE": {"paper: − Vanilla": "0.00 [-2.48, 2.48] (n = 3)", "paper: − vq-VAE (best)": "–"},
    }


def test_one_seed_has_differences_without_intervals_and_nothing_is_sure() -> None:
    ours = together(rows("vae", "reconstruction", bce=70), rows("vq", "reconstruction", bce=60))
    runs = runs_of(comparisons_page(ours, {"vae": "VAE", "vq": "vq-VAE"}, ["paper"]))
    assert runs["vq-VAE"] == {"paper: − VAE": "-10.00", "paper: − vq-VAE (best)": "–"}


# Ranks


def data_sets(count: int) -> dict[str, pd.DataFrame]:
    """Data sets on which vanilla is best; the others take turns. Seeds differ, and the second data set has more."""
    return {
        f"set {number}": together(
            *(
                rows(model, "reconstruction", seed=seed, bce=bce + seed)
                for seed in range(1 + number)
                for model, bce in (("vanilla", 50), ("vae", 60 + 10 * (-1) ** number), ("vq", 60))
            ),
            rows("pca", "reconstruction", bce=1),
        )
        for number in range(count)
    }


def test_scores_are_averaged_within_a_data_set_before_they_are_ranked() -> None:
    (ranking,) = ranks.rankings(data_sets(2), LABELS, ["paper", "corrected"])
    assert ranking.scores.loc["set 1"].to_dict() == {"vanilla": 50.5, "vae": 50.5, "vq": 60.5}
    assert ranking.average.to_dict() == {"vanilla": 1.25, "vae": 2.25, "vq": 2.5}
    table = ranks.tidy([ranking])
    assert ",".join(table.columns) == "protocol,evaluation,metric,dataset,model,score,rank"
    assert table["rank"].tolist() == [1, 3, 2, 1.5, 1.5, 3]


def test_the_probability_of_improvement_is_the_share_of_pairs_of_runs_that_are_won() -> None:
    (ranking,) = ranks.rankings(data_sets(2), LABELS, ["paper"])
    assert ranking.improvement.to_dict() == {"vanilla": 0.875, "vae": 0.375, "vq": 0.25}  # a tie is half a win
    page = ranks_page([ranking], ["set 0", "set 1"], LABELS, 0.95)
    assert "## Probability of improvement, `paper`" in page and "0.88" in page


def test_with_few_data_sets_there_are_ranks_and_no_test() -> None:
    assert not any(ranking.test for ranking in ranks.rankings(data_sets(4), LABELS, ["paper"]))
    found = ranks.rankings(data_sets(1), LABELS, ["paper"])
    page = ranks_page(found, ["set 0"], LABELS, 0.95)
    assert {
        label: row["Reconstruction: BCE ↓"] for label, row in runs_of(page.partition("## Probability")[0]).items()
    } == {
        "Vanilla": "1.0",
        "VAE": "3.0",
        "vq-VAE": "2.0",
    }
    assert "None: with fewer than 5 data sets" in page and "Blocks: 1 data set (set 0)" in page


def test_several_data_sets_are_tested_and_few_are_warned_of() -> None:
    found = ranks.rankings(data_sets(6), LABELS, ["paper"])
    page = ranks_page(found, list(data_sets(6)), LABELS, 0.95)
    (texts,) = [
        [run.strip() for run in line.split("|")[1:-1]]
        for line in page.splitlines()
        if line.startswith("| Reconstruction")
    ]
    assert texts == ["Reconstruction: BCE ↓", "paper", "6", "3", "6.00", "0.0498", "1.35"]  # exp(-3) for 6.00
    assert "Few blocks decide little" in page


def test_a_model_that_a_data_set_lacks_is_not_ranked() -> None:
    tables_ = data_sets(3)
    tables_["set 1"] = tables_["set 1"][tables_["set 1"]["model"] != "vae"]
    (ranking,) = ranks.rankings(tables_, LABELS, ["paper"])
    assert list(ranking.scores) == ["vanilla", "vq"] and ranking.test is None


@pytest.mark.parametrize("count", [1, 3, 5])
def test_the_diagram_shows_every_rank_with_the_same_bytes(count: int, tmp_path: Path) -> None:
    sets = data_sets(count)
    pictures = []
    for name in ("a.png", "b.png"):
        found = ranks.rankings(sets, LABELS, ["paper"])
        figure = diagram.draw(style.entries(LABELS), found, list(sets), 0.95)
        texts = " ".join(text.get_text() for text in figure.axes[0].texts)
        assert all(label in texts for label in LABELS.values())
        assert ("critical difference" in figure.axes[0].get_title()) == (count == 5)
        assert ("too few for a test" in figure.get_suptitle()) == (count < 5)
        style.save(figure, tmp_path / name, [])
        pictures.append((tmp_path / name).read_bytes())
    assert pictures[0] == pictures[1]


# Names from outside

MODELS = ["vanilla", "vae", "vq", "shallow", "sparse", "denoising", "stacked", "stacked_pixels", "mine"]
TITLES = dict(zip(MODELS, NAMES, strict=True))


def hostile_pages() -> dict[str, str]:
    """Every page, with titles, names of classes and failures that Markdown may take for more than text."""
    ours = together(
        *(
            both_protocols(model, evaluation, held_out, seed, **{metric: 1.0 + number + seed / 9})
            for number, model in enumerate(MODELS[:-1])
            for seed in range(2)
            for evaluation, metric, held_out in [
                ("reconstruction", "bce", "none"),
                ("anomaly", "auc", "1"),
                ("anomaly", "auc", "2"),
            ]
        )
    )
    failed = [{"model": "mine", "held_out": "", "run": f"{name}, d = 2", "reason": name} for name in NAMES]
    known: dict[str, Any] = {"failed": failed}
    of_anomaly: dict[str, Any] = {"failed": [{**one, "held_out": "1"} for one in failed], "class_names": NAMES}
    limits = Limits(**CONFIG["claims"])
    judged = claims.verdicts(ours, ["paper"], limits)
    both = claims.overview(judged, limits), claims.by_measure(judged, limits)
    found = ranks.rankings({"a": ours, "b": ours}, TITLES, ["paper"])
    return {
        "summary": tables.summary(ours, TITLES, **known),
        "reconstruction": evaluation_page("reconstruction", ours, TITLES, **known),
        "anomaly": evaluation_page("anomaly", ours, TITLES, **of_anomaly),
        "comparisons": comparisons_page(ours, TITLES, ["paper"], **known),
        "claims": claims_page(*both, "a", TITLES, limits, **known),
        "ranks": ranks_page(found, ["a", "b"], TITLES, 0.95, **known),
    }


def parsed(text: str) -> list[Token]:
    """A page as code hosts understand it, with HTML."""
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def text_of(token: Token) -> str:
    return "".join(child.content for child in token.children or [])


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_markdown_is_shown_as_it_is(name: str) -> None:
    escaped = markdown.plain(name)
    for page in (f"## {escaped}", f"- {escaped}", f"| {escaped} |\n| --- |"):
        (inline,) = [token for token in parsed(page) if token.type == "inline"]
        assert text_of(inline) == printable(name)
        assert {child.type for child in inline.children or []} <= {"text", "text_special"}


@pytest.mark.parametrize("name", ["- a", "+ a", "1. a", "2024) a", "# a", "    a", "> a", "=", "---", "a_b_c", "_"])
def test_a_name_begins_no_block_in_a_list(name: str) -> None:
    found = parsed(f"- {markdown.plain(name)}")
    assert [token.type for token in found[:4]] == ["bullet_list_open", "list_item_open", "paragraph_open", "inline"]
    assert text_of(found[3]) == name.strip()


@pytest.mark.parametrize("name", ["summary", "reconstruction", "anomaly", "comparisons", "claims", "ranks"])
def test_names_from_outside_are_text_on_every_page(name: str) -> None:
    found = parsed(hostile_pages()[name])
    inlines = [token for token in found if token.type == "inline"]
    kinds = {child.type for token in inlines for child in token.children or []} | {token.type for token in found}
    assert not kinds & {"html_inline", "html_block", "link_open", "image", "s_open"}
    texts = [text_of(token) for token in inlines]
    assert texts[-len(NAMES) :] == [f"{printable(own)}, d = 2: {printable(own)}" for own in NAMES]
    if name == "claims":
        assert printable(TITLES["mine"]) in " ".join(texts)
    else:
        shown = {text.removesuffix(" †") for text in texts}
        assert {printable(title) for title in NAMES[:-1]} <= shown
    if name == "anomaly":
        assert f"d = 2, anomalies: {printable(NAMES[1])}" in texts


# Without labels


def unlabelled() -> pd.DataFrame:
    parts = [
        together(
            both_protocols(model, "reconstruction", bce=10 + number),
            both_protocols(model, "sampling", density_pca=0.5 + number, frechet_pca=1),
            both_protocols(model, "interpolation", midpoint_distance=3 + number),
            both_protocols(model, "latent_structure", trustworthiness=0.9 - number / 10),
        )
        for number, model in enumerate(LABELS)
    ]
    return together(*parts)


def test_without_labels_tasks_are_those_that_need_no_classes() -> None:
    page = tables.summary(unlabelled(), LABELS, has_labels=False)
    assert list(next(iter(runs_of(page).values()))) == [
        "Reconstruction: BCE ↓",
        "Sampling: Fréchet distance in PCA space ↓",
        "Interpolation: Distance of midpoints in pixels ↓",
        "Latent structure: Trustworthiness ↑",
    ]
    assert "Not measured: Classification, Anomaly detection." in page
    assert "anomaly detection:" not in page and "AUC" not in page
    found = comparisons.differences(unlabelled(), LABELS, ["corrected"], has_labels=False)
    assert set(found["metric"]) == {"bce", "frechet_pca", "midpoint_distance", "trustworthiness"}


@pytest.mark.parametrize("name", ["sampling", "interpolation", "latent_structure"])
def test_without_labels_tables_show_what_there_is_and_say_what_lacks(name: str) -> None:
    page = evaluation_page(name, unlabelled(), LABELS, has_labels=False)
    assert "Networks see no labels here. Not measured: " in page
    assert runs_of(page)
    assert "no labels" not in evaluation_page(name, unlabelled(), LABELS)


def test_a_data_set_without_labels_is_ranked_in_the_tasks_that_it_has() -> None:
    sets = {**data_sets(2), "flowers": unlabelled()}
    sets["set 0"] = together(sets["set 0"], *(rows(model, "classification", accuracy=0.5) for model in LABELS))
    found = {ranking.task.metric: list(ranking.scores.index) for ranking in ranks.rankings(sets, LABELS, ["paper"])}
    assert found == {"bce": ["set 0", "set 1", "flowers"], "accuracy": ["set 0"]}


def test_a_class_that_was_left_out_is_called_by_its_name() -> None:
    found = both_protocols("vae", "anomaly", held_out="1", auc=0.5)
    assert "anomalies: bee" in evaluation_page("anomaly", found, LABELS, class_names=["ant", "bee"])


def test_tables_of_scores_say_where_there_are_few_test_images(three: pd.DataFrame) -> None:
    def pages(count: int | None) -> dict[str, str]:
        return {
            "summary": tables.summary(three, LABELS, test_images=count),
            "comparisons": comparisons_page(three, LABELS, ["paper"], test_images=count),
            "reconstruction": evaluation_page("reconstruction", three, LABELS, test_images=count),
        }

    assert all("There are only 40 test images: " in text and " 2.5% " in text for text in pages(40).values())
    assert all("There are only" not in text for count in (100, None) for text in pages(count).values())
    assert "There are only" not in evaluation_page("training", three, LABELS, test_images=40)
