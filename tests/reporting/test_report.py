"""The report's parts, and pages of results that are unlike those of a whole bake-off."""

import re
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256
from html import unescape
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from aepipe.analysis import comparisons
from aepipe.catalogue import TASKS, evaluation
from aepipe.evaluation.metrics import COLUMNS, PROTOCOLS
from aepipe.reporting.page import charts, maps, origin, pictures, render, verdict
from aepipe.reporting.page.results import Results

LABELS = {"vanilla": "Vanilla", "mine": "My <own> autoencoder"}
NOTHING = origin.gathered([])
VERDICTS = [
    ("C1", "paper", "holds"),
    ("C1", "corrected", "does not hold"),
    ("C2", "paper", "undecided"),
    ("C2", "corrected", "undecided"),
    ("C3", "paper", "holds"),
    ("C3", "corrected", "not tested"),
]


def measured(values: dict[str, list[float]]) -> pd.DataFrame:
    """Tidy metrics in which a model's number in every task and under both protocols is one for each seed."""
    rows = [
        ("toys", model, 2, held_out, seed, protocol, task.evaluation, task.metric, value)
        for model, own in values.items()
        for seed, value in enumerate(own)
        for protocol in PROTOCOLS
        for task in TASKS
        for held_out in ["1" if task.evaluation == "anomaly" else ""]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def verdicts() -> pd.DataFrame:
    common = {"statement": "Vanilla is best", "measure": "", "contrast": "vanilla − mine", "reason": "no sweep"}
    numbers = {"estimate": 0.5, "low": 0.25, "high": 0.75, "n": 3, "agree": 2}
    return pd.DataFrame([{"claim": c, "protocol": p, "verdict": v, **common, **numbers} for c, p, v in VERDICTS])


def toys(values: dict[str, list[float]], size: tuple[int, ...] = (8, 8)) -> Results:
    """Results on 40 images of noise, half of them the test set."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (40, *size), dtype=np.uint8)
    drawn = {model: {"images": random.random((4, *size), dtype=np.float32)} for model in LABELS}
    metrics = measured(values)
    return Results(
        dataset="toys",
        titles=LABELS,
        metrics=metrics,
        claims=verdicts(),
        comparisons=comparisons.differences(metrics, LABELS, PROTOCOLS),
        images=images,
        classes=np.arange(40, dtype=np.uint8) % 2,
        class_names=["even", "odd"],
        origin={"source": "noise", "train": 20, "test": 20, "shape": size, "classes": [0, 1]},
        reconstructions={model: {**own, "originals": images[:4] / 255} for model, own in drawn.items()},
        samples={"vanilla": {"images": np.empty((0, *size), np.float32)}},
        mixtures=drawn,
        interpolations={model: {**own, "ends": images[:2] / 255} for model, own in drawn.items()},
        maps={model: {"positions": random.random((20, 2))} for model in LABELS},
        anomaly_maps={},
        held_out=1,
        roc_curves={},
        training_curves={},
        layerwise={},
        labelled=10,
        failed=[],
        confidence=0.95,
    )


THREE_SEEDS = {"vanilla": [1.0, 1.1, 1.2], "mine": [1.05, 1.0, 1.1], "pca": [5.0, 5.0, 5.0]}


def opened(sprite: pictures.Sprite) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(b64decode(sprite.uri.removeprefix("data:image/png;base64,")))))


# Pictures
# --------
def test_grey_images_are_black_on_white_and_colours_are_as_they_are() -> None:
    grey, colour = np.full((1, 4, 4), 0.25), np.full((1, 4, 4, 3), [0.0, 1.0, 0.2])
    assert np.array_equal(opened(pictures.sheet(grey, 1)), np.full((4, 4), 255 - 64))
    assert np.array_equal(opened(pictures.sheet(colour, 1)), np.full((4, 4, 3), [0, 255, 51]))


def test_an_image_is_found_in_a_sheet_by_its_number() -> None:
    images = np.random.default_rng(0).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    sheet = opened(pictures.sheet(images, 3))
    assert sheet.shape == (15, 9)
    for number, image in enumerate(images):
        top, left = 5 * (number // 3), 3 * (number % 3)
        assert np.array_equal(255 - sheet[top : top + 5, left : left + 3], image)


def test_large_images_are_reduced_by_means_of_squares() -> None:
    image = np.zeros((1, 130, 66), np.uint8)
    image[:, 0:3, 0:2] = 255
    shown = pictures.shown(image)
    assert shown.shape == (1, 43, 22)
    assert shown[0, 0, 0] == 255 - round(255 * 6 / 9)
    assert (shown[0, 1:] == 255).all()


def test_a_row_of_images_is_in_pieces_that_a_narrow_page_can_wrap() -> None:
    assert [strip.count for strip in pictures.strips(np.zeros((19, 8, 8)))] == [8, 8, 3]


def test_pictures_that_would_weigh_too_much_are_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "COLUMNS", 2)
    results = toys(THREE_SEEDS, (32, 32, 3))
    order, sprite = maps.chosen(results)
    assert len(order) == 20
    assert sprite
    monkeypatch.setattr(maps, "BYTES", len(sprite.uri) // 2)
    fewer, lighter = maps.chosen(results)
    assert lighter
    assert 5 < len(fewer) < 11
    assert len(lighter.uri) <= maps.BYTES


# Charts and maps
# ---------------
def test_a_row_shows_the_mean_with_its_interval_and_the_seeds() -> None:
    results = toys(THREE_SEEDS)
    figure = charts.scores(results, evaluation("reconstruction"))["reconstruction.bce.corrected"]
    seeds, mean = (trace for trace in figure["data"] if trace["meta"]["title"] == "Vanilla")
    assert seeds["x"] == pytest.approx([1.0, 1.1, 1.2])
    assert mean["x"] == pytest.approx([1.1])
    half = 4.302653 * 0.1 / 3**0.5  # Student's t with 2 degrees of freedom, 97.5 %
    assert mean["error_x"]["array"] == pytest.approx([half], rel=1e-4)
    assert mean["error_x"]["arrayminus"] == pytest.approx([half], rel=1e-4)


def test_one_seed_gives_no_interval() -> None:
    results = toys({"vanilla": [1.0], "mine": [2.0]})
    figure = charts.scores(results, evaluation("reconstruction"))["reconstruction.bce.corrected"]
    assert len(figure["data"]) == 2
    assert not any("array" in trace.get("error_x", {}) for trace in figure["data"])
    assert "With one seed there are no intervals" in render.render(results, NOTHING)


def test_a_control_far_away_is_written_at_the_edge() -> None:
    figure = charts.scores(toys(THREE_SEEDS), evaluation("reconstruction"))["reconstruction.bce.corrected"]
    baseline = figure["data"][-1]
    assert baseline["text"] == ["5 →"]
    assert baseline["meta"] == {"switch": "baselines", "title": "PCA"}
    assert figure["layout"]["xaxis"]["range"][1] < 2


def test_a_control_below_the_axis_is_written_at_the_left_edge() -> None:
    values = {"vanilla": [100.0, 101.0], "mine": [102.0, 103.0], "pca": [5.0, 5.0]}
    figure = charts.scores(toys(values), evaluation("reconstruction"))["reconstruction.bce.corrected"]
    low, high = figure["layout"]["xaxis"]["range"]
    baseline = figure["data"][-1]
    assert baseline["text"] == ["← 5"]
    assert 90 < low < baseline["x"][0] < (low + high) / 2


@pytest.mark.parametrize(("of", "metric"), [("classification", "accuracy"), ("sampling", "frechet_pca")])
def test_a_control_that_the_axis_has_room_for_is_a_dot(of: str, metric: str) -> None:
    results = toys({"vanilla": [0.3, 0.31], "mine": [0.31, 0.32], "pca": [0.805, 0.805]})
    rows = results.metrics[results.metrics["evaluation"] == of].assign(metric=metric)
    figure = charts.scores(replace(results, metrics=rows), evaluation(of))[f"{of}.{metric}.corrected"]
    assert figure["data"][-1]["x"] == [0.805]
    assert not [trace for trace in figure["data"] if trace["mode"] == "text"]


def test_every_dot_knows_its_image_and_class() -> None:
    results = toys(THREE_SEEDS)
    order, _ = maps.chosen(results)
    figure = maps.figures(results, "representation", results.maps, order, None)["map.representation.mine"]
    said = maps.dots(results, order, 20)
    for trace, name in zip(figure["data"], results.class_names, strict=True):
        for x, dot in zip(trace["x"], trace["customdata"], strict=True):
            assert x == pytest.approx(results.maps["mine"]["positions"][order[dot], 0], abs=1e-3)
            assert said["class"][dot] == name
            assert said["index"][dot] == 20 + order[dot]


def test_classes_beyond_the_colours_differ_by_their_marks() -> None:
    marks = [maps.mark(label, None) for label in range(100)]
    assert len(set(marks)) == 100
    assert len({colour for colour, _ in marks[:10]}) == 10
    assert len({symbol for _, symbol in marks[:10]}) == 10


# The verdict
# -----------
def test_the_verdict_counts_conclusions_under_each_protocol() -> None:
    assert verdict.sentence(toys(THREE_SEEDS)) == (
        "Of the article’s 3 conclusions, measured as published (paper), 2 hold and 1 is undecided; "
        "measured as it should be done (corrected), 1 does not, 1 is undecided and 1 is not tested."
    )


def test_what_can_not_be_told_from_the_best_is_named() -> None:
    close = {row.task.name: row for row in verdict.best(toys(THREE_SEEDS))}
    assert (close["Reconstruction"].model, close["Reconstruction"].rivals) == ("mine", ["Vanilla"])
    assert close["Sampling"].model == "vanilla"
    apart = verdict.best(toys({"vanilla": [1.0, 1.1, 1.2], "mine": [2.0, 2.11, 2.2]}))
    assert all(row.rivals == [] for row in apart)


# Pages
# -----
def test_labels_of_users_are_text_and_nothing_else() -> None:
    text = render.render(toys(THREE_SEEDS), NOTHING)
    assert "My &lt;own&gt; autoencoder" in text
    assert "<own>" not in text


def test_scripts_run_by_their_hashes_and_nothing_is_loaded() -> None:
    text = render.render(toys(THREE_SEEDS), NOTHING)
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', unescape(text))[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 2
    for script in scripts:
        assert b64encode(sha256(script.encode()).digest()).decode() in policy
    assert not re.findall(r'<(?:link|script|img|iframe)[^>]*(?:src|href)="(?!data:)', text)


def test_without_labels_there_are_no_classes_and_the_sections_say_so() -> None:
    results = toys(THREE_SEEDS)
    unlabelled = replace(
        results,
        metrics=results.metrics[~results.metrics["evaluation"].isin(["classification", "anomaly", "latent_structure"])],
        claims=verdicts().iloc[:0],
        classes=np.zeros(40, np.uint8),
        class_names=[],
        held_out=None,
        labelled=None,
    )
    text = render.render(unlabelled, NOTHING)
    assert "conclusions are not tested on this data set" in text
    for name in ("classification", "anomaly"):
        section = text[text.index(f'<section id="{name}"') :].partition("</section>")[0]
        assert "Not measured on this data set." in section
        assert "<table" not in section
    assert 'class="legend"' not in text
    assert '"class":null' in text


@pytest.mark.parametrize("size", [(8, 8), (5, 9), (12, 12, 3), (100, 70, 3)])
def test_images_of_any_size_and_colour_are_shown(size: tuple[int, ...]) -> None:
    text = render.render(toys(THREE_SEEDS, size), NOTHING)
    assert f"{size[1]} × {size[0]} pixels" in text
    assert ("in colour" in text) == (len(size) == 3)


def test_what_failed_is_shown_as_failed() -> None:
    results = toys({"vanilla": [1.0, 1.1]})
    failed = [{"model": "mine", "held_out": "", "run": "Mine, d = 2, seed 0", "reason": "train: it diverged"}]
    gone: dict[str, Any] = {
        name: {"vanilla": getattr(results, name)["vanilla"]}
        for name in ("reconstructions", "mixtures", "interpolations", "maps")
    }
    text = render.render(replace(results, failed=failed, **gone), NOTHING)
    assert "Mine, d = 2, seed 0: train: it diverged" in text
    row = re.findall(r'<tr data-model="mine">(.*?)</tr>', text, re.DOTALL)[0]
    assert "†" in row
    assert ">failed<" in row
    assert '<div class="map failed">failed</div>' in text


def test_results_without_any_cell_still_make_a_page() -> None:
    results = toys(THREE_SEEDS)
    names = ("reconstructions", "samples", "mixtures", "interpolations", "maps")
    nothing: dict[str, Any] = {name: {} for name in names}
    text = render.render(replace(results, **nothing), NOTHING)
    assert 'class="map"' not in text
    assert 'id="play"' not in text


# Provenance
# ----------
def test_records_are_gathered_with_all_that_differs_between_them() -> None:
    common = {"rule": "train_autoencoder", "inputs": {}, "outputs": {}, "spent": {"seconds": 1830.0}}
    network = {"class": "a.VAE", "latent_dim": 2, "encoder_widths": [], "decoder_widths": [], "settings": {}}
    settings = {"network": network, "training": {"epochs": 3}, "evaluation": {"probe": {"folds": 5}}}
    records = [
        {
            **common,
            "wildcards": {"model": "vae", "held_out": "none", "seed": str(seed)},
            "versions": {"torch": version},
            "code": {"a": digest},
            "settings": settings,
        }
        for seed, version, digest in ((0, "2.0", "abc"), (1, "2.1", "abc"))
    ]
    found = origin.gathered(records)
    assert found["jobs"] == 2
    assert found["time"] == "1 h 1 min"
    assert found["versions"] == {"torch": ["2.0", "2.1"]}
    assert found["code"] == {"a": ["abc"]}
    assert found["settings"] == {"probe": [{"folds": 5}]}
    assert found["networks"] == [{"model": "vae", "held_out": "none", **network, "training": {"epochs": 3}}]
