"""The report of autoencoders and classes whose names a browser may take for more than text."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from support.hostile import NAMES
from support.reports import NOTHING, named
from support.workflow_runs import PATIENCE

from aepipe.errors import printable
from aepipe.reporting.names import shortened
from aepipe.reporting.page import charts, render


@pytest.mark.parametrize("number", range(0, len(NAMES) - 1, 2))
def test_names_run_nothing_and_are_shown_as_they_are(chromium: Browser, number: int, tmp_path: Path) -> None:
    titles, complaints = NAMES[number : number + 2], list[str]()
    report = tmp_path / "report.html"
    report.write_text(render.render(named(titles, titles[::-1]), NOTHING), encoding="utf-8")
    page = chromium.new_page(viewport={"width": 375, "height": 700})
    page.set_default_timeout(1000 * PATIENCE)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(report.as_uri())
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".chart:not([hidden]):not(:has(.main-svg)), .plot:not(:has(.main-svg))")).to_have_count(0)
    assert page.evaluate("window.pwned") is None
    assert complaints == []
    rows = page.locator("[data-chart=reconstruction] .ytick").all_text_contents()
    assert rows == [*shortened(titles, charts.TITLE), "PCA"]
    page.locator(".map[data-map]").first.focus()
    page.keyboard.press("ArrowRight")
    assert (page.locator("#said").text_content() or "").startswith(tuple(f"class {printable(name)}" for name in titles))
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.close()
