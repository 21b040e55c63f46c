"""The report's parts, and pages of results that are unlike those of a whole bake-off."""

import re
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from support.hostile import NAMES
from support.reports import NOTHING, THREE_SEEDS, named, toys, verdicts

from aepipe.analysis.curves import LOSS, TRAIN_LOSS
from aepipe.catalogue import evaluation
from aepipe.errors import printable
from aepipe.reporting.figures.colours import Entry
from aepipe.reporting.page import advice, answers, charts, data, maps, origin, pictures, render, verdict
from aepipe.reporting.page.results import Results


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
    said = maps.dots(results, order)
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
        "Of the article’s 3 conclusions, measured as published (paper), 2 hold (0 after Holm’s correction) and 1 is "
        "undecided; measured as it should be done (corrected), 1 does not, 1 is undecided and 1 is not tested."
    )


def test_a_claim_shows_what_holms_correction_takes_back_and_measures_that_disagree() -> None:
    rows = {row["claim"]: row["found"] for row in verdict.claims(toys(THREE_SEEDS))}
    assert [found["after_holm"] for found in rows["C1"]] == ["after Holm: undecided", ""]
    assert [[own["verdict"] for own in found["measures"]] for found in rows["C2"]] == [["holds", "undecided"]] * 2
    assert rows["C2"][0]["measures"][0]["measure"] == "BCE"
    assert rows["C2"][0]["measures"][0]["contrast"] == "Vanilla − My <own> autoencoder: 0.5 [0.25, 0.75]"
    assert rows["C1"][0]["measures"] == []


def test_what_can_not_be_told_from_the_best_is_named() -> None:
    close = {row.task.name: row for row in answers.answers(toys(THREE_SEEDS))}
    assert (close["Reconstruction"].model, close["Reconstruction"].rivals) == ("mine", ["Vanilla"])
    assert (close["Sampling"].model, close["Latent structure"].model) == ("mine", "vanilla")
    apart = answers.answers(toys({"vanilla": [1.0, 1.1, 1.2], "mine": [2.0, 2.11, 2.2]}))
    assert all(row.rivals == [] for row in apart)


def test_a_lead_is_compared_with_the_nearest_rival_and_the_best_baseline() -> None:
    own = {row.task.name: row for row in answers.answers(toys(THREE_SEEDS)) if row.protocol == "corrected"}
    lost = own["Classification"]  # PCA has 5
    assert (lost.model, lost.beaten_by, lost.against) == ("vanilla", ["pca"], answers.BEATEN)
    assert lost.against_text.startswith("PCA is better than every autoencoder: 3.9000 [3.65")
    assert lost.sure.startswith("Not separable from My <own> autoencoder (0.0500 [-0.16")
    won = own["Reconstruction"]
    assert won.against == answers.AHEAD
    assert won.against_text.startswith("My <own> autoencoder is 3.95 [3.83, 4.07] lower than PCA")


def test_a_lead_of_one_seed_may_be_chance_and_equal_numbers_are_no_lead() -> None:
    one = toys({"vanilla": [1.0], "mine": [2.0]})
    found = answers.answers(one)
    assert "from one seed" in found[0].sure
    line = dict(answers.summary(one, found))["corrected"]
    tasks = "3 of 6 tasks, from one seed, so this may be chance."
    assert line.startswith(f"Vanilla and My <own> autoencoder are each the best in {tasks}")
    alike = toys({"vanilla": [1.0, 2.2], "mine": [1.1, 2.0]})
    line = dict(answers.summary(alike, answers.answers(alike)))["corrected"]
    assert line.startswith("Vanilla and My <own> autoencoder are each the best or not separable from the best in")
    same = answers.answers(toys({"vanilla": [1.0, 2.0], "mine": [1.0, 2.0]}))
    assert {row.sure for row in same} == {"All autoencoders score the same."}


def test_a_sentence_says_where_a_baseline_is_better_than_every_autoencoder() -> None:
    results = toys(THREE_SEEDS)
    lines = dict(answers.summary(results, answers.answers(results)))
    assert "PCA is better than every autoencoder in latent structure" in lines["corrected"]
    worse = toys({"vanilla": [1.0, 1.1], "mine": [1.0, 1.2], "pca": [1.0, 1.15]})
    assert "In no task" in dict(answers.summary(worse, answers.answers(worse)))["corrected"]


def test_all_baselines_that_are_significantly_better_are_named() -> None:
    results = toys(THREE_SEEDS | {"pixels": [4.0, 4.0, 4.0], "untrained": [1.0, 1.2, 1.4]})
    own = {row.task.name: row for row in answers.answers(results) if row.protocol == "corrected"}
    beaten = own["Classification"]
    assert beaten.beaten_by == ["pca", "pixels"]
    text = (
        r"PCA and Raw pixels are better than every autoencoder: 3.9000 \[.+\] and 2.9000 \[.+\] higher than Vanilla\."
    )
    assert re.fullmatch(text, beaten.against_text)
    line = dict(answers.summary(results, answers.answers(results)))["corrected"]
    assert "Raw pixels are better than every autoencoder in" in line
    assert "Raw pixels are better than all of them in" in lines_of(results)


def test_a_baseline_beyond_chance_is_named_where_a_better_one_may_be_chance() -> None:
    results = toys(THREE_SEEDS | {"pca": [1.2, 9.0, 1.0], "pixels": [2.0, 2.1, 2.2]})
    own = {row.task.name: row for row in answers.answers(results) if row.protocol == "corrected"}
    assert own["Classification"].against_text.startswith("Raw pixels are better than every autoencoder: 1.0000")


def test_real_images_are_no_rival() -> None:
    results = toys({"vanilla": [1.0, 1.1], "mine": [2.0, 2.1], "real": [9.0, 9.0]})
    assert {row.against for row in answers.answers(results)} == {""}


# The images
# ----------
def test_images_are_counted_by_class_and_part_and_shown_as_they_were_read() -> None:
    results = toys(THREE_SEEDS)
    even, odd = data.classes(results)
    parts = {"Training": 8, "of these with a label": 2, "Validation": 2, "Test": 10}
    assert [(own.name, own.parts) for own in (even, odd)] == [("even", parts), ("odd", parts)]
    assert even.examples
    assert np.array_equal(opened(even.examples)[:8, :8], results.images[0])  # not inverted
    assert data.about(results) == (
        "40 images of 8 × 8 pixels in grey, of 2 classes: 20 for training and validation, 20 for tests."
    )
    assert "without labels" in data.about(replace(results, class_names=[]))


def test_the_page_begins_with_the_answers_and_the_images() -> None:
    text = render.render(toys(THREE_SEEDS), NOTHING)
    places = [text.index(f'<section id="{name}"') for name in ("tasks", "images", "verdict", "reconstruction")]
    assert places == sorted(places)


def section_of(text: str, name: str) -> str:
    """A section of a page, of which there is at most one; empty without."""
    return text.partition(f'<section id="{name}"')[2].partition("</section>")[0]


def with_normal_images(classes: list[str]) -> Results:
    """Results on images of which a class is normal; the others are anomalies."""
    results = toys(THREE_SEEDS)
    of_classes = results.metrics.query("evaluation == 'anomaly'")
    together = of_classes.assign(evaluation="defects", metric="auc_all", held_out="")
    own = [of_classes.assign(held_out=str(label), value=label) for label in range(1, len(classes))]
    metrics = pd.concat([results.metrics.query("evaluation == 'reconstruction'"), together, *own])
    return replace(results, metrics=metrics, class_names=classes, has_labels=False, held_out=None)


def test_scores_of_all_anomalies_and_of_each_class_have_a_section_each() -> None:
    text = render.render(with_normal_images(["good", "crack", "hole"]), NOTHING)
    together, each = section_of(text, "defects"), section_of(text, "anomaly")
    assert "<select" in together and together.count("<table") == 1
    assert "Anomalies of each class" in each and "<select" not in each
    assert re.findall(r"<caption><strong>(.*?)\.</strong>", each) == ["crack", "hole"]


def test_anomalies_of_a_single_class_are_scored_once() -> None:
    text = render.render(with_normal_images(["good", "crack"]), NOTHING)
    assert section_of(text, "defects") and not section_of(text, "anomaly")
    assert 'href="#anomaly"' not in text
    assert not section_of(render.render(toys(THREE_SEEDS), NOTHING), "defects")  # where no class is normal


def test_greedy_training_is_spoken_of_where_an_autoencoder_is_trained_so() -> None:
    curve = pd.DataFrame({"epoch": [1], LOSS: [1.0]})
    results = replace(toys(THREE_SEEDS), training_curves={"vanilla": [curve]})
    assert "Greedy training" not in render.render(results, NOTHING)
    assert "Greedy training" in render.render(replace(results, layerwise={"vanilla": "pixels"}), NOTHING)


def test_losses_that_are_densities_may_be_negative() -> None:
    curve = pd.DataFrame({"epoch": [1, 2], LOSS: [5.0, -20.0]})
    assert "loss (nats)" in render.render(replace(toys(THREE_SEEDS), training_curves={"vanilla": [curve]}), NOTHING)


def test_the_articles_conclusions_come_last_and_folded_on_images_that_it_does_not_know() -> None:
    text = render.render(replace(toys(THREE_SEEDS), in_article=False), NOTHING)
    assert text.index('<section id="verdict"') > text.index('<section id="training"')
    section = text[text.index('<section id="verdict"') :].partition("</section>")[0]
    assert section.index("<details>") < section.index("Vanilla is best")
    assert "<summary>3 of its 3 conclusions are tested here</summary>" in section


def test_anomalies_are_shown_with_their_errors_where_one_class_is_normal() -> None:
    png = (Path(__file__).parents[2] / "docs/images/defects.png").read_bytes()
    section = render.render(replace(toys(THREE_SEEDS), defects=png), NOTHING).partition('<section id="defects"')[2]
    assert b64encode(png).decode() in section.partition("</section>")[0]
    assert "where their errors are" not in render.render(toys(THREE_SEEDS), NOTHING)


# Advice
# ------
def lines_of(results: Results, networks: list[dict[str, Any]] | None = None) -> str:
    return "\n".join([
        *advice.cautions(results, data.classes(results)),
        *advice.next_steps(results, answers.answers(results), networks or []),
    ])  # fmt: skip


def test_advice_follows_from_seeds_and_baselines() -> None:
    text = lines_of(toys(THREE_SEEDS))
    assert "More seeds: with 3" in text
    assert "PCA is better than all of them in latent structure" in text
    assert (
        "Try more epochs, a larger <code>latent_dim</code>, wider layers or convolutions (<code>backbone: conv</code>)."
        in text
    )
    network = {"model": "mine", "held_out": "none", "latent_dim": 20, "settings": {}, "backbone": "conv"}
    network["training"] = {"epochs": 300, "patience": 20}
    text = lines_of(toys(THREE_SEEDS), [network])
    assert "Try a larger <code>latent_dim</code> or more <code>channels</code>." in text
    five = lines_of(toys({"vanilla": [1.0, 1.1, 1.2, 1.1, 1.0], "mine": [2.0, 2.1, 2.2, 2.1, 2.01]}))
    assert "More seeds" not in five and "Stronger" not in five


def test_few_test_images_and_uneven_classes_are_warned_of() -> None:
    results = toys(THREE_SEEDS)
    assert "There are only 20 test images" in lines_of(results)
    uneven = replace(results, classes=np.array([0] * 36 + [1] * 4))
    assert "Class odd has 4 images, class even 36" in lines_of(uneven)
    assert "Class odd" not in lines_of(results)


def test_a_classifier_that_knows_nothing_is_warned_of() -> None:
    results = toys(THREE_SEEDS)
    assert "knows next to nothing" not in lines_of(results)
    assert "its test accuracy is 52.0%" in lines_of(replace(results, extractor_accuracy=0.52))
    assert "knows next" not in lines_of(replace(results, extractor_accuracy=None))


def test_collapsed_codes_are_put_into_words() -> None:
    results = toys(THREE_SEEDS)
    rows = results.metrics.query("evaluation == 'reconstruction' and model == 'mine' and protocol == 'corrected'")
    live = rows.assign(metric="live_units", value=0.0, latent_dim=20)
    collapsed = replace(results, metrics=pd.concat([results.metrics, live]))
    assert f"{results.titles['mine']} (d = 20): 0 of 20 units live in 3 of 3 seeds: collapsed" in lines_of(collapsed)
    assert "collapsed" not in lines_of(results)


def test_epochs_follow_from_the_losses_of_the_validation_images() -> None:
    def of(values: list[float]) -> str:
        curve = pd.DataFrame({"epoch": range(1, 21), LOSS: values, TRAIN_LOSS: values})
        return render.render(replace(toys(THREE_SEEDS), training_curves={"vanilla": [curve]}), NOTHING)

    falls, rises = of([100 * 0.9**epoch for epoch in range(20)]), of([*range(30, 20, -1), *range(21, 31)])
    assert "More epochs: validation images are reconstructed better and better up to the end by Vanilla" in falls
    stopped = {"model": "vanilla", "training": {"epochs": 300, "patience": 5}}
    curve = pd.DataFrame({"epoch": range(1, 21), LOSS: [*range(30, 20, -1), *range(21, 31)]})
    results = replace(toys(THREE_SEEDS), training_curves={"vanilla": [curve]})
    assert "Fewer epochs" in " ".join(advice.epochs(results, [{**stopped, "training": {"epochs": 20}}]))
    assert not list(advice.epochs(results, [stopped]))  # which has kept the best weights
    assert (
        "Fewer epochs" in rises
        and "Vanilla: the reconstruction loss of the validation images rises from epoch 10 of 20" in rises
    )


def test_a_map_is_printed_as_a_picture() -> None:
    results = toys(THREE_SEEDS)
    order, _ = maps.chosen(results)
    uri = maps.still(results, results.maps["mine"]["positions"], order, None)
    colours = {tuple(pixel) for pixel in np.asarray(Image.open(BytesIO(b64decode(uri.split(",")[1])))).reshape(-1, 3)}
    assert len(colours) == 3  # two classes on white
    assert f'<img class="still" src="{uri}"' in render.render(results, NOTHING)


# Pages
# -----
def test_labels_of_users_are_text_and_nothing_else() -> None:
    text = render.render(toys(THREE_SEEDS), NOTHING)
    assert "My &lt;own&gt; autoencoder" in text
    assert "<own>" not in text


class Structure(HTMLParser):
    """The elements of a page with the names of their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, ...]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("number", range(len(NAMES) - 1))
def test_names_from_outside_change_nothing_but_text(number: int) -> None:
    titles, classes = NAMES[number : number + 2], NAMES[number : number + 2][::-1]
    text = render.render(named(titles, classes), NOTHING)
    text.encode()
    page, plain = Structure(text), Structure(render.render(named(["a", "b"], ["c", "d"]), NOTHING))
    assert page.elements == plain.elements
    assert all(printable(name) in page.text for name in titles)
    assert "\x1b" not in text and "\u2028" not in text


def test_charts_show_titles_as_text_and_in_short() -> None:
    titles = charts.with_labels(style_free(NAMES))
    assert [unescape(entry.title) for entry in titles[:1]] == NAMES[:1]
    assert not re.findall(r"[<>{$]", "".join(entry.title for entry in titles))
    assert len({entry.title for entry in titles}) == len(NAMES)
    assert max(len(unescape(entry.title)) for entry in titles) <= charts.TITLE + len(" (8)")


def style_free(titles: list[str]) -> list[Entry]:
    return [Entry(str(number), title, "#000000") for number, title in enumerate(titles)]


def test_many_classes_are_listed_on_demand_and_share_marks() -> None:
    names = [f"class {number}" for number in range(1000)]
    results = replace(toys(THREE_SEEDS), class_names=names, classes=np.arange(960, 1000))
    text = render.render(results, NOTHING)
    assert "<summary>1,000 classes</summary>" in text and "class 999</li>" in text
    many = replace(results, classes=np.arange(40) % 20 * 50, maps={"mine": {"positions": np.random.rand(20, 2)}})
    figure = maps.figures(many, "representation", many.maps, np.arange(20), None)["map.representation.mine"]
    dots = [dot for trace in figure["data"] for dot in trace["customdata"]]
    assert sorted(dots) == list(range(20)) and len(figure["data"]) < 20
    held = replace(results, metrics=pd.concat(held_out(results.metrics, label) for label in range(100)))
    assert "Held-out classes: class 0, class 1, " in render.render(held, NOTHING)
    assert "… (100 in all)." in render.render(held, NOTHING)


def held_out(metrics: pd.DataFrame, label: int) -> pd.DataFrame:
    """The metrics of anomaly detection of another class."""
    return metrics[metrics["evaluation"] == "anomaly"].assign(held_out=str(label))


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
    assert "without labels" in text and "The first images of all images" in text
    for name in ("classification", "anomaly"):
        section = section_of(text, name)
        assert "<p>Not measured on this data set.</p>" in section
        assert "<table" not in section and "Protocol" not in section
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
