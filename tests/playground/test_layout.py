"""Where things are: details beside the lamps or in a sheet, all units in reach, links, cards and the projector."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import byhand
from byhand.model import Model
from byhand.nn import Network
from byhand.playground.content import choose_sample
from byhand.playground.one_file import page_of

from .conftest import OpenPage


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).bounding_box()
    assert found
    return {"x": found["x"], "y": found["y"], "width": found["width"], "height": found["height"]}


@pytest.mark.parametrize("width", [900, 1024, 1366])
def test_the_details_of_a_unit_stand_beside_the_lamps(open_page: OpenPage, exported: Path, width: int) -> None:
    page = open_page(f"file://{exported}#inside", width=width, height=768)
    page.hover("#units button >> nth=3")
    lamps, details = box(page, "#units"), box(page, "#details")
    assert details["x"] > lamps["x"] + lamps["width"]
    assert details["y"] < lamps["y"] + 50
    assert details["y"] + details["height"] <= 768 + 20


def test_on_a_phone_they_come_in_a_sheet(open_page: OpenPage, exported: Path) -> None:
    page = open_page(f"file://{exported}#inside", width=360, height=740)
    expect(page.locator("#looks-for")).to_be_hidden()
    page.click("#units button >> nth=3")
    expect(page.locator("#looks-for")).to_be_visible()
    sheet = box(page, "#details")
    assert sheet["y"] + sheet["height"] == pytest.approx(740, abs=1)
    page.keyboard.press("Escape")
    expect(page.locator("#looks-for")).to_be_hidden()
    page.click("#sheet")
    expect(page.locator("#looks-for")).to_be_visible()


def test_all_units_of_a_large_layer_can_be_reached(open_page: OpenPage, tmp_path: Path) -> None:
    shipped = byhand.load_model()
    network = Network([784, 300, 10], "relu")
    network.initialise("he", np.random.default_rng(0))
    model = Model(network, shipped.preprocessing, shipped.label_names)
    (tmp_path / "large.html").write_text(page_of(model, "large", choose_sample(model, "mnist", 40)), "utf-8")
    page = open_page(f"file://{tmp_path / 'large.html'}#inside")
    seen: set[str] = set()
    for count in (128, 128, 44):
        lamps = page.locator("#units .lamp")
        expect(lamps).to_have_count(count)
        seen |= set(lamps.evaluate_all("nodes => nodes.map((node) => node.getAttribute('aria-label'))"))
        if count == 128:
            page.get_by_role("button", name="Units that matter less").click()
    assert seen == {f"Unit {n}" for n in range(1, 301)}
    # A link to a unit turns to its page.
    unit = page.locator("#units .lamp").first.get_attribute("aria-label")
    assert unit
    page.goto(f"file://{tmp_path / 'large.html'}#inside?unit=1.{unit.split()[1]}")
    page.reload()
    page.locator("html[data-ready]").wait_for()
    expect(page.locator("#unit-name")).to_have_text(f"Hidden {unit.lower()}")
    expect(page.locator("#units .lamp.selected")).to_have_count(1)


def test_a_link_holds_network_image_unit_view_digit_and_hidden_cards(open_page: OpenPage, server: str) -> None:
    page = open_page(server + "#inside")
    page.select_option("#network", "accurate")
    expect(page.locator("#model-name")).to_have_text("accurate")
    page.click("#next")
    page.click("#next")
    page.click("#units button >> nth=6")
    page.click("#backwards")
    page.select_option("#truth", "3")
    page.click("#cards summary")
    page.get_by_label("A map of the sample").uncheck()
    page.get_by_label("The errors").uncheck()
    expect(page).to_have_url(
        re.compile(r"#inside\?network=accurate&image=3&unit=1.7&view=backward&digit=3&hide=map,errors$")
    )
    answer = page.locator("#back-loss").inner_text()

    other = open_page(page.url)
    expect(other.locator("#model-name")).to_have_text("accurate")
    expect(other.locator("#image-name")).to_contain_text("Image 3 of the sample")
    expect(other.locator("#unit-name")).to_have_text("Hidden unit 7")
    expect(other.locator("#back-loss")).to_have_text(answer)
    expect(other.locator("[data-card=map]")).to_be_hidden()
    expect(other.locator("[data-card=errors]")).to_be_hidden()
    # Another link in the same tab.
    other.goto(server + "#inside?image=5")
    expect(other.locator("#image-name")).to_contain_text("Image 5 of the sample")
    expect(other.locator("[data-card=errors]")).to_be_visible()


def test_for_the_projector_all_is_larger(open_page: OpenPage, exported: Path) -> None:
    page = open_page(f"file://{exported}#inside")
    before = box(page, "#inside h2 >> nth=0")["height"]
    page.click("#present")
    assert box(page, "#inside h2 >> nth=0")["height"] > before
    expect(page.locator("#units-card .quiet").last).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    # A projector of 1,024 by 768 pixels: no number runs into the next card.
    page.set_viewport_size({"width": 1024, "height": 768})
    value, card = box(page, "#outputs .value >> nth=0"), box(page, "[data-card=output]")
    assert value["x"] + value["width"] <= card["x"] + card["width"]
    assert box(page, "#outputs .track >> nth=0")["width"] > 30
    page.set_viewport_size({"width": 1366, "height": 768})
    page.click("#present")
    assert box(page, "#inside h2 >> nth=0")["height"] == before
