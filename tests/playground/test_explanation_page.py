"""The page of `byhand explain --html`, opened from the disk."""

from pathlib import Path

from playwright.sync_api import Browser, Page

import byhand
from byhand.explanation import TINY_IMAGE, TINY_LABEL, explain, tiny_model
from byhand.explanation.page import page_of

from .test_accessibility import violations


def opened(browser: Browser, html: str, folder: Path, dark: bool) -> Page:
    assert "http" not in html and "<script" not in html
    file = folder / "page.html"
    file.write_text(html, "utf-8")
    page = browser.new_page(viewport={"width": 360, "height": 700}, color_scheme="dark" if dark else "light")
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert violations(page) == []
    return page


def test_it_reads_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    html = page_of(explain(byhand.load_model(), byhand.load_mnist().test_images[8], 5), "Image <8>")
    assert "http" not in html and "<script" not in html
    page = opened(browser, html, tmp_path, dark=True)
    assert page.title() == "Image <8>, forwards and backwards"
    assert page.locator("section").count() >= 12
    page.get_by_text("All 784").click()
    assert page.get_by_text("(27, 27)").first.is_visible()
    page.close()


def test_the_page_of_the_tiny_network_hides_nothing(browser: Browser, tmp_path: Path) -> None:
    html = page_of(explain(tiny_model(), TINY_IMAGE, TINY_LABEL, everything=True), "Two pixels")
    assert "<details" not in html
    assert html.count("term by term") == 6  # two hidden units, two outputs, and two hidden units on the way back
    opened(browser, html, tmp_path, dark=False).close()
