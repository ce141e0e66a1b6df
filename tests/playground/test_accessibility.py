"""No violation that axe-core can find, on any part of the page, in light and dark, on a phone and a laptop."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import OpenPage, draw, keep

# What the Web Content Accessibility Guidelines ask for at level AA, and what axe's makers hold to be good practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
    return [f"{one['id']}: {node['html'][:150]} {node['failureSummary']}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize(("width", "dark"), [(360, False), (360, True), (1366, False), (1366, True)])
def test_axe_finds_nothing(open_page: OpenPage, server: str, width: int, dark: bool) -> None:
    page = open_page(server, width=width, height=800, dark=dark)
    draw(page, "8")
    assert violations(page) == []
    page.click("#tab-inside")
    expect(page.locator("#accuracy")).to_contain_text("of 500")
    expect(page.locator("#map-part")).to_be_visible(timeout=60_000)
    assert violations(page) == []
    page.click("#backwards")
    page.click("#units button >> nth=3")
    assert violations(page) == []
    keep(page, f"backwards-{width}-{'dark' if dark else 'light'}")
    page.goto(server + "#learn?hidden=16&epochs=2&amount=1000")
    page.click("#start")
    expect(page.locator("#state")).to_have_text("Finished")
    assert violations(page) == []
    keep(page, f"learn-{width}-{'dark' if dark else 'light'}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


SMALLEST = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const sizes = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !parent.checkVisibility()) continue;
    sizes.push(parseFloat(getComputedStyle(parent).fontSize));
  }
  return Math.min(...sizes);
}"""


def test_no_text_is_smaller_than_14_pixels(open_page: OpenPage, server: str) -> None:
    page = open_page(server, width=360)
    for tab in ("draw", "inside", "learn"):
        page.click(f"#tab-{tab}")
        page.wait_for_timeout(300)
        assert page.evaluate(SMALLEST) >= 14
