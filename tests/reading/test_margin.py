"""A picture cropped to its digits gets some paper around them, and loses it again."""

from dataclasses import replace

import numpy as np
import pytest

from byhand.data.decoding import from_array
from byhand.reading import reading_model, stages_of
from byhand.reading.components import Component
from byhand.reading.margin import LEAST_PX, MOST_PX, with_margin, without_margin
from byhand.reading.pipeline import find_digits, legible

from .test_touching import number

MODEL = reading_model()


def paper(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), (230, 220, 200), np.uint8)


def test_a_rim_of_one_colour_goes_on() -> None:
    picture = paper(200, 300)
    picture[:150, 140:160] = 20  # a stroke that meets the edge
    larger, px = with_margin(picture)
    assert px == 4
    assert larger.shape == (208, 308, 3)
    np.testing.assert_array_equal(larger[px:-px, px:-px], picture)
    outside = larger.copy()
    outside[px:-px, px:-px] = paper(1, 1)
    assert (outside == paper(1, 1)).all()
    assert with_margin(paper(20, 30))[1] == LEAST_PX


def test_a_rim_of_several_colours_and_a_large_picture_stay_as_they_are() -> None:
    half = paper(100, 100)
    half[:, 50:] = 90
    for picture in (half, paper(50, MOST_PX + 1)):
        same, px = with_margin(picture)
        assert px == 0
        assert same is picture


def test_what_is_found_is_told_in_pixels_of_the_picture() -> None:
    picture = paper(120, 160)
    ink = number("3", 0)[::2, ::2]
    picture[20 : 20 + ink.shape[0], 40 : 40 + ink.shape[1]] -= (180 * ink[:, :, np.newaxis]).astype(np.uint8)
    alone = find_digits(picture, MODEL.predict_proba)
    larger, px = with_margin(picture)
    with_it = without_margin(find_digits(larger, MODEL.predict_proba), px)
    assert with_it.foreground.mask.shape == with_it.page.grey.shape == picture.shape[:2]
    (one,), (other,) = alone.guesses, with_it.guesses
    assert one.digit == other.digit == 3
    assert np.abs(np.subtract(one.component.box, other.component.box)).max() <= 2
    assert without_margin(alone, 0) is alone


def test_what_reaches_into_the_margin_ends_at_the_edge() -> None:
    larger, px = with_margin(paper(120, 160))
    stroke = Component(np.ones((120 + 2 * px, 20), np.float32), 70 + px, 0)
    found = replace(find_digits(larger, MODEL.predict_proba), components=(stroke,), lines=((0, 9, 160 + 2 * px, 12),))
    inner = without_margin(found, px)
    assert inner.components[0].box == (70, 0, 90, 120)
    assert inner.lines == ((0, 9 - px, 160, 12 - px),)


@pytest.mark.parametrize("light", [False, True])
def test_numbers_cropped_to_their_ink_are_read(light: bool) -> None:
    texts = [f"{number_:02d}" for number_ in range(13, 99, 6)]
    right = 0
    for seed, text in enumerate(texts):
        ink = number(text, seed)[::2, ::2]
        grey = (235 - 190 * ink).astype(np.uint8)
        stages = stages_of(from_array(255 - grey if light else grey), MODEL)
        right += stages.reading.text.replace(" ", "") == text
        for digit in stages.reading.digits:
            left, top, end, bottom = digit.box
            assert 0 <= left < end <= ink.shape[1]
            assert 0 <= top < bottom <= ink.shape[0]
    assert right >= 0.5 * len(texts)


def test_ones_alone_are_not_what_is_looked_for() -> None:
    found = find_digits(paper(120, 160), MODEL.predict_proba)
    assert legible(found) == 0
    ink = number("7", 2)[::2, ::2]
    picture = paper(120, 160)
    picture[20 : 20 + ink.shape[0], 40 : 40 + ink.shape[1]] -= (180 * ink[:, :, np.newaxis]).astype(np.uint8)
    seven = find_digits(picture, MODEL.predict_proba)
    assert legible(seven) == 1
    assert (
        legible(replace(seven, guesses=tuple(replace(one, probabilities=np.eye(10)[1]) for one in seven.guesses))) == 0
    )
