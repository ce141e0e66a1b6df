"""A point and a minus belong to a number; what only looks like them does not."""

import numpy as np
import pytest

from byhand.model import Model
from byhand.reading import read, reading_model
from evaluation_sets.generated_pages.pages import make_page
from evaluation_sets.generated_pages.signed_numbers import signed_number


@pytest.fixture(scope="module")
def model() -> Model:
    return reading_model()


def test_numbers_with_signs_are_read(model: Model) -> None:
    numbers = [signed_number(seed) for seed in range(700, 730)]
    right = [read(number.picture, model=model, signs=True).text == number.text for number in numbers]
    assert np.mean(right) >= 0.85


def test_a_sign_is_where_it_was_drawn_and_in_the_json(model: Model) -> None:
    number = next(n for n in map(signed_number, range(700, 800)) if n.text[0] == "-" and "." in n.text)
    reading = read(number.picture, model=model, signs=True)
    content = reading.to_json()
    assert [one["sign"] for one in content["signs"]] == ["-", "."]
    minus, point = (one["box"] for one in content["signs"])
    assert minus[2] <= content["digits"][0]["box"][0] + 2
    assert minus[2] - minus[0] > 2 * (minus[3] - minus[1]) - 2
    before = number.text.index(".") - 2
    assert content["digits"][before]["box"][0] < point[0] < content["digits"][before + 1]["box"][0]


def test_without_signs_none_is_invented(model: Model) -> None:
    for seed in range(730, 745):
        number = signed_number(seed, signed=False)
        assert read(number.picture, model=model, signs=True).signs == ()
    pages = [make_page(seed, "numbers", scene=("gradient",)) for seed in range(730, 738)]
    assert sum(len(read(page.file, model=model, signs=True).signs or ()) for page in pages) <= 1


def test_without_the_option_nothing_changes(model: Model) -> None:
    for seed in range(700, 710):
        reading = read(signed_number(seed).picture, model=model)
        assert reading.signs is None
        assert set(reading.text) <= set("0123456789 \n")
        assert list(reading.to_json()) == ["text", "lines", "digits", "other"]


def test_a_subtraction_has_no_minus_sign_of_a_number(model: Model) -> None:
    plain = next(n for n in (signed_number(s, signed=False) for s in range(700, 800)) if len(n.text) == 2)
    picture = plain.picture.copy()
    first, second = (one.box for one in read(picture, model=model).digits)
    # The two digits 1.2 heights apart, a bar in the middle between them.
    height = first[3] - first[1]
    apart = np.full((picture.shape[0], picture.shape[1] + 2 * height), 255, np.uint8)
    middle = (first[2] + second[0]) // 2
    apart[:, :middle] = picture[:, :middle]
    shift = height
    apart[:, middle + shift : picture.shape[1] + shift] = picture[:, middle:]
    y, x = (first[1] + first[3]) // 2, middle + shift // 2
    apart[y - height // 20 : y + height // 20 + 1, x - height // 5 : x + height // 5] = 40
    assert "-" not in read(apart, model=model, signs=True).text
