"""That every figure can be drawn, legibly and the same each time."""

from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image
from PIL.GifImagePlugin import GifImageFile

from aepipe.figures import (
    anomaly,
    classification,
    interpolation,
    latent_structure,
    reconstruction,
    sampling,
    style,
    training_curves,
    training_time,
)
from aepipe.figures.style import Entry

pytestmark = pytest.mark.filterwarnings("error")  # such as missing letters and text without room

LABELS = {"vanilla": "Vanilla", "stacked": "Stacked (codes)", "beta_vae_strict": "β-VAE, strict"}
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


def metrics_of(entries: list[Entry], seeds: int) -> pd.DataFrame:
    """All metrics that figures show; those of a β-VAE also with sampled codes."""
    evaluation_of = {"bce": "reconstruction", "accuracy": "classification", "auc": "anomaly", "seconds": "training"}
    models = [entry.name for entry in there(entries)]
    kinds = [(model, metric) for model in models for metric in evaluation_of]
    kinds += [(model, f"{metric}_sampled") for model, metric in kinds if "vae" in model and metric != "seconds"]
    kinds += [(model, "auc_signed") for model in models]
    kinds += [(baseline, "accuracy") for baseline in ("untrained", "scratch")]
    return pd.DataFrame(
        [
            {"model": model, "seed": seed, "evaluation": evaluation_of[metric.partition("_")[0]]}
            | {"metric": metric, "value": 0.5 + 0.01 * seed + 0.001 * position}
            for seed in range(seeds)
            for position, (model, metric) in enumerate(kinds)
        ]
    )


def draw_reconstruction(entries: list[Entry], seeds: int) -> Figure:
    shown = {entry.name: {"originals": pictures(4), "images": pictures(4)} for entry in there(entries)}
    return reconstruction.draw(entries, shown, metrics_of(entries, seeds), "mnist")


def draw_sampling(entries: list[Entry], seeds: int) -> Figure:
    samples = {entry.name: pictures(4 if "vae" in entry.name else 0) for entry in there(entries)}
    return sampling.draw(entries, samples, pictures(4), "mnist")


def draw_interpolation(entries: list[Entry], seeds: int) -> Figure:
    return interpolation.draw(entries, {entry.name: pictures(13) for entry in there(entries)}, pictures(2), "mnist")


def draw_map(entries: list[Entry], latent_dim: int, left_out: int | None) -> Figure:
    rng = np.random.default_rng(0)
    return latent_structure.draw(
        entries,
        {entry.name: rng.normal(size=(200, 2)) for entry in there(entries)},
        rng.integers(0, 10, 200, np.uint8),
        class_names=[str(label) for label in range(10)],
        latent_dim=latent_dim,
        left_out=left_out,
        dataset="mnist",
    )


def draw_latent_structure(entries: list[Entry], seeds: int) -> Figure:
    return draw_map(entries, 20, None)


def draw_latent_structure_anomaly(entries: list[Entry], seeds: int) -> Figure:
    return draw_map(entries, 2, 1)


def draw_classification(entries: list[Entry], seeds: int) -> Figure:
    published = {"vanilla": 0.7835, "untrained": 0.4364}
    return classification.draw(entries, metrics_of(entries, seeds), published, 550, "mnist")


def draw_anomaly(entries: list[Entry], seeds: int) -> Figure:
    rates = np.linspace(0, 1, 5)
    curve = pd.DataFrame({"metric": "auc", "false_positive_rate": rates, "true_positive_rate": rates**0.5})
    curves = {entry.name: [curve] * seeds for entry in there(entries)}
    return anomaly.draw(entries, metrics_of(entries, seeds), curves, {"vanilla": 0.797}, "1", "mnist")


def draw_training_time(entries: list[Entry], seeds: int) -> Figure:
    return training_time.draw(entries, metrics_of(entries, seeds), "mnist")


def draw_training_curves(entries: list[Entry], seeds: int, objective: str = "codes") -> Figure:
    jointly = pd.DataFrame({"epoch": [1, 2, 3, 4], training_curves.TERM: [200.0, 100.0, 80.0, 70.0]})
    greedily = pd.DataFrame(
        {"layer": [1, 1, 2, 2], "epoch": [1, 2, 1, 2], training_curves.TERM: [210.0, 110.0, 0.5, 0.1]}
    )
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
    draw_training_time,
    draw_training_curves,
]
each_figure = pytest.mark.parametrize("draw", FIGURES, ids=lambda draw: draw.__name__.removeprefix("draw_"))
Draw = Callable[[list[Entry], int], Figure]


def saved(figure: Figure, path: Path) -> Path:
    style.save(figure, path, [])
    return path


@each_figure
def test_the_same_numbers_give_the_same_png_of_200_dots_an_inch(draw: Draw, tmp_path: Path) -> None:
    first = saved(draw(THREE, 1), tmp_path / "first.png")
    again = saved(draw(THREE, 1), tmp_path / "again.png")
    assert first.read_bytes() == again.read_bytes()
    with Image.open(first) as image:
        assert image.format == "PNG"
        assert image.info["dpi"] == pytest.approx((200, 200), abs=0.1)
        assert len(image.getcolors(maxcolors=2**24) or []) > 2  # something is on it


@each_figure
@pytest.mark.parametrize(("entries", "seeds"), [(ONE, 1), (THREE, 2)], ids=["one model", "two seeds"])
def test_figures_can_be_drawn_of_one_model_and_of_several_seeds(
    draw: Draw, entries: list[Entry], seeds: int, tmp_path: Path
) -> None:
    assert saved(draw(entries, seeds), tmp_path / "figure.png").stat().st_size


def text_of(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


@each_figure
def test_every_figure_names_its_data_set_and_the_models_it_shows(draw: Draw) -> None:
    text = text_of(draw(THREE, 1))
    assert "mnist" in text
    shown = [LABELS["beta_vae_strict"]] if draw is draw_sampling else LABELS.values()
    assert all(label in text for label in shown)


# Colours


def test_ten_models_have_ten_colours() -> None:
    ten = style.entries({f"model{i}": f"Model {i}" for i in range(10)})
    assert len({entry.colour for entry in ten}) == 10


def test_a_model_has_a_colour_even_where_there_are_more_than_ten() -> None:
    labels = {f"model{i}": f"Model {i}" for i in range(12)}
    assert [entry.name for entry in style.entries(labels)] == list(labels)


def test_a_model_has_the_same_colour_every_time() -> None:
    assert style.entries(LABELS) == style.entries(LABELS)


@pytest.mark.parametrize("draw", [draw_classification, draw_anomaly, draw_training_time, draw_training_curves])
def test_the_figures_draw_each_model_in_its_colour(draw: Draw) -> None:
    figure = draw(THREE, 1)
    lines = {to_hex(line.get_color()) for line in figure.findobj(Line2D)}
    dots = {to_hex(colour) for dot in figure.findobj(PathCollection) for colour in dot.get_facecolor()}  # type: ignore[arg-type]
    own = {entry.colour.lower() for entry in THREE}
    assert (lines | dots) & {colour.lower() for colour in style.COLOURS} == own


# What single figures promise


def test_samples_are_drawn_of_generative_models_alone() -> None:
    text = text_of(draw_sampling(THREE, 1))
    assert "β-VAE, strict" in text
    assert "Vanilla" not in text


def test_reconstructions_are_shown_with_the_mean_error_over_seeds() -> None:
    metrics = pd.DataFrame(
        {"model": "vanilla", "evaluation": "reconstruction", "metric": "bce", "value": [60.0, 70.0], "seed": [0, 1]}
    )
    shown = {"vanilla": {"originals": pictures(4), "images": pictures(4)}}
    assert "65.0" in text_of(reconstruction.draw(ONE, shown, metrics, "mnist"))


@pytest.mark.parametrize("draw", [draw_classification, draw_anomaly])
def test_scores_say_which_marks_are_sampled_and_which_are_published(draw: Draw) -> None:
    text = text_of(draw(THREE, 1))
    assert all(label in text for label in ("mean codes", "sampled codes", "published"))
    assert "sampled codes" not in text_of(draw(ONE, 1))


def test_baselines_stand_below_the_models_in_classification() -> None:
    text = text_of(draw_classification(THREE, 1))
    assert text.index("Vanilla") < text.index("Untrained encoder") < text.index("From scratch")


def test_a_left_out_class_is_named_on_the_map() -> None:
    assert "1 (left out)" in text_of(draw_map(THREE, 2, 1))
    assert "left out" not in text_of(draw_map(THREE, 20, None))


def test_the_map_says_whether_codes_are_mapped_or_drawn_as_they_are() -> None:
    assert "mapped by UMAP" in text_of(draw_map(THREE, 20, None))
    assert "as they are" in text_of(draw_map(THREE, 2, 1))


def dashed_curves(figure: Figure) -> list[list[float]]:
    return [np.asarray(line.get_ydata()).tolist() for line in figure.findobj(Line2D) if line.get_linestyle() == "--"]


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


# Models that have failed

REASON = "train autoencoder: The training of gone diverged: its loss became nan in epoch 1, step 2 of 41. Lower " * 2
FAILED = [{"model": "gone", "left_out": "", "cell": "Gone, d = 20, seed 0", "reason": REASON}]


@each_figure
def test_a_failed_model_keeps_its_place_and_says_so(draw: Draw, tmp_path: Path) -> None:
    figure = draw([*THREE[:2], GONE, THREE[2]], 1)
    if draw is draw_sampling:
        pytest.skip("samples are of generative models only")
    texts = [text.get_text() for text in figure.findobj(Text)]
    assert "Gone" in texts
    assert "failed" in texts


@each_figure
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
