"""The ways to see a picture, and which of them is taken."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from byhand import load_mnist
from byhand.reading import decode, reading_model
from byhand.reading.components import Box
from byhand.reading.foreground import subtract_background
from byhand.reading.hypotheses import are_pieces, for_broad_strokes, has_broad_strokes
from byhand.reading.page import as_page
from byhand.reading.pipeline import find_digits
from byhand.reading.stages import Settings
from evaluation_sets.generated_pages.pages import make_page


def seven(width_px: int, *, shadow: bool = False, grain: float = 0.0, lines_px: int = 0) -> NDArray[np.uint8]:
    """A 7 as high as half the picture, with strokes so wide; a shadow across it, noise in the ink, squared paper."""
    image = Image.new("L", (400, 400), 230)
    draw = ImageDraw.Draw(image)
    if lines_px:
        for place in (80, 200, 320):
            draw.line([(0, place), (400, place + 8)], 150, lines_px)
            draw.line([(place, 0), (place - 8, 400)], 150, lines_px)
    draw.line([(120, 110), (280, 110), (190, 300)], 60, width_px, "curve")
    grey = np.asarray(image, float)
    grey = grey + grain * np.random.default_rng(0).standard_normal(grey.shape) * (grey < 200)
    if shadow:
        grey[:, 300:] *= 0.6
    return np.repeat(grey.clip(0, 255).astype(np.uint8)[..., np.newaxis], 3, axis=2)


def test_broad_strokes_are_noticed_whatever_their_grain() -> None:
    wide = for_broad_strokes(Settings())
    assert wide
    for width_px, grain, broad in ((44, 0, True), (44, 25, True), (10, 0, False), (10, 25, False)):
        page = as_page(seven(width_px, grain=grain), None, True)
        assert has_broad_strokes(subtract_background(page, wide.foreground), Settings()) == broad


def test_broad_strokes_do_not_fall_into_pieces() -> None:
    classify = reading_model().predict_proba
    for picture in (seven(44), seven(44, shadow=True), seven(44, grain=25)):
        found = find_digits(picture, classify)
        assert [one.digit for one in found.guesses] == [7]


def test_lines_across_broad_strokes() -> None:
    classify = reading_model().predict_proba
    for lines_px in (2, 5):
        for picture in (seven(44, lines_px=lines_px), 255 - seven(44, lines_px=lines_px), seven(22, lines_px=lines_px)):
            assert [one.digit for one in find_digits(picture, classify).guesses] == [7]


def test_one_line_across_a_broad_stroke() -> None:
    picture = seven(36)
    picture[220:226][picture[220:226] > 200] = 150
    found = find_digits(picture, reading_model().predict_proba)
    assert [one.digit for one in found.guesses] == [7]


def test_a_broad_one_is_read() -> None:
    image = Image.new("L", (400, 500), 90)
    ImageDraw.Draw(image).line([(205, 120), (195, 380)], 15, 60)
    picture = np.repeat(np.asarray(image)[..., np.newaxis], 3, axis=2)
    picture = (picture + np.random.default_rng(0).normal(0, 4, picture.shape)).clip(0, 255).astype(np.uint8)
    assert [one.digit for one in find_digits(picture, reading_model().predict_proba).guesses] == [1]


def test_a_sheet_in_a_shadow_on_a_dark_desk_is_read_however_clear_its_polarity_seems() -> None:
    colours = decode(make_page(14142).file).colours
    assert sum(one.digit > 1 for one in find_digits(colours, reading_model().predict_proba).guesses) > 20


def test_a_blackboard_that_looks_like_a_thick_digit_is_none() -> None:
    colours = decode(make_page(15148).file).colours
    assert sum(one.confidence > 0.9 for one in find_digits(colours, reading_model().predict_proba).guesses) > 20


def written(size: tuple[int, int], height_px: int, left_px: int) -> NDArray[np.float64]:
    """Five of MNIST's digits, dark on light, in a row."""
    mnist = load_mnist()
    page = np.full(size, 235.0)
    for place, digit in enumerate((2, 3, 5, 6, 8)):
        image = Image.fromarray(mnist.test_images[int(np.argmax(mnist.test_labels == digit))])
        ink = np.asarray(image.resize((height_px, height_px), Image.Resampling.BICUBIC), float) / 255
        left, top = left_px + place * height_px, (size[0] - height_px) // 2
        page[top : top + height_px, left : left + height_px] *= 1 - 0.8 * ink
    return page


def read_in(grey: NDArray[np.float64]) -> list[int]:
    picture = np.repeat(np.rint(grey).astype(np.uint8)[..., np.newaxis], 3, axis=2)
    guesses = find_digits(picture, reading_model().predict_proba).guesses
    return [one.digit for one in sorted(guesses, key=lambda one: one.component.left) if one.confidence > 0.5]


def test_a_strip_of_paper_on_something_dark_is_read() -> None:
    assert read_in(np.pad(written((200, 1350), 90, 300), 42, constant_values=28)) == [2, 3, 5, 6, 8]


def test_digits_beside_a_shadow_many_times_as_large_are_read() -> None:
    grey = written((1200, 1600), 60, 1000)
    y, x = np.indices(grey.shape)
    grey *= 1 - 0.5 / (1 + np.exp((np.hypot(x - 350, (y - 600) / 1.4) - 300) / 12))
    assert read_in(grey) == [2, 3, 5, 6, 8]


def test_the_grain_of_a_black_sheet_is_no_writing() -> None:
    colours = decode(make_page(16526, "sizes").file).colours
    assert len(find_digits(colours, reading_model().predict_proba).guesses) < 10


def test_a_shadow_beside_ruled_paper_does_not_make_digits_pieces_of_its_lines() -> None:
    colours = decode(make_page(17167).file).colours
    assert sum(one.confidence > 0.9 for one in find_digits(colours, reading_model().predict_proba).guesses) > 12


@pytest.mark.parametrize("light_on_dark", [False, True])
def test_a_picture_cropped_to_its_digits_is_read(light_on_dark: bool) -> None:
    grey = written((300, 1200), 200, 20)
    rows, columns = np.nonzero(grey < 150)
    cropped = grey[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert read_in(255 - cropped if light_on_dark else cropped) == [2, 3, 5, 6, 8]


def test_a_line_along_the_edge_is_no_digit() -> None:
    grey = written((600, 800), 60, 400)
    grey[:, 2:9] = 60
    grey[590:597] = 60
    assert read_in(grey) == [2, 3, 5, 6, 8]


@pytest.mark.parametrize("light_on_dark", [False, True])
def test_a_small_picture_in_a_frame_is_read(light_on_dark: bool) -> None:
    mnist = load_mnist()
    right = 0
    for image, label in zip(mnist.test_images[:10], mnist.test_labels, strict=False):
        framed = np.pad(255.0 - image, 3, constant_values=28)
        right += read_in(255 - framed if light_on_dark else framed) == [label]
    assert right >= 9


def test_an_eight_with_a_broad_middle_is_no_two_zeros() -> None:
    guesses = find_digits(decode(make_page(19081).file).colours, reading_model().predict_proba).guesses
    assert [one.digit for one in guesses if one.confidence > 0.9] == [8]


@pytest.mark.parametrize(
    ("boxes", "pieces"),
    [
        ([(12, 10, 50, 48), (10, 52, 50, 90)], True),  # one above the other
        ([(10, 10, 30, 90), (35, 10, 60, 90)], False),  # side by side
        ([(12, 10, 50, 48)], False),
        ([(12, 10, 50, 48), (110, 52, 150, 90)], False),  # not within the digit
    ],
)
def test_pieces_of_a_digit_stand_one_above_the_other(boxes: list[Box], pieces: bool) -> None:
    assert are_pieces(boxes, [(10, 10, 60, 90)]) == pieces
