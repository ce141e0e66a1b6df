import re

from playwright.sync_api import Page, expect

from .conftest import OpenPage, draw, eventually, keep


def look_inside(page: Page) -> Page:
    page.click("#tab-inside")
    expect(page.locator("#accuracy")).to_contain_text("of 500")
    return page


def numbers(text: str) -> list[float]:
    return [float(word.replace("\u2212", "-")) for word in re.findall(r"[\u2212+-]?\d+\.\d+", text)]


def test_pointing_at_a_unit_shows_its_sum_term_by_term_and_its_say(open_page: OpenPage, exported: object) -> None:
    page = look_inside(open_page(f"file://{exported}"))
    page.hover("#units button >> nth=19")
    expect(page.locator("#unit-name")).to_have_text("Hidden unit 20")
    page.hover("#units button >> nth=30")
    expect(page.locator("#unit-name")).to_have_text("Hidden unit 31")
    rows = page.locator("#terms tr")
    terms = [numbers(rows.nth(n).inner_text())[-1] for n in range(rows.count())]
    # All terms and the bias add up to z, in two digits each.
    assert abs(sum(terms[:-2]) - terms[-2]) < 0.1
    assert abs(1 / (1 + 2.718281828 ** -terms[-2]) - terms[-1]) < 0.01
    assert page.locator("#say li").count() == 10

    # A click keeps the unit, whatever is pointed at afterwards.
    page.click("#units button >> nth=30")
    page.hover("#units button >> nth=2")
    expect(page.locator("#unit-name")).to_have_text("Hidden unit 31")
    keep(page, "inside-laptop")


def test_pointing_at_an_output_shows_which_units_spoke_for_and_against_it(
    open_page: OpenPage, exported: object
) -> None:
    page = look_inside(open_page(f"file://{exported}"))
    page.hover("#outputs li >> nth=3")
    expect(page.locator("#unit-name")).to_have_text("Output 3")
    expect(page.locator("#terms")).to_contain_text("unit ")
    expect(page.locator("#say-part")).to_be_hidden()
    assert page.locator("#terms tr.for").count() > 0
    assert page.locator("#terms tr.against").count() > 0


def accuracy(page: Page) -> float:
    return float(page.locator("#accuracy").inner_text().split(" ")[0])


def test_taking_the_network_apart_changes_answer_and_accuracy(open_page: OpenPage, exported: object) -> None:
    page = look_inside(open_page(f"file://{exported}"))
    whole = accuracy(page)
    assert whole > 95
    page.click("#units button >> nth=5")
    page.click("#switch")
    expect(page.locator("#off-count")).to_have_text("1")
    expect(page.locator("#units button >> nth=5")).to_have_class(re.compile("off"))
    page.click("#switch")
    expect(page.locator("#off-count")).to_have_text("0")

    for _ in range(6):
        page.click("#some-off")
    expect(page.locator("#off-count")).to_have_text(str(6 * 13))
    expect(page.locator("#accuracy")).to_contain_text(f"untouched, {whole} %")
    assert eventually(lambda: accuracy(page) < whole)
    page.click("#repair")
    expect(page.locator("#accuracy")).to_have_text(f"{whole} % of 500")

    page.locator("#pruned").fill("0.97")
    assert eventually(lambda: accuracy(page) < whole - 5)
    page.locator("#pruned").fill("0.3")
    assert eventually(lambda: accuracy(page) > whole - 5)
    page.click("#repair")
    page.locator("#noise").fill("0.9")
    assert eventually(lambda: accuracy(page) < whole - 5)


def test_softmax_step_by_step_obeys_its_temperature(open_page: OpenPage, exported: object) -> None:
    page = look_inside(open_page(f"file://{exported}"))

    def shares() -> list[float]:
        texts = page.locator("#softmax td:last-child").all_inner_texts()
        return [numbers(text)[-1] for text in texts]

    assert abs(sum(shares()) - 100) < 2
    page.locator("#temperature").fill("1")
    expect(page.locator("#temperature-value")).to_have_text("10.00")
    assert max(shares()) < 60
    page.locator("#temperature").fill("-1")
    assert max(shares()) > 99


def test_map_and_errors_lead_to_their_images(open_page: OpenPage, exported: object) -> None:
    page = look_inside(open_page(f"file://{exported}"))
    count = int(page.locator("#errors-count").inner_text())
    assert page.locator("#errors li").count() == count > 0
    first = page.locator("#errors button").first
    truth, said = re.match(r"(\d) read as (\d)", first.inner_text()).groups()  # type: ignore[union-attr]
    first.click()
    expect(page.locator("#image-name")).to_contain_text(f": {truth}")
    expect(page.locator("#outputs li.best .label")).to_have_text(said)

    assert page.locator("#map-layer option").all_inner_texts() == ["pixels", "hidden layer", "output"]
    for method in ("pca", "tsne"):
        page.select_option("#map-method", method)
        page.select_option("#map-layer", label="output")
        page.focus("#map")
        before = page.locator("#map-label").inner_text()
        for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
            page.keyboard.press(key)
        assert page.locator("#map-label").inner_text() != before
        page.keyboard.press("Enter")
        number = re.search(r"\d+", page.locator("#map-label").inner_text())
        assert number
        expect(page.locator("#image-name")).to_contain_text(f"Image {number[0]} of the sample")


def test_the_drawing_can_be_looked_into(open_page: OpenPage, exported: object) -> None:
    page = open_page(f"file://{exported}")
    draw(page, "5")
    look_inside(page)
    expect(page.locator("#image-name")).to_have_text("Your drawing")
    expect(page.locator("#mattered-answer")).to_have_text("5")
    page.click("#next")
    expect(page.locator("#image-name")).to_contain_text("Image 1 of the sample")
    page.click("#my-drawing")
    expect(page.locator("#image-name")).to_have_text("Your drawing")


def test_units_and_switches_with_the_keyboard_alone(open_page: OpenPage, exported: object) -> None:
    page = look_inside(open_page(f"file://{exported}"))
    page.focus("#units button >> nth=0")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#unit-name")).to_have_text("Hidden unit 3")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    name = page.locator("#unit-name").inner_text()
    while page.evaluate("document.activeElement.id") != "switch":
        page.keyboard.press("Tab")
    expect(page.locator("#unit-name")).to_have_text(name)
    page.keyboard.press("Space")
    expect(page.locator("#off-count")).to_have_text("1")


def test_on_a_phone_and_on_a_projector(open_page: OpenPage, exported: object) -> None:
    for name, width, height, dark in (("phone-dark", 360, 740, True), ("projector", 1920, 1080, False)):
        page = look_inside(open_page(f"file://{exported}", width=width, height=height, dark=dark))
        page.wait_for_timeout(300)
        keep(page, f"inside-{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
