"""That every figure can be drawn, legibly and the same each time."""

from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image
from PIL.GifImagePlugin import GifImageFile
from support.hostile import NAMES

from aepipe import catalogue
from aepipe.analysis.curves import LOSS
from aepipe.catalogue import BASELINE_TITLES as BASELINES
from aepipe.evaluation import metrics
from aepipe.reporting.figures import (
    anomaly,
    image_rows,
    interpolation,
    latent_structure,
    reconstruction,
    sampling,
    scores,
    style,
    sweep,
    training_curves,
)
from aepipe.reporting.figures.style import Entry

pytestmark = pytest.mark.filterwarnings("error")  # such as missing letters and text without room

LABELS = {"vanilla": "Vanilla", "stacked": "Stacked (codes)", "beta_vae_strict": "β-VAE, strict"}
TEN = {
    "shallow": "Shallow",
    "vanilla": "Vanilla",
    "stacked": "Stacked (codes)",
    "stacked_pixels": "Stacked (pixels)",
    "sparse": "Sparse",
    "denoising": "Denoising",
    "vae": "VAE",
    "beta_vae_strict": "β-VAE, strict",
    "beta_vae_loose": "β-VAE, loose",
    "vq": "vq-VAE",
}
THREE = style.entries(LABELS)
ONE = THREE[:1]
GONE = Entry("gone", "Gone", "#000000")  # a model that has failed


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    plt.close("all")


def pictures(*shape: int) -> np.ndarray:
    """Made-up images of 8 x 8 pixels in [0, 1]."""
    return np.random.default_rng(0).random((*shape, 8, 8))


def there(entries: list[Entry]) -> list[Entry]:
    """The models that have not failed."""
    return [entry for entry in entries if entry != GONE]


def names(entries: list[Entry]) -> list[str]:
    return [entry.name for entry in there(entries)]


#: evaluation -> metric -> where its values lie, about; what MNIST gives, from the article and from one run.
RANGES = {
    "reconstruction": {
        "bce": (63, 125),
        "sharpness": (0.3, 0.9),
        "thin_strokes": (0.4, 0.95),
        "live_units": (11, 20),
        "edge_energy": (0.5, 1),
        "high_frequencies": (0.3, 1),
    },
    "sampling": {
        "frechet_features": (3, 300),
        "precision_features": (0.2, 0.9),
        "recall_features": (0.1, 0.8),
        "density_features": (0.1, 1.1),
        "coverage_features": (0.1, 0.9),
        "frechet_pca": (1, 100),
        "precision_pca": (0.3, 0.9),
        "recall_pca": (0.1, 0.7),
        "density_pca": (0.2, 1.2),
        "coverage_pca": (0.2, 0.9),
        "confidence": (0.7, 0.97),
        "class_entropy": (1.9, 2.3),
    },
    "interpolation": {
        "midpoint_distance": (4, 7),
        "midpoint_distance_features": (2, 5),
        "midpoint_distance_pca": (3, 6),
        "end_distance_features": (1, 4),
        "midpoint_confidence": (0.6, 0.9),
        "path_confidence": (0.7, 0.95),
        "evenness": (0.5, 0.95),
    },
    "latent_structure": {
        "trustworthiness": (0.86, 0.98),
        "knn_accuracy": (0.6, 0.96),
        "silhouette": (-0.05, 0.2),
        "nmi": (0.2, 0.6),
        "ari": (0.1, 0.5),
        "own_group_excess": (-0.02, 0.1),
        "mixing_gap": (-0.05, 0.2),
    },
    "classification": {"accuracy": (0.2, 0.9)},
    "anomaly": {"auc": (0.1, 0.9), "average_precision": (0.06, 0.6)},
}
#: baseline -> the evaluations that it takes part in
SHOWN = {
    "pca": set(RANGES),
    "untrained": {"reconstruction", "latent_structure", "classification"},
    "scratch": {"classification"},
    "pixels": {"latent_structure", "classification"},
    "real": {"reconstruction", "sampling", "interpolation", "anomaly"},
}


def metrics_of(
    entries: list[Entry], seeds: int, held_out: tuple[int, ...] = (1,), latent_dims: tuple[int, ...] = (2,)
) -> pd.DataFrame:
    """A made-up table of metrics of the models and the baselines."""
    runs = [(20, "none"), *((latent_dim, str(label)) for latent_dim in latent_dims for label in held_out)]
    table: list[metrics.Row] = []
    for index, model in enumerate([*names(entries), *BASELINES]):
        for seed in range(seeds):
            for latent_dim, label in runs:
                run = {"dataset": "mnist", "model": model, "latent_dim": str(latent_dim), "held_out": label}
                run["seed"] = str(seed)
                for evaluation in RANGES:
                    if evaluation in SHOWN.get(model, RANGES) and (evaluation == "anomaly") == (label != "none"):
                        both = values_of(model, index, evaluation, seed, latent_dim + ord(label[0]))
                        table += metrics.tidy(run, evaluation, both)
                if model not in BASELINES:
                    table += metrics.tidy(run, "training", {"paper": {"seconds": 60 + 5 * index + seed**0.5}})
    return pd.DataFrame(table).astype({"latent_dim": int, "seed": int})


def values_of(model: str, index: int, evaluation: str, seed: int, run: int) -> dict[str, dict[str, float]]:
    """Made-up numbers of both protocols, which differ for VAEs, and for all in classification and anomaly detection."""
    spread = np.random.default_rng([index, seed, run])
    middles = np.random.default_rng([index, run]).random(len(RANGES[evaluation]))
    paper, corrected = {}, {}
    for (metric, (low, high)), middle in zip(RANGES[evaluation].items(), middles, strict=True):
        paper[metric] = low + (high - low) * float(np.clip(middle + 0.04 * spread.normal(), 0, 1))
        differs = "vae" in model or evaluation in ("classification", "anomaly")
        corrected[metric] = 0.9 * paper[metric] + 0.05 * high if differs else paper[metric]
    if evaluation == "anomaly":
        paper["auc_bce"] = 0.8 + 0.02 * spread.normal()
    if evaluation == "latent_structure" and "vae" in model:
        corrected["active_units"] = 14.0 + seed % 3
    if evaluation == "latent_structure" and model == "vq":
        corrected["codebook_perplexity"] = 120.0 + seed
    has_prior = "vae" in model or model == "vq"
    return (
        {"corrected": corrected}
        if evaluation == "sampling" and not has_prior
        else {"paper": paper, "corrected": corrected}
    )


def draw_reconstruction(entries: list[Entry], seeds: int) -> Figure:
    shown = {name: {"originals": pictures(4), "images": pictures(4)} for name in [*names(entries), "pca"]}
    return reconstruction.draw(entries, shown, metrics_of(entries, seeds), "mnist")


def draw_sampling(entries: list[Entry], seeds: int) -> Figure:
    samples = {name: pictures(4 if "vae" in name else 0) for name in names(entries)}
    mixtures = {name: pictures(4) for name in [*names(entries), "pca"]}
    return sampling.draw(entries, samples, mixtures, pictures(4), "mnist")


def draw_interpolation(entries: list[Entry], seeds: int) -> Figure:
    ways = {name: pictures(13) for name in [*names(entries), "pca"]}
    return interpolation.draw(entries, ways, pictures(2), "mnist")


def draw_map(entries: list[Entry], latent_dim: int, held_out: int | None) -> Figure:
    rng = np.random.default_rng(0)
    return latent_structure.draw(
        entries,
        {entry.name: rng.normal(size=(200, 2)) for entry in there(entries)},
        rng.integers(0, 10, 200, np.uint8),
        class_names=[str(label) for label in range(10)],
        latent_dim=latent_dim,
        held_out=held_out,
        dataset="mnist",
    )


def draw_latent_structure(entries: list[Entry], seeds: int) -> Figure:
    return draw_map(entries, 20, None)


def draw_latent_structure_anomaly(entries: list[Entry], seeds: int) -> Figure:
    return draw_map(entries, 2, 1)


def draw_scores(
    name: str, entries: list[Entry], metrics: pd.DataFrame, published: dict[str, dict[str, float]] | None = None
) -> Figure:
    evaluation = catalogue.evaluation(name)
    title = evaluation.figure.format(dataset="mnist", labelled=550)
    return scores.draw(evaluation, entries, metrics, title, published=published or {}, failed={"gone"})


def draw_classification(entries: list[Entry], seeds: int) -> Figure:
    published = {"accuracy": {"vanilla": 0.7835, "untrained": 0.4364}}
    return draw_scores("classification", entries, metrics_of(entries, seeds), published)


def roc_curves(steepness: float) -> pd.DataFrame:
    rates = np.linspace(0, 1, 40)
    rows = [
        {"protocol": protocol, "metric": metric, "false_positive_rate": rates, "true_positive_rate": rates**power}
        for protocol, metric, power in [
            ("paper", "auc", steepness),
            ("paper", "auc_bce", 0.2),
            ("corrected", "auc", steepness / 2),
        ]
    ]
    return pd.concat([pd.DataFrame(row) for row in rows], ignore_index=True)


def draw_anomaly(entries: list[Entry], seeds: int) -> Figure:
    curves = {
        name: [roc_curves(0.6 + 0.3 * index + 0.1 * seed) for seed in range(seeds)]
        for index, name in enumerate([*names(entries), "pca"])
    }
    published = {"auc": {"vanilla": 0.797}}
    return anomaly.draw(entries, metrics_of(entries, seeds), curves, published, ["1"], "mnist", failed={"gone"})


def draw_sweep(entries: list[Entry], seeds: int) -> Figure:
    table = metrics_of(entries, seeds, held_out=tuple(range(10)), latent_dims=(2, 20))
    return sweep.draw(entries, table, [str(label) for label in range(10)], "mnist")


def draw_reconstruction_scores(entries: list[Entry], seeds: int) -> Figure:
    return draw_scores("reconstruction", entries, metrics_of(entries, seeds), {"bce": {"vanilla": 63.92}})


def draw_sampling_scores(entries: list[Entry], seeds: int) -> Figure:
    return draw_scores("sampling", entries, metrics_of(entries, seeds))


def draw_interpolation_scores(entries: list[Entry], seeds: int) -> Figure:
    return draw_scores("interpolation", entries, metrics_of(entries, seeds))


def draw_latent_structure_scores(entries: list[Entry], seeds: int) -> Figure:
    return draw_scores("latent_structure", entries, metrics_of(entries, seeds))


def draw_training_scores(entries: list[Entry], seeds: int) -> Figure:
    return draw_scores("training", entries, metrics_of(entries, seeds))


def draw_training_curves(entries: list[Entry], seeds: int, objective: str = "codes") -> Figure:
    jointly = pd.DataFrame({"epoch": [1, 2, 3, 4], LOSS: [200.0, 100.0, 80.0, 70.0]})
    greedily = pd.DataFrame({"layer": [1, 1, 2, 2], "epoch": [1, 2, 1, 2], LOSS: [210.0, 110.0, 0.5, 0.1]})
    curves = {entry.name: [greedily if entry.name == "stacked" else jointly] * seeds for entry in there(entries)}
    return training_curves.draw(entries, curves, {"stacked": objective}, "mnist")


FIGURES = [
    draw_reconstruction,
    draw_sampling,
    draw_interpolation,
    draw_latent_structure,
    draw_latent_structure_anomaly,
    draw_classification,
    draw_anomaly,
    draw_training_scores,
    draw_training_curves,
    draw_reconstruction_scores,
    draw_sampling_scores,
    draw_interpolation_scores,
    draw_latent_structure_scores,
    draw_sweep,
]
#: One figure of each layout.
LAYOUTS = [
    draw_reconstruction,
    draw_latent_structure,
    draw_training_curves,
    draw_sampling_scores,
    draw_anomaly,
    draw_sweep,
]
#: Drawn from the table of metrics alone.
OF_NUMBERS = [
    draw_classification,
    draw_training_scores,
    draw_reconstruction_scores,
    draw_sampling_scores,
    draw_interpolation_scores,
    draw_latent_structure_scores,
]
each_figure = pytest.mark.parametrize("draw", FIGURES, ids=lambda draw: draw.__name__.removeprefix("draw_"))
Draw = Callable[[list[Entry], int], Figure]


def saved(figure: Figure, path: Path) -> Path:
    style.save(figure, path, [])
    return path


@each_figure
def test_the_same_numbers_give_the_same_png_of_200_dots_an_inch(draw: Draw, tmp_path: Path) -> None:
    first = saved(draw(THREE, 2), tmp_path / "first.png")
    again = saved(draw(THREE, 2), tmp_path / "again.png")
    assert first.read_bytes() == again.read_bytes()
    with Image.open(first) as image:
        assert image.format == "PNG"
        assert image.info["dpi"] == pytest.approx((200, 200), abs=0.1)
        assert len(image.getcolors(maxcolors=2**24) or []) > 2  # something is on it


@each_figure
def test_figures_can_be_drawn_of_one_model_and_one_seed(draw: Draw, tmp_path: Path) -> None:
    assert saved(draw(ONE, 1), tmp_path / "figure.png").stat().st_size


def text_of(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


@each_figure
def test_every_figure_names_its_data_set_and_the_models_it_shows(draw: Draw) -> None:
    text = text_of(draw(THREE, 1))
    assert "mnist" in text
    assert all(label in text for label in LABELS.values())


# Colours


def test_twenty_models_have_twenty_colours_that_can_be_told_apart() -> None:
    many = style.entries({f"model{i}": f"Model {i}" for i in range(20)})
    colours = np.array([to_rgb(entry.colour) for entry in many])
    distances = np.abs(colours[:, None] - colours).sum(axis=2)[~np.eye(20, dtype=bool)]
    assert distances.min() > 0.15


def test_a_model_has_a_colour_even_where_there_are_more_than_twenty() -> None:
    labels = {f"model{i}": f"Model {i}" for i in range(23)}
    assert [entry.name for entry in style.entries(labels)] == list(labels)


def test_a_model_has_the_same_colour_whichever_models_stand_beside_it() -> None:
    titles = {**TEN, "mine": "Mine", "conv_vae": "Convolutional"}
    every = {entry.name: entry.colour for entry in style.entries(titles)}
    for chosen in (["vq", "mine"], ["mine"], ["conv_vae", "shallow", "mine"], list(titles)[::-1]):
        some = style.entries({name: titles[name] for name in chosen})
        assert {entry.name: entry.colour for entry in some} == {name: every[name] for name in chosen}
    assert len(set(every.values())) == len(titles)


@pytest.mark.parametrize("draw", [*OF_NUMBERS, draw_anomaly, draw_training_curves])
def test_the_figures_draw_each_model_in_its_colour(draw: Draw) -> None:
    lines = {to_hex(line.get_color()) for line in draw(THREE, 1).findobj(Line2D)}
    assert lines & {colour.lower() for colour in style.COLOURS} == {entry.colour.lower() for entry in THREE}


# Scores: seeds, protocols, baselines


def table_of(
    evaluation: str, metric: str, values: dict[str, dict[str, list[float]]], held_out: str = ""
) -> pd.DataFrame:
    """Model -> protocol -> the values of the seeds, as tidy rows."""
    rows = [
        {"model": model, "protocol": protocol, "seed": seed, "held_out": held_out, "latent_dim": 2, "value": value}
        for model, protocols in values.items()
        for protocol, numbers in protocols.items()
        for seed, value in enumerate(numbers)
    ]
    return pd.DataFrame(rows).assign(dataset="mnist", evaluation=evaluation, metric=metric)


def accuracies(values: dict[str, dict[str, list[float]]], published: dict[str, float] | None = None) -> Figure:
    return draw_scores(
        "classification", ONE, table_of("classification", "accuracy", values), {"accuracy": published or {}}
    )


def marks(figure: Figure, colour: str) -> list[Line2D]:
    """What is drawn in a colour in the first panel."""
    return [line for line in figure.axes[0].lines if to_hex(line.get_color()) == colour.lower()]


def numbers_of(line: Line2D) -> list[float]:
    return np.asarray(line.get_xdata(), float).tolist()


def height_of(line: Line2D) -> float:
    return float(np.asarray(line.get_ydata())[0])


def test_a_score_is_its_seeds_their_mean_and_its_95_percent_t_interval() -> None:
    seeds, bar, mean = marks(accuracies({"vanilla": {"corrected": [0.4, 0.5, 0.6]}}), ONE[0].colour)
    assert numbers_of(seeds) == [0.4, 0.5, 0.6]
    assert numbers_of(bar) == pytest.approx([0.5 - 0.24841, 0.5 + 0.24841], abs=1e-5)  # 4.30265 * 0.1 / sqrt(3)
    assert numbers_of(mean) == pytest.approx([0.5])


def test_of_one_seed_there_is_a_score_and_no_interval() -> None:
    figure = accuracies({"vanilla": {"corrected": [0.4], "paper": [0.4]}})
    (mean,) = marks(figure, ONE[0].colour)
    assert numbers_of(mean) == [0.4]
    assert "interval" not in text_of(figure)
    assert "±" not in text_of(figure)
    assert "95% interval" in text_of(accuracies({"vanilla": {"corrected": [0.4, 0.5]}}))


def test_a_seed_without_a_value_leaves_the_others_as_they_are() -> None:
    seeds, _, mean = marks(accuracies({"vanilla": {"corrected": [0.4, float("nan"), 0.6]}}), ONE[0].colour)
    assert numbers_of(seeds) == [0.4, 0.6]
    assert numbers_of(mean) == pytest.approx([0.5])


def test_the_paper_protocol_is_a_ring_below_the_fair_one() -> None:
    corrected, paper = marks(accuracies({"vanilla": {"corrected": [0.4], "paper": [0.6]}}), ONE[0].colour)
    assert (numbers_of(corrected), numbers_of(paper)) == ([0.4], [0.6])
    assert height_of(corrected) < 0 < height_of(paper)  # rows are counted downwards
    assert corrected.get_markerfacecolor() != "white"
    assert paper.get_markerfacecolor() == "white"


def test_what_is_the_same_under_both_protocols_is_drawn_once_in_the_middle_of_the_row() -> None:
    (same,) = marks(accuracies({"vanilla": {"corrected": [0.4], "paper": [0.4]}}), ONE[0].colour)
    assert height_of(same) == 0


def test_the_published_figure_stands_beside_the_paper_protocol() -> None:
    figure = accuracies({"vanilla": {"corrected": [0.4], "paper": [0.6]}}, {"vanilla": 0.7})
    (diamond,) = [line for line in figure.axes[0].lines if line.get_marker() == "D"]
    _, paper = marks(figure, ONE[0].colour)
    assert numbers_of(diamond) == [0.7]
    assert height_of(diamond) == height_of(paper)
    assert "published" in text_of(figure).split("\n")
    assert "published" not in text_of(accuracies({"vanilla": {"corrected": [0.4]}})).split("\n")


def test_controls_that_were_measured_stand_below_the_models_in_grey() -> None:
    figure = accuracies({name: {"corrected": [0.4]} for name in ("pixels", "scratch", "vanilla", "pca")})
    rows = figure.axes[0].get_yticklabels()
    assert [row.get_text() for row in rows] == ["Vanilla", "PCA", "Trained from scratch", "Raw pixels"]
    assert rows[0].get_color() not in {row.get_color() for row in rows[1:]}
    line, *baselines = sorted(marks(figure, style.GREY), key=height_of)
    assert [height_of(baseline) > height_of(line) > 0 for baseline in baselines] == [True] * 3


def test_a_panel_shows_every_seed_and_is_not_squeezed_by_a_long_interval() -> None:
    entries = style.entries({"shallow": "Shallow", "vanilla": "Vanilla"})
    table = table_of(
        "reconstruction", "bce", {"shallow": {"corrected": [100, 130]}, "vanilla": {"corrected": [60, 60.1]}}
    )
    low, high = draw_scores("reconstruction", entries, table, {"bce": {"vanilla": 55.0}}).axes[0].get_xlim()
    assert 20 < low < 55
    assert 130 < high < 160  # the interval of shallow ends at 306


def test_a_control_that_is_far_off_is_written_at_the_edge_instead_of_squeezing_the_models() -> None:
    entries = style.entries({"shallow": "Shallow", "vanilla": "Vanilla"})
    values = {"shallow": [110.0], "vanilla": [60.0], "pca": [105.0], "untrained": [730.0], "real": [-300.0]}
    table = table_of("reconstruction", "bce", {model: {"corrected": value} for model, value in values.items()})
    ax = draw_scores("reconstruction", entries, table).axes[0]
    assert 50 < ax.get_xlim()[0] < ax.get_xlim()[1] < 130
    assert [text.get_text() for text in ax.texts if "→" in text.get_text() or "←" in text.get_text()] == [
        "730 →",
        "← -300",
    ]


@pytest.mark.parametrize(
    ("evaluation", "metric", "far"),
    [
        ("classification", "accuracy", 0.805),  # the axis is that of all accuracies
        ("reconstruction", "sharpness", 1.0),  # a line stands there
        ("sampling", "frechet_pca", 9000.0),  # logarithmic axes reach far
    ],
)
def test_a_control_that_the_axis_has_room_for_is_a_dot(evaluation: str, metric: str, far: float) -> None:
    entries = style.entries({"shallow": "Shallow", "vanilla": "Vanilla"})
    values = {"shallow": [0.31], "vanilla": [0.3], "pca": [far]}
    table = table_of(evaluation, metric, {model: {"corrected": value} for model, value in values.items()})
    ax = draw_scores(evaluation, entries, table).axes[0]
    assert not [text for text in ax.texts if "→" in text.get_text() or "←" in text.get_text()]
    low, high = ax.get_xlim()
    assert low < far < high


def test_a_figure_has_panels_for_what_was_measured_alone() -> None:
    table = table_of("reconstruction", "bce", {"vanilla": {"corrected": [60.0]}})
    assert len(draw_scores("reconstruction", ONE, table).axes) == 1


@pytest.mark.parametrize("draw", [*OF_NUMBERS, draw_sweep])
def test_no_text_lies_upon_another_with_ten_models_and_several_seeds(draw: Draw) -> None:
    figure = draw(style.entries(TEN), 2)
    figure.draw_without_rendering()
    off = {  # ticks that are not on the axis, and so not drawn
        id(tick.label1)
        for ax in figure.axes
        for axis, (low, high) in ((ax.xaxis, sorted(ax.get_xlim())), (ax.yaxis, sorted(ax.get_ylim())))
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        if not low <= tick.get_loc() <= high
    }
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text() and id(text) not in off]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    upon = [
        (one, other)
        for index, (one, first) in enumerate(boxes)
        for other, second in boxes[:index]
        if min(first.x1, second.x1) - max(first.x0, second.x0) > 1
        and min(first.y1, second.y1) - max(first.y0, second.y0) > 1
    ]
    assert not upon


@pytest.mark.parametrize("draw", [draw_reconstruction_scores, draw_classification, draw_anomaly])
def test_scores_say_what_the_protocols_are_and_which_marks_are_published(draw: Draw) -> None:
    text = text_of(draw(THREE, 1))
    assert all(label in text for label in ("corrected: ", "paper", "published"))


# Anomaly detection


def areas(values: dict[str, list[float]]) -> pd.DataFrame:
    """Left-out class -> areas of the seeds, of vanilla under the corrected protocol."""
    tables = [table_of("anomaly", "auc", {"vanilla": {"corrected": own}}, held_out) for held_out, own in values.items()]
    return pd.concat(tables, ignore_index=True)


def test_the_score_of_a_seed_is_its_mean_over_the_classes_held_out() -> None:
    figure = anomaly.draw(ONE, areas({"1": [0.4, 0.6], "2": [0.8, 0.7]}), {}, {}, ["1", "2"], "mnist")
    assert numbers_of(marks(figure, ONE[0].colour)[0]) == pytest.approx([0.6, 0.65])


def test_a_seed_that_lacks_a_class_is_not_compared_with_those_that_have_all() -> None:
    lacking = areas({"1": [0.4, 0.6], "2": [0.8]})
    (mean,) = marks(anomaly.draw(ONE, lacking, {}, {}, ["1", "2"], "mnist"), ONE[0].colour)
    assert numbers_of(mean) == pytest.approx([0.6])
    texts = [text.get_text() for text in sweep.draw(ONE, lacking, ["0", "1", "2"], "mnist").axes[0].texts]
    assert texts[-2:] == ["0.80", "0.60"]


def test_the_curves_are_left_away_where_only_numbers_are_there() -> None:
    assert "ROC curves" in text_of(draw_anomaly(THREE, 2))
    assert "ROC curves" not in text_of(anomaly.draw(THREE, metrics_of(THREE, 2), {}, {}, ["1"], "mnist"))


def test_several_curves_are_drawn_faintly_and_their_mean_true_positive_rate_strongly() -> None:
    steps = {"protocol": "corrected", "metric": "auc", "false_positive_rate": [0.0, 0.5, 1.0]}
    curves = [pd.DataFrame({**steps, "true_positive_rate": [0.0, middle, 1.0]}) for middle in (0.2, 0.8)]
    panel = anomaly.draw(ONE, areas({"1": [0.5, 0.5]}), {"vanilla": curves}, {}, ["1"], "mnist").axes[1]
    own = [line for line in panel.lines if to_hex(line.get_color()) == ONE[0].colour.lower()]
    assert [line.get_alpha() for line in own] == [0.35, 0.35, None]
    x, y = np.asarray(own[-1].get_xdata(), float), np.asarray(own[-1].get_ydata(), float)
    assert np.interp([0.25, 0.5], x, y) == pytest.approx([0.25, 0.5])


def test_a_model_with_saved_numbers_and_no_curve_has_not_failed() -> None:
    curves = {"vanilla": [roc_curves(0.5)]}
    assert "failed" not in text_of(anomaly.draw(THREE, metrics_of(THREE, 1), curves, {}, ["1"], "mnist"))


def test_the_sweep_shows_each_class_and_the_mean_of_all() -> None:
    figure = sweep.draw(ONE, areas({"0": [0.1], "2": [0.8]}), ["zero", "one", "two"], "mnist")
    panel = figure.axes[0]
    assert [text.get_text() for text in panel.texts] == ["0.10", "0.80", "0.45"]
    assert [tick.get_text() for tick in panel.get_xticklabels()] == ["zero", "two", "mean"]
    assert "one seed" in text_of(figure)


def test_the_sweep_averages_seeds_and_shows_half_of_their_interval() -> None:
    figure = sweep.draw(ONE, areas({"0": [0.4, 0.5, 0.6]}), ["0"], "mnist")
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.50", "±0.25"] * 2
    assert "3 seeds" in text_of(figure)


def test_the_sweep_has_a_map_for_each_latent_dimension_and_protocol() -> None:
    text = text_of(draw_sweep(THREE, 1))
    assert all(f"d = {latent_dim}, {protocol}" in text for latent_dim in (2, 20) for protocol in metrics.PROTOCOLS)


# What single figures promise


def test_samples_from_priors_are_of_generative_models_and_those_from_mixtures_of_all() -> None:
    figure = draw_sampling(THREE, 1)
    figure.draw_without_rendering()
    prior, mixture = sorted(
        (text.get_window_extent().y0 for text in figure.texts if text.get_text().startswith("From ")), reverse=True
    )
    rows = [(text.get_window_extent().y0, text.get_text()) for ax in figure.axes for text in ax.texts]
    rows = [(height, label) for height, label in rows if label]
    assert [label for height, label in rows if height > prior] == ["Test images"]
    assert [label for height, label in rows if prior > height > mixture] == ["β-VAE, strict"]
    assert [label for height, label in rows if mixture > height] == [*LABELS.values(), "PCA"]


def test_reconstructions_are_shown_with_the_mean_error_of_mean_codes_and_its_interval() -> None:
    errors = table_of("reconstruction", "bce", {"vanilla": {"corrected": [60.0, 70.0, 65.0], "paper": [99.0] * 3}})
    shown = {"vanilla": {"originals": pictures(4), "images": pictures(4)}}
    text = text_of(reconstruction.draw(ONE, shown, errors, "mnist"))
    assert "65.0 ± 12.4" in text  # 4.303 * 5 / sqrt(3)
    alone = errors[errors["seed"] == 0]
    assert "60.0" in text_of(reconstruction.draw(ONE, shown, alone, "mnist")).split("\n")


def test_a_left_out_class_is_named_on_the_map() -> None:
    assert "1 (held out)" in text_of(draw_map(THREE, 2, 1))
    assert "held out" not in text_of(draw_map(THREE, 20, None))


def test_the_map_says_whether_codes_are_mapped_or_drawn_as_they_are() -> None:
    assert "mapped by UMAP" in text_of(draw_map(THREE, 20, None))
    assert "as they are" in text_of(draw_map(THREE, 2, 1))


def dashed_curves(figure: Figure) -> list[list[float]]:
    return [np.asarray(line.get_ydata()).tolist() for line in figure.findobj(Line2D) if line.get_linestyle() == "--"]


def test_losses_that_are_densities_may_be_negative() -> None:
    curve = pd.DataFrame({"epoch": [1, 2, 3], LOSS: [5.0, -20.0, -30.0]})
    figure = training_curves.draw(THREE, {THREE[0].name: [curve]}, {}, "mnist")
    assert figure.axes[0].get_yscale() == "linear"
    assert figure.get_supylabel() == "loss (nats)"


def test_inner_layers_that_learn_codes_have_a_dashed_curve_on_an_axis_of_their_own() -> None:
    figure = draw_training_curves(THREE, 1, "codes")
    assert dashed_curves(figure) == [[0.5, 0.1]]
    assert "squared error (dashed)" in text_of(figure)


def test_inner_layers_that_learn_pixels_share_the_axis_of_the_others() -> None:
    figure = draw_training_curves(THREE, 1, "pixels")
    assert dashed_curves(figure) == []
    assert "squared error" not in text_of(figure)


@pytest.mark.parametrize("entries", [ONE, THREE], ids=["one model", "three models"])
def test_the_interpolation_is_animated_to_and_fro(entries: list[Entry], tmp_path: Path) -> None:
    ways = {entry.name: pictures(11) for entry in there(entries)}
    for name in ("first.gif", "again.gif"):
        interpolation.animate(entries, ways, str(tmp_path / name))
    assert (tmp_path / "first.gif").read_bytes() == (tmp_path / "again.gif").read_bytes()
    with GifImageFile(tmp_path / "first.gif") as animation:
        assert animation.is_animated
        assert animation.n_frames >= 2 * 11 - 1  # the same image twice may be one that stays longer
        assert animation.info["loop"] == 0  # for ever
        start = np.asarray(animation.convert("RGB"))
        animation.seek(animation.n_frames // 2)
        middle = np.asarray(animation.convert("RGB"))
    assert (start != middle).any()


# Names from outside

HOSTILE = style.entries({f"model{number}": name for number, name in enumerate(NAMES)})


@pytest.mark.parametrize("draw", LAYOUTS)
def test_titles_are_drawn_as_the_text_that_they_are(draw: Draw, tmp_path: Path) -> None:
    figure = draw(HOSTILE, 1)
    text = text_of(figure)
    assert all(entry.title in text for entry in HOSTILE)
    assert r"$\frac{$ and a $1^$" in text
    assert r"new\nline" in text
    assert all(character.isprintable() for character in text.replace("\n", ""))
    with Image.open(saved(figure, tmp_path / "figure.png")) as image:
        assert max(image.size) < 4000


def test_titles_have_room_and_differ() -> None:
    assert len({entry.title for entry in HOSTILE}) == len(NAMES)
    widths = [style.width(entry.title) for entry in HOSTILE]
    assert max(widths) < style.NAME + style.width(" (8)")


def test_titles_over_an_animation_have_room(tmp_path: Path) -> None:
    interpolation.animate(HOSTILE, {entry.name: pictures(3) for entry in HOSTILE}, tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as image:
        assert image.width < 1000


def test_characters_that_no_font_has_are_drawn_as_codes() -> None:
    assert style.drawable("β-VAE – العربية ½") == "β-VAE – العربية ½"
    assert style.drawable("\U0010fffd\x1b") == r"\U0010fffd\x1b"
    for character in "中猫🐱ह":
        code = character.encode("unicode_escape").decode()
        assert style.drawable(character) == (character if style.has_glyph(character) else code)


def test_a_name_that_no_font_has_is_the_number_of_its_class_which_a_note_explains() -> None:
    unknown = "a\U00012000"  # cuneiform
    assert style.class_labels(["bee", unknown, "β ½", unknown]) == ["bee", "class 1", "β ½", "class 3"]
    (note,) = style.notes_on_classes(["bee", unknown])
    assert r"1 (a\U00012000)" in note and "bee" not in note
    assert style.notes_on_classes(["bee", "β ½"]) == []


def test_the_font_of_boxes_for_every_character_has_none() -> None:
    assert not style.has_glyph("\U0010fffd")
    assert not any("Last Resort" in name for name in plt.rcParams["font.family"])


def test_a_metric_that_a_model_lacks_by_design_is_a_dash_and_one_that_it_lost_is_failed() -> None:
    values = {"vae": {"corrected": [14.0]}, "vq": {"corrected": [10.0]}}
    table = pd.concat([
        table_of("latent_structure", "active_units", {"vae": values["vae"]}),
        table_of("latent_structure", "trustworthiness", values),
    ])  # fmt: skip
    entries = style.entries({"vae": "VAE", "vq": "vq-VAE", "gone": "Gone"})
    trust, active = draw_scores("latent_structure", entries, table).axes
    assert [text.get_text() for text in trust.texts] == ["failed"]
    assert [text.get_text() for text in active.texts] == ["–", "–"]
    lost = scores.draw(catalogue.evaluation("latent_structure"), entries, table, "mnist")
    assert "failed" not in text_of(lost)


def map_of(class_names: list[str], held_out: int | None = None) -> Figure:
    positions = np.random.default_rng(0).normal(size=(2000, 2))
    labels = np.arange(2000) % len(class_names)
    maps = {entry.name: positions for entry in THREE}
    about = {"class_names": class_names, "latent_dim": 2, "held_out": held_out, "dataset": "d" * 100}
    return latent_structure.draw(THREE, maps, labels, **about)  # type: ignore[arg-type]


def colours_on(figure: Figure) -> int:
    return len(np.unique(np.asarray(figure.axes[0].collections[0].get_facecolor()), axis=0))


def test_every_class_is_in_the_legend_of_a_map_whatever_its_name(tmp_path: Path) -> None:
    figure = map_of(NAMES, held_out=5)
    (legend,) = figure.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert len(texts) == len(NAMES)
    assert texts[0] == f"0: {NAMES[0]}" and texts[5] == f"5: {NAMES[5]} (held out)"
    written = [text.get_text() for text in figure.axes[0].texts]
    assert written == [str(label) for label in range(len(NAMES))]  # at the centres of the classes
    saved(figure, tmp_path / "map.png")
    assert figure.axes[0].get_position().height * figure.get_figheight() > 2  # inches


def test_classes_of_few_images_have_marks_and_short_names_stand_at_the_centres() -> None:
    positions = np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 3.0], [10.0, 10.0]])
    about = {"class_names": ["a", "b"], "latent_dim": 2, "held_out": None, "dataset": "letters"}
    labels = np.array([0, 0, 0, 1])
    ax = latent_structure.draw(ONE, {ONE[0].name: positions}, labels, **about).axes[0]  # type: ignore[arg-type]
    assert [(text.get_text(), text.get_position()) for text in ax.texts] == [("a", (1, 0)), ("b", (10, 10))]
    marks = [np.asarray(dots.get_paths()[0].vertices).shape for dots in ax.collections]
    assert len(marks) == 2 and marks[0] != marks[1]


@pytest.mark.parametrize("count", [21, 1000])
def test_the_colours_of_many_classes_are_on_a_bar_which_names_some(count: int, tmp_path: Path) -> None:
    names = [f"class {number}".ljust(100, "x") for number in range(count)]
    figure = map_of(names, held_out=3)
    bar = figure.axes[-1]
    first, *_, last = [label.get_text() for label in bar.get_yticklabels()]
    assert first.startswith("class 0") and last.startswith(f"class {count - 1}")
    assert len(bar.get_yticklabels()) == latent_structure.NAMED
    assert [text.get_text().split()[-1] for text in figure.legends[0].get_texts()] == ["out)"]
    assert colours_on(figure) > 0.2 * count
    with Image.open(saved(figure, tmp_path / "map.png")) as image:
        assert max(image.size) < 4000
    assert figure.axes[0].get_position().width * figure.get_figwidth() > 2  # inches


def test_twenty_classes_have_colours_of_their_own() -> None:
    assert [colours_on(map_of([str(label) for label in range(count)])) for count in (10, 11, 20)] == [10, 11, 20]


def sweep_over(count: int) -> pd.DataFrame:
    one = areas({"0": [0.3]})
    return pd.concat([one.assign(held_out=str(label), value=label / count) for label in range(count)])


def test_a_sweep_over_many_classes_names_some_and_writes_the_means(tmp_path: Path) -> None:
    figure = sweep.draw(ONE, sweep_over(1000), [f"{label}".ljust(100, "x") for label in range(1000)], "mnist")
    ax = figure.axes[0]
    ticks = [tick.get_text() for tick in ax.get_xticklabels()]
    assert ticks[0].startswith("0x") and ticks[-1] == "mean" and 50 < len(ticks) < 80
    assert [text.get_text() for text in ax.texts] == ["0.50"]
    shown = np.asarray(ax.images[0].get_array())
    assert shown[0, :1000] == pytest.approx(np.arange(1000) / 1000)
    assert shown[0, 1000:] == pytest.approx(0.4995)
    with Image.open(saved(figure, tmp_path / "sweep.png")) as image:
        assert max(image.size) < 5000


def test_the_classes_of_a_sweep_have_their_names(tmp_path: Path) -> None:
    figure = sweep.draw(ONE, sweep_over(len(NAMES)), NAMES, "mnist")
    ticks = [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
    assert ticks == [*style.short_names(NAMES), "mean"]
    lines = sweep.draw(ONE, sweep_over(2), NAMES, "mnist").axes[0].get_title().split("\n")
    assert max(map(style.width, lines)) < 3.2 * sweep.CELL[0]
    saved(figure, tmp_path / "sweep.png")


def test_the_title_says_how_many_classes_are_held_out(tmp_path: Path) -> None:
    names = [f"class {number}" for number in range(100)]
    figure = anomaly.draw(ONE, areas({"0": [0.5]}), {}, {}, names, "mnist")
    saved(figure, tmp_path / "anomaly.png")
    title = figure.get_suptitle().replace("\n", " ")
    assert "class 9, … (100 in all) of mnist" in title and "class 10" not in title


def test_a_title_wider_than_its_figure_has_several_lines(tmp_path: Path) -> None:
    for draw in (draw_reconstruction, draw_latent_structure):
        figure = draw(ONE, 1)
        figure.suptitle("much to say " * 20)
        with Image.open(saved(figure, tmp_path / "a.png")) as image:
            assert image.width < 1.35 * 200 * figure.get_figwidth()
        assert figure.get_suptitle().count("\n") > 1


# Models that have failed

REASON = "train autoencoder: The training of gone diverged: its loss became nan in epoch 1, step 2 of 41. Lower " * 2
FAILED = [{"model": "gone", "held_out": "", "run": "Gone, d = 20, seed 0", "reason": REASON}]


@each_figure
def test_a_failed_model_keeps_its_place_and_says_so(draw: Draw, tmp_path: Path) -> None:
    figure = draw([*THREE[:2], GONE, THREE[2]], 1)
    texts = [text.get_text() for text in figure.findobj(Text)]
    assert "Gone" in texts
    assert "failed" in texts


@pytest.mark.parametrize("draw", LAYOUTS)
def test_the_reason_of_a_failure_stands_below_all_else_and_is_no_wider(draw: Draw, tmp_path: Path) -> None:
    style.save(draw([*THREE, GONE], 1), tmp_path / "without.png", [])
    style.save(draw([*THREE, GONE], 1), tmp_path / "with.png", FAILED)
    with Image.open(tmp_path / "without.png") as without, Image.open(tmp_path / "with.png") as reason:
        assert reason.height > without.height + 60
        assert reason.width == pytest.approx(without.width, rel=0.06)
        red = np.asarray(reason.convert("RGB")).astype(int)
        rows = np.flatnonzero(((red[..., 0] - red[..., 1]) > 120).any(axis=1))
        below = red[without.height - 25 :]
        coloured = below[(below.max(axis=2) - below.min(axis=2)) > 60]
        assert rows[-1] > without.height
        assert (coloured[:, 0] > coloured[:, 1]).all()  # nothing but the reason, in red, is down there


def test_a_figure_lists_some_failures_and_counts_the_others(tmp_path: Path) -> None:
    figure = draw_reconstruction(ONE, 1)
    failed = [{**FAILED[0], "run": f"Gone, seed {seed}", "reason": "\x1b[31mred 中"} for seed in range(100)]
    style.save(figure, tmp_path / "a.png", failed)
    below = figure.texts[-1].get_text().split("\n")
    assert len(below) == style.FAILURES + 1
    assert below[0] == rf"failed: Gone, seed 0: \x1b[31mred {style.drawable('中')}"
    assert below[-1] == f"... and {100 - style.FAILURES} more, which the tables list"


def test_a_palette_of_256_colours_changes_no_colour_that_one_would_notice() -> None:
    figure, ax = plt.subplots(figsize=(4, 2))
    figure.colorbar(ax.imshow(np.linspace(0, 1, 400).reshape(20, 20), cmap="RdBu"))
    figure.canvas.draw()
    picture = Image.fromarray(np.asarray(figure.canvas.buffer_rgba()))  # type: ignore[attr-defined]
    full, few = (np.asarray(each.convert("RGB"), int) for each in (picture, style.in_few_colours(picture)))
    assert np.abs(few - full).max() < 24
    assert (few[:, 0] == 255).all()


def test_grey_photographs_are_drawn_as_they_are_and_light_ink_black_on_white() -> None:
    ink = np.zeros((3, 6, 6))
    ink[:, 2:4, 2:4] = 1
    assert image_rows.grey_map(ink) == "gray_r"
    assert image_rows.grey_map(1 - ink) == image_rows.grey_map(np.full((3, 6, 6), 0.4)) == "gray"
    assert (image_rows.blank("gray_r", 2, 2) == 0).all() and (image_rows.blank("gray", 2, 2) == 1).all()


def test_images_in_colour_are_drawn_in_colour_and_grey_ones_in_their_map() -> None:
    _, (left, right) = plt.subplots(1, 2)
    red = np.zeros((2, 4, 6, 3))
    red[..., 0] = 1
    image_rows.draw_row(left, red, 3, "gray_r")
    image_rows.draw_row(right, np.ones((2, 4, 6)), 3, "gray_r")
    coloured, grey = (ax.images[0] for ax in (left, right))
    drawn = coloured.get_array()
    assert drawn is not None and {tuple(pixel) for pixel in np.asarray(drawn).reshape(-1, 3)} == {(1, 0, 0), (1, 1, 1)}
    assert grey.get_cmap().name == "gray_r"
    assert grey.get_array()[2, 2] == 1 and grey.get_array()[2, -1] == 0


def test_images_keep_their_proportions() -> None:
    wide, square = (image_rows.image_rows([image_rows.Group([image_rows.Row("A", images)])], "B") for images in (
        np.zeros((16, 4, 8)), np.zeros((16, 8, 8))
    ))  # fmt: skip
    own = [figure.axes[0].get_position().width * figure.get_figwidth() for figure in (wide, square)]
    assert own[0] == pytest.approx(2 * own[1])


def test_colours_are_interpolated_and_animated_in_colour(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    ways = {entry.name: random.random((11, 5, 7, 3)) for entry in THREE}
    figure = interpolation.draw(THREE, ways, random.random((2, 5, 7, 3)), "flowers")
    strip = figure.axes[0].images[0].get_array()
    assert strip is not None and np.asarray(strip)[2, 20].tolist() == [1, 1, 1]  # white between the two test images
    interpolation.animate(THREE, ways, tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as animation:
        assert np.ptp(np.asarray(animation.convert("RGB")).astype(int), axis=2).max() > 100


def test_a_map_without_labels_has_one_colour_and_no_legend() -> None:
    maps = {entry.name: np.random.default_rng(0).random((40, 2)) for entry in THREE}
    figure = latent_structure.draw(THREE, maps, None, class_names=[], latent_dim=2, held_out=None, dataset="flowers")
    assert not figure.legends
    colours = np.asarray(figure.axes[0].collections[0].get_facecolor())
    assert len(np.unique(colours, axis=0)) == 1


def test_a_legend_of_many_long_names_has_several_rows() -> None:
    names = [f"a class with the long name {number}" for number in range(12)]
    assert style.legend_columns([str(number) for number in range(10)], 14.5) == 10
    assert 1 <= style.legend_columns(names, 8.7) <= 3


def test_notes_stand_below_a_figure(tmp_path: Path) -> None:
    sizes = []
    for notes in ([], ["Without labels: nothing of classes."]):
        style.save(draw_sampling_scores(THREE, 2), tmp_path / "a.png", [], notes)
        with Image.open(tmp_path / "a.png") as image:
            sizes.append(image.height)
    assert sizes[0] < sizes[1]


def test_intervals_are_of_the_configured_confidence() -> None:
    table = table_of("classification", "accuracy", {"vanilla": {"corrected": [0.4, 0.5, 0.6]}})
    evaluation = catalogue.evaluation("classification")
    figure = scores.draw(evaluation, ONE, table, "digits", confidence=0.9)
    _, bar, _ = marks(figure, ONE[0].colour)
    assert numbers_of(bar) == pytest.approx([0.5 - 0.16859, 0.5 + 0.16859], abs=1e-5)  # 2.91999 * 0.1 / sqrt(3)
    assert "90% interval" in text_of(figure) and "95" not in text_of(figure)
    assert "90% interval" in text_of(sweep.draw(ONE, areas({"0": [0.4, 0.5, 0.6]}), ["0"], "mnist", 0.9))
    assert "± 0.1686" in text_of(figure)
