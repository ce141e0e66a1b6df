"""Printed lines, and what must stay when they go."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from byhand.reading.foreground import Foreground
from byhand.reading.rulings import remove_rulings, without_thin

EVERYWHERE = np.ones((400, 600), bool)


def without_lines(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    foreground = Foreground(mask.astype(np.float32), mask, mask, np.ones(mask.shape, np.float32))
    return remove_rulings(foreground, None)[0].mask


def ring(radius: int = 40, width: int = 8) -> NDArray[np.bool_]:
    """A 0 in the middle of the page."""
    y, x = np.indices(EVERYWHERE.shape)
    away = np.hypot(y - 200, x - 300)
    return (away < radius) & (away > radius - width)


def squared() -> NDArray[np.bool_]:
    """Squared background, a little tilted."""
    y, x = np.indices(EVERYWHERE.shape)
    return ((y + x // 40) % 50 < 2) | ((x - y // 40) % 50 < 2)


def test_squared_paper_goes_and_the_digit_stays() -> None:
    left = without_lines(ring() | squared())
    assert (left & ring()).sum() > 0.9 * ring().sum()
    assert (left & ~ring()).sum() < 0.05 * squared().sum()


def test_remove_rulings_all_stays() -> None:
    assert np.array_equal(without_lines(ring()), ring())


def test_a_long_stroke_that_ends_within_the_page_is_no_line() -> None:
    one = np.zeros_like(EVERYWHERE)
    one[100:300, 298:304] = True
    assert np.array_equal(without_lines(one), one)


def test_a_line_to_the_edge_is_one() -> None:
    line = np.zeros_like(EVERYWHERE)
    line[:, 298:301] = True
    assert not without_lines(line).any()


def test_a_box_goes_and_the_digit_that_touches_it_stays() -> None:
    box = np.zeros_like(EVERYWHERE)
    box[150:250, 255:345] = True
    box[156:244, 261:339] = False
    digit = np.zeros_like(EVERYWHERE)
    digit[170:236, 296:304] = True  # a 1
    digit[230:236, 290:339] = True  # whose foot reaches the box
    left = without_lines(box | digit)
    assert (left & digit).sum() > 0.9 * digit.sum()
    assert (left & box & ~digit).sum() < 0.05 * box.sum()


def test_a_box_goes_and_the_digit_that_touches_two_sides_stays() -> None:
    box = np.zeros_like(EVERYWHERE)
    box[150:250, 255:345] = True
    box[158:242, 263:337] = False
    drawn = Image.new("1", (600, 400))
    ImageDraw.Draw(drawn).line([(280, 175), (315, 165), (325, 190), (262, 240), (330, 241)], 1, 7, "curve")
    digit = np.asarray(drawn) & ~box
    left = without_lines(box | digit)
    assert (left & digit).sum() > 0.8 * digit.sum()
    assert (left & box).sum() < 0.02 * box.sum()


@pytest.mark.parametrize("digit", [6, 8])
def test_a_digit_as_square_as_a_box_stays(digit: int) -> None:
    square = np.zeros_like(EVERYWHERE)
    square[150:250, 265:335] = True
    square[162:194, 277:323] = square[206:238, 277:323] = False
    if digit == 6:
        square[162:194, 323:335] = False
    assert np.array_equal(without_lines(square), square)


def test_a_broad_stroke_across_squared_paper_stays() -> None:
    stroke = np.zeros_like(EVERYWHERE)
    stroke[60:340, 288:313] = True  # along a line, and more than a square long
    mask = squared() | stroke
    density = np.where(stroke, 0.9, np.where(mask, 0.3, 0)).astype(np.float32)
    left = remove_rulings(Foreground(density, mask, mask, np.ones(mask.shape, np.float32)), None)[0].mask
    assert (left & stroke).sum() > 0.95 * stroke.sum()
    assert (left & ~stroke).sum() < 0.05 * squared().sum()


def test_a_shadow_in_a_grid_goes_with_its_lines() -> None:
    grid = np.zeros_like(EVERYWHERE)
    grid[50:351:50, 100:504] = grid[50:354, 100:501:50] = True
    grid |= np.roll(grid, 1, 0) | np.roll(grid, 1, 1)
    y, x = np.indices(grid.shape)
    shadow = (x > 250) & (x < 280) & (y > 100) & (y - 100 > 2 * (x - 250)) & (y < 200)
    mask = grid | shadow
    density = np.where(grid, 0.8, np.where(shadow, 0.3, 0)).astype(np.float32)
    left = remove_rulings(Foreground(density, mask, mask, np.ones(mask.shape, np.float32)), None)[0].mask
    assert left.sum() < 0.3 * shadow.sum()


def test_only_what_is_broad_stays() -> None:
    mask = ring(width=20)
    mask[200:204] = True
    foreground = Foreground(mask.astype(np.float32), mask, mask, np.ones(mask.shape, np.float32))
    rest, lines = without_thin(foreground, 8)
    assert rest.mask[ring(width=20)].all()
    assert not rest.mask[200:204, :200].any()
    assert len(lines) == 3  # to the left, to the right, and within the ring


def test_what_is_taken_out_is_told() -> None:
    mask = np.zeros_like(EVERYWHERE)
    mask[200:203] = True
    _, boxes, _ = remove_rulings(Foreground(mask.astype(np.float32), mask, mask, np.ones(mask.shape, np.float32)), None)
    assert boxes == ((0, 200, 600, 203),)


def test_faint_squared_paper_of_which_only_pieces_stand_out_goes() -> None:
    weak = ring() | squared()
    seen = np.kron(np.random.default_rng(0).random((40, 60)) < 0.35, np.ones((10, 10), bool))
    strong = ring() | (squared() & seen)
    foreground = Foreground(strong.astype(np.float32), strong, weak, np.ones(strong.shape, np.float32))
    left = remove_rulings(foreground, None)[0].mask
    assert (left & ring()).sum() > 0.9 * ring().sum()
    assert (left & ~ring()).sum() < 0.1 * (strong & ~ring()).sum()


def test_a_dark_digit_on_squared_paper_stays_where_it_covers_the_lines() -> None:
    y, x = np.indices(EVERYWHERE.shape)
    lines = ((y + x // 40) % 100 < 10) | ((x - y // 40) % 100 < 10)
    digit = ring(62, 14)
    density = np.where(digit, 0.9, np.where(lines, 0.2, 0)).astype(np.float32)
    page = Foreground(density, lines | digit, lines | digit, np.ones(digit.shape, np.float32))
    left = remove_rulings(page, None)[0].mask
    assert (left & digit).sum() > 0.95 * digit.sum()
    assert (left & ~digit).sum() < 0.05 * lines.sum()


@pytest.mark.parametrize("slope", [0.0, 0.07, -0.1])
def test_a_comb_for_digits_goes_with_its_teeth_however_it_is_tilted(slope: float) -> None:
    y, x = np.indices(EVERYWHERE.shape)
    above = 250 + slope * (x - 300) - y  # the line
    within = (x > 60) & (x < 540)
    comb = within & (((above >= 0) & (above < 3)) | ((x % 58 < 3) & (above >= 0) & (above < 50)))
    digit = ring(18, 4)  # in the air between two teeth
    digit = np.roll(digit, (25, 15), (0, 1))
    left = without_lines(comb | digit)
    assert (left & digit).sum() > 0.9 * digit.sum()
    assert (left & ~digit).sum() < 0.05 * comb.sum()


def test_lines_that_bow_into_the_cells_go_whole() -> None:
    y, x = np.indices((600, 600))
    bent = 6 * np.sin(np.pi * ((y - 60) % 120) / 120)  # each side of a cell bows to the right
    upright = np.abs((x - bent - 60 + 60) % 120 - 60) < 5
    level = np.abs((y - 60 + 60) % 120 - 60) < 5
    within = (x > 54) & (x < 552) & (y > 54) & (y < 546)
    grid = (upright | level) & within
    digit = np.zeros_like(grid)
    digit[205:275, 236:243] = True  # a 1
    left = without_lines(grid | digit)
    assert (left & digit).sum() > 0.9 * digit.sum()
    assert (left & ~digit).sum() < 0.02 * grid.sum()


def test_a_comb_in_a_long_strip_is_searched_at_its_own_size() -> None:
    comb = np.zeros((145, 1161), bool)
    comb[50:96, 360:802] = True
    for place in range(10):
        comb[53:93, 363 + 44 * place : 404 + 44 * place] = False
    digits = np.zeros_like(comb)
    for place in range(10):
        digits[58:88, 378 + 44 * place : 390 + 44 * place] = True
        digits[61:85, 381 + 44 * place : 387 + 44 * place] = False
    left = without_lines(comb | digits)
    assert (left & digits).sum() > 0.9 * digits.sum()
    assert not (left & ~digits).any()


def test_a_pen_on_a_fainter_drawing_that_goes_on_beyond_the_page_stays() -> None:
    drawing = np.zeros_like(EVERYWHERE)
    y, x = np.indices(drawing.shape)
    drawing[np.abs(y - 200 - 60 * np.sin(x / 60)) < 5] = True  # from edge to edge
    density = np.where(ring(), 0.7, np.where(drawing, 0.2, 0)).astype(np.float32)
    page = Foreground(density, drawing | ring(), drawing | ring(), np.ones(drawing.shape, np.float32))
    left = remove_rulings(page, None)[0].mask
    assert (left & ring()).sum() > 0.9 * ring().sum()
    assert (left & ~ring()).sum() < 0.1 * drawing.sum()


def test_a_grid_is_one_though_something_joins_it_to_the_edge() -> None:
    grid = np.zeros_like(EVERYWHERE)
    for place in range(40, 361, 80):
        grid[place : place + 4, 100:434] = grid[40:368, place + 60 : place + 74] = True
    grid[200:203, :100] = True  # a crease from the left edge
    digit = np.zeros_like(EVERYWHERE)
    digit[60:120, 220:228] = True  # touches the line below, as digits do
    digit[112:120, 205:245] = True
    left = without_lines(grid | digit)
    assert (left & digit).sum() > 0.8 * digit.sum()
    assert (left & grid & ~digit).sum() < 0.02 * grid.sum()


def test_a_band_of_cells_is_no_grid() -> None:
    y, x = np.indices(EVERYWHERE.shape)
    band = squared() & (abs(y - 0.6 * x - 20) < 60)  # the rest of the squared paper is too faint
    digit = ring()
    left = without_lines(band | digit)
    assert (left & digit).sum() > 0.8 * digit.sum()


def test_what_may_be_a_digit_at_the_edge_is_given() -> None:
    mask = np.zeros_like(EVERYWHERE)
    mask[:, 20:28] = mask[:8, 20:300] = True  # a 7 as high as the picture
    foreground = Foreground(mask.astype(np.float32), mask, mask, np.ones(mask.shape, np.float32))
    _, _, cut = remove_rulings(foreground, None)
    assert cut is not None and np.array_equal(cut, mask)
