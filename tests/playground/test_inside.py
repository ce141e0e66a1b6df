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
        visited = {page.locator("#map-label").inner_text()}
        for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
            page.keyboard.press(key)
            visited.add(page.locator("#map-label").inner_text())
        assert len(visited) > 1
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


def small(text: str) -> float:
    return float(text.replace("\u2212", "-"))


def last(page: Page, table: str, row: int) -> float:
    return small(page.locator(f"{table} tr >> nth={row}").locator("td").last.inner_text())


def test_backwards_the_page_shows_deltas_gradients_and_one_step(open_page: OpenPage, exported: object) -> None:
    page = look_inside(open_page(f"file://{exported}"))
    page.click("#backwards")
    page.select_option("#truth", "3")
    expect(page.locator("#back-loss")).to_contain_text("It gave 3 the probability")
    errors = [small(text) for text in page.locator("#output-deltas .value").all_inner_texts()]
    # p - y adds up to nothing, and only the true digit's is below 0.
    assert abs(sum(errors)) < 0.01
    assert [k for k, error in enumerate(errors) if error < 0] == [3]
    assert page.locator("#connections line.against").count() > 0
    assert page.locator("#connections line.for").count() > 0

    page.click("#units button >> nth=33")
    rows = page.locator("#delta-terms tr").count()
    back, slope, delta = (last(page, "#delta-terms", rows - n) for n in (3, 2, 1))
    assert abs(back * slope - delta) <= 0.01 * abs(delta)
    ink, factor, gradient, tried, bias = (last(page, "#gradient-terms", n) for n in range(5))
    assert abs(ink * factor - gradient) <= 0.01 * abs(gradient)
    assert abs(tried - gradient) <= 0.01 * abs(gradient)
    assert bias == factor == delta

    before = small(page.locator("#loss-before").inner_text())
    after = small(page.locator("#loss-after").inner_text())
    assert after < before
    page.click("#take-step")
    expect(page.locator("#loss-before")).to_have_text(page.locator("#loss-before").inner_text())
    assert eventually(lambda: abs(small(page.locator("#loss-before").inner_text()) - after) < 0.01 * after)
    page.click("#restore")
    assert eventually(lambda: abs(small(page.locator("#loss-before").inner_text()) - before) < 0.01 * before)
    keep(page, "inside-backwards")
    page.click("#forwards")
    expect(page.locator("#step-card")).to_be_hidden()
    expect(page.locator("#terms")).to_be_visible()


def test_a_weight_and_a_bias_are_changed_by_hand(open_page: OpenPage, exported: object) -> None:
    page = look_inside(open_page(f"file://{exported}"))
    page.click("#outputs li >> nth=4")
    answer = page.locator("#inside-answer").inner_text()
    page.locator("#bias-value").fill("50")
    page.locator("#bias-value").press("Enter")
    expect(page.locator("#inside-answer")).to_contain_text("4, ")
    page.click("#restore")
    expect(page.locator("#inside-answer")).to_have_text(answer)
    page.locator("#weight-value").fill("90")
    page.locator("#weight-value").press("Enter")
    expect(page.locator("#terms")).to_contain_text("+90.00")
    page.locator("#weight-value").fill("")
    page.locator("#weight-value").press("Tab")
    expect(page.locator("#weight-value")).to_have_value("90")
