"""The report in a real browser: what it shows, that all of it can be used, and by everybody."""

import re
from base64 import b64decode
from io import BytesIO
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, expect
from support.workflow_runs import PATIENCE

from aepipe.reporting.figures.scales import window
from aepipe.reporting.page.maps import MARGIN
from browser.conftest import Report

pytestmark = pytest.mark.workflow


def pixels(element: Locator, shape: tuple[int, ...]) -> np.ndarray:
    """What an element shows, at the middle of each of the pixels of the image that it is a magnification of."""
    picture = np.asarray(Image.open(BytesIO(element.screenshot())).convert("L")).astype(int)
    sides = zip(shape, picture.shape, strict=True)
    middles = [np.floor((np.arange(count) + 0.5) * size / count).astype(int) for count, size in sides]
    return picture[np.ix_(*middles)]


def black_on_white(image: np.ndarray) -> np.ndarray:
    """An image, uint8 or in [0, 1], as pages show it."""
    return 255 - (image.astype(int) if image.dtype == np.uint8 else np.rint(image * 255).astype(int))


def arrays(report: Report, model: str, name: str, run: str = "d10_without-none_seed0") -> dict[str, np.ndarray]:
    with np.load(report.results / f"runs/{model}/{run}/{name}.npz") as found:
        return dict(found)


def tested(report: Report) -> np.ndarray:
    """The test images of the first seed, by their index."""
    with np.load(report.results / "splits/without-none_seed0.npz") as split:
        return split["test"]


def mean(report: Report, model: str, metric: str, protocol: str) -> float:
    table = pd.read_csv(report.results / "metrics.csv")
    rows = table[(table["model"] == model) & (table["metric"] == metric) & (table["protocol"] == protocol)]
    return float(rows.loc[rows["held_out"].isna(), "value"].mean())


def drawn(report: Report, chart: str) -> dict[str, float]:
    """Model's label -> the number that a chart shows, without hidden models."""
    traces = report.page.evaluate(
        "name => document.querySelector(`[data-chart=${name}]`).data.map(({x, meta}) => [meta.title, x])", chart
    )
    return {label: x[0] for label, x in traces if len(x) == 1}


def test_the_page_opens_without_a_complaint_and_asks_nobody_for_anything(opened: Report) -> None:
    assert opened.complaints == []
    asked = [url for url in opened.requests if not url.startswith("data:")]
    assert asked == [(opened.results / "report.html").as_uri()]


def test_whatever_the_page_would_ask_a_network_for_is_refused(report: Report) -> None:
    refused = report.page.evaluate(
        """() => new Promise((resolve) => {
            addEventListener("securitypolicyviolation", (event) => resolve(event.blockedURI), { once: true });
            fetch("http://127.0.0.1:9/").catch(() => {});
        })"""
    )
    report.complaints.clear()
    assert refused == "http://127.0.0.1:9/"


def test_an_autoencoder_that_is_switched_off_is_shown_nowhere(report: Report) -> None:
    page = report.page
    everywhere = page.locator("main [data-model=vae]")
    assert everywhere.count() > 10  # rows of tables and pictures, a film, maps
    assert "VAE" in drawn(report, "reconstruction")
    page.get_by_role("checkbox", name="VAE", exact=True).focus()
    page.keyboard.press("Space")
    assert not any(element.is_visible() for element in everywhere.all())
    for chart in ("reconstruction", "sampling", "training"):
        assert "VAE" not in drawn(report, chart)
        assert "Vanilla" in drawn(report, chart)
    page.keyboard.press("Space")
    assert page.locator("#reconstruction tr[data-model=vae]").first.is_visible()
    assert "VAE" in drawn(report, "reconstruction")


def test_the_protocol_changes_charts_and_tables(report: Report) -> None:
    page = report.page
    for protocol, key in (("corrected", ""), ("paper", "ArrowDown")):
        page.get_by_role("radio", name=re.compile("^corrected")).focus()
        if key:
            page.keyboard.press(key)
        expected = mean(report, "vae", "bce", protocol)
        assert drawn(report, "reconstruction")["VAE"] == pytest.approx(expected, rel=1e-4)
        table = page.locator("#reconstruction table").first
        shown = [run for run in table.locator("tr[data-model=vae] td").all() if run.is_visible()]
        mse, psnr, ssim = (mean(report, "vae", metric, protocol) for metric in ("mse", "psnr", "ssim"))
        means = [f"{expected:.2f}", f"{mse:.4f}", f"{psnr:.2f}", f"{ssim:.3f}"]
        assert [run.inner_text().split()[0] for run in shown] == means
    assert page.get_by_role("heading", name="own prior").is_visible()


def test_a_chart_shows_the_measure_that_is_chosen(report: Report) -> None:
    report.page.get_by_label("Metric").first.select_option(label="live latent units")
    assert drawn(report, "reconstruction")["Vanilla"] == pytest.approx(
        mean(report, "vanilla", "live_units", "corrected")
    )
    report.page.get_by_label("Metric").first.select_option(label="binary cross-entropy (nats)")
    assert drawn(report, "reconstruction")["Vanilla"] == pytest.approx(
        mean(report, "vanilla", "bce", "corrected"), rel=1e-4
    )


def test_reconstructions_stand_below_their_test_images(report: Report) -> None:
    saved = arrays(report, "vanilla", "reconstruction")
    rows = report.page.locator("#reconstruction .row")
    for row, name in ((rows.first, "originals"), (rows.and_(report.page.locator("[data-model=vanilla]")), "images")):
        source = row.locator("img").first.get_attribute("src")
        assert source
        strip = np.asarray(Image.open(BytesIO(b64decode(source.removeprefix("data:image/png;base64,")))))
        for number, image in enumerate(black_on_white(saved[name][:8])):
            height, width = image.shape
            left = number * (width + 1)
            assert np.array_equal(strip[:height, left : left + width], image)


def test_the_slider_moves_the_way_from_image_to_image(report: Report) -> None:
    page = report.page
    way = arrays(report, "vanilla", "interpolation")["images"]
    film = page.locator(".films [data-model=vanilla] .film")
    slider = page.get_by_role("slider", name="Position along the path")
    slider.focus()
    for key, frame in (("Home", 0), ("End", len(way) - 1), ("ArrowLeft", len(way) - 2)):
        page.keyboard.press(key)
        assert np.abs(pixels(film, way.shape[1:]) - black_on_white(way[frame])).max() <= 2
    assert slider.get_attribute("aria-valuetext") == page.locator("#position").inner_text()


def test_the_animation_plays_until_it_is_stopped(report: Report) -> None:
    page = report.page
    page.get_by_role("slider", name="Position along the path").fill("0")
    page.get_by_role("button", name="Play").press("Enter")
    expect(page.locator("#frame")).not_to_have_value("0")
    page.get_by_role("button", name="Pause").press("Enter")
    stopped = page.locator("#frame").input_value()
    page.wait_for_timeout(300)
    assert page.locator("#frame").input_value() == stopped


def test_who_wants_less_motion_sees_stills(report: Report) -> None:
    page = report.page
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("slider", name="Position along the path").fill("0")
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(400)
    assert page.locator("#frame").input_value() == "0"
    expect(page.locator("#frame")).not_to_have_value("0")
    assert int(page.locator("#frame").input_value()) > 1
    page.get_by_role("button", name="Pause").click()


@pytest.mark.parametrize(
    ("kind", "run"), [("representation", "d10_without-none_seed0"), ("anomaly", "d2_without-1_seed0")]
)
def test_pointing_at_a_dot_shows_its_digit(report: Report, kind: str, run: str) -> None:
    page = report.page
    images, labels = np.load(report.results / "data/images.npy"), np.load(report.results / "data/labels.npy")
    positions = arrays(report, "vanilla", "latent_map", run)["positions"]
    dot = most_alone(positions)
    plot = page.locator(f"[data-map='map.{kind}.vanilla']")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    low, high = window(positions)
    across, down = np.array([0, 1]) + np.array([1, -1]) * (positions[dot] - low) / (high - low)
    inner = box["width"] - 2 * MARGIN - 2, box["height"] - 2 * MARGIN - 2  # without the border
    page.mouse.move(box["x"] + 1 + MARGIN + across * inner[0], box["y"] + 1 + MARGIN + down * inner[1])
    card = page.locator("#card")
    card.wait_for(state="visible")
    index = tested(report)[dot]
    assert card.inner_text().split("\n") == [f"class {labels[index]}", f"image {index}"]
    assert np.array_equal(pixels(card.locator(".picture"), images.shape[1:]), black_on_white(images[index]))
    rings = [ring for ring in page.locator(".ring").all() if ring.is_visible()]
    assert len(rings) > 10  # the same image is marked on the other maps
    page.mouse.move(0, 0)
    card.wait_for(state="hidden")


def most_alone(positions: np.ndarray) -> int:
    """The dot inside a map's window that is farthest from its nearest neighbour: nothing else is pointed at."""
    low, high = window(positions)
    shares = (positions - low) / (high - low)
    away = np.linalg.norm(shares[:, None] - shares[None], axis=2)
    np.fill_diagonal(away, np.inf)
    inside = ((shares > 0.05) & (shares < 0.95)).all(axis=1)
    return int(np.where(inside, away.min(axis=1), 0).argmax())


def test_dots_are_walked_through_by_keyboard_and_said_aloud(report: Report) -> None:
    page = report.page
    images, labels = np.load(report.results / "data/images.npy"), np.load(report.results / "data/labels.npy")
    positions = arrays(report, "vanilla", "latent_map")["positions"]
    page.locator("[data-map='map.representation.vanilla']").focus()
    found = []
    for key in ("ArrowLeft", "ArrowLeft", "ArrowRight", "ArrowDown", "ArrowUp"):  # from an edge, too
        page.keyboard.press(key)
        words = re.fullmatch(r"class (\d), image (\d+)", page.locator("#said").inner_text())
        assert words
        index = int(words[2])
        assert labels[index] == int(words[1])
        found.append(positions[tested(report).tolist().index(index)])
    assert found[2][0] > found[1][0]
    assert found[4][1] > found[3][1]
    assert np.array_equal(pixels(page.locator("#card .picture"), images.shape[1:]), black_on_white(images[index]))
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()


def test_a_keyboard_reaches_the_verdict_first_and_then_every_switch(report: Report) -> None:
    page = report.page
    page.locator(".skip").focus()
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator("nav a").last.focus()
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.tagName + ' ' + (document.activeElement.name ?? '')"))
    assert reached == ["SUMMARY ", "INPUT protocol", "INPUT model", "INPUT model"]


def test_nothing_scrolls_sideways_at_375_pixels(report: Report) -> None:
    page = report.page
    page.locator("#measure-anomaly").select_option("auc_bce")  # there under one protocol alone
    page.get_by_role("checkbox", name="Sparse").uncheck()
    page.set_viewport_size({"width": 375, "height": 700})
    for protocol in ("corrected", "paper"):
        page.evaluate("open => { document.querySelector('.switches').open = open; }", True)
        page.get_by_role("radio", name=re.compile(f"^{protocol}")).check()
        page.get_by_role("checkbox", name="Sparse").set_checked(protocol == "paper")
        for _ in range(10 * PATIENCE):  # charts follow the width; the page forbids what wait_for_function does
            widths = page.evaluate("[...document.querySelectorAll('.main-svg')].map((chart) => chart.clientWidth)")
            if max(widths) <= 375:
                break
            page.wait_for_timeout(100)
        assert max(widths) <= 375
        assert page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth]") == [375, 375]
        boxes = page.evaluate(
            "[...document.querySelectorAll('.scroll')].map((box) => [box.scrollWidth > box.clientWidth, box.tabIndex])"
        )
        assert all(reached >= 0 for wide, reached in boxes if wide)  # by keyboard


def test_on_a_narrow_page_each_answer_is_read_from_top_to_bottom(report: Report) -> None:
    report.page.set_viewport_size({"width": 390, "height": 844})
    row = report.page.locator(".tasks tbody tr:visible").first
    boxes = row.evaluate("row => [...row.cells].map((cell) => cell.getBoundingClientRect().toJSON())")
    assert len(boxes) == 4
    assert all(box["width"] > 300 and box["left"] == boxes[0]["left"] for box in boxes)
    assert all(above["bottom"] <= below["top"] for above, below in pairwise(boxes))


@pytest.mark.parametrize("width", [1280, 375])
def test_axe_finds_nothing_that_shuts_anybody_out(report: Report, width: int) -> None:
    report.page.set_viewport_size({"width": width, "height": 900})
    found = Axe().run(report.page, context={"exclude": [[".plot .main-svg"]]})  # thousands of dots, which are one image
    assert found.violations_count == 0, found.generate_report()


def test_every_section_is_in_the_contents_and_headings_descend_step_by_step(report: Report) -> None:
    page = report.page
    sections = [section.get_attribute("id") for section in page.locator("main > section").all()]
    assert [link.get_attribute("href") for link in page.locator("nav a").all()] == [f"#{name}" for name in sections]
    levels = [
        int(heading.evaluate("heading => heading.tagName")[1]) for heading in page.locator("h1, h2, h3, h4").all()
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(np.diff(levels)) == 1


def test_provenance_names_source_seeds_libraries_and_code(report: Report) -> None:
    text = report.page.locator("#provenance").text_content()
    assert text
    assert "scikit-learn’s load_digits" in text.replace("'", "’")
    assert "1,437 for training and validation, 360 for tests" in text
    for words in ("torch 2", "numpy 2", "aepipe.models.vae", "records/", "learning rate 0.001"):
        assert words in text, words
