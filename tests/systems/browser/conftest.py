"""A real Chromium without a window, which has the report of the tiny bake-off open."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from support import debian
from support.workflow_runs import PATIENCE

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Report:
    """The open page, what its browser complained of, and what it asked for."""

    page: Page
    results: Path
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Skips, visibly, where there can be no Chromium; fails where AEPIPE_CHROMIUM=required says that there must be."""
    if reason := debian.missing({CHROMIUM: "chromium"}):
        (pytest.fail if os.environ.get("AEPIPE_CHROMIUM") == "required" else pytest.skip)(f"no Chromium: {reason}")
    with sync_playwright() as playwright:
        expect.set_options(timeout=1000 * PATIENCE)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=1000 * PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def opened(chromium: Browser, bake_off: Path) -> Report:
    """The report, loaded once for all tests, with every chart and map drawn, as for printing."""
    results = bake_off / "results/digits"
    report = Report(chromium.new_page(), results)
    report.page.set_default_timeout(1000 * PATIENCE)
    report.page.on("console", lambda message: report.complaints.append(message.text))
    report.page.on("pageerror", lambda error: report.complaints.append(str(error)))
    report.page.on("request", lambda request: report.requests.append(request.url))
    report.page.goto((results / "report.html").as_uri())
    report.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    waiting = report.page.locator(".chart:not([hidden]):not(:has(.main-svg)), .plot:not(:has(.main-svg))")
    expect(waiting).to_have_count(0)
    return report


@pytest.fixture
def report(opened: Report) -> Report:
    """That page, as it is when it has just been opened: all autoencoders, `corrected`, 1280 pixels wide."""
    page = opened.page
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(reduced_motion="no-preference")
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    if page.locator("input[name=model]:not(:checked)").count():
        page.get_by_role("button", name="all", exact=True).click()
    page.get_by_role("radio", name="corrected").check()
    return opened
