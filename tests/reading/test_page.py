"""The page in its surroundings."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from byhand.reading.page import PageSettings, find_page, find_pages, four_sided, negative, within_frame

CORNERS = [(90, 40), (330, 70), (300, 270), (60, 240)]


def picture(page: int, desk: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A page on a desk, colours (300, 400, 3), and where it is."""
    mask = Image.new("L", (400, 300))
    ImageDraw.Draw(mask).polygon(CORNERS, 255)
    where = np.asarray(mask) > 0
    grey = np.where(where, page, desk) + np.random.default_rng(0).normal(0, 2, where.shape)
    return np.repeat(grey[..., np.newaxis].clip(0, 255).astype(np.uint8), 3, axis=2), where


def overlap(found: NDArray[np.bool_] | None, where: NDArray[np.bool_]) -> float:
    assert found is not None
    return float((found & where).sum() / (found | where).sum())


def test_a_sheet_on_a_desk() -> None:
    colours, where = picture(220, 60)
    assert overlap(find_page(colours), where) > 0.85  # its rim is left out
    assert find_page(255 - colours) is None  # darker than its desk


def test_a_blackboard_in_little_light() -> None:
    colours, where = picture(25, 60)
    assert find_page(255 - colours) is None  # hardly a step, relative to so much brightness
    assert overlap(find_page(negative(colours)), where) > 0.85
    colours, where = picture(25, 85)
    colours[100:105, 120:260] = colours[100:200, 180:186] = 90  # written on it: there is no clear polarity
    (board,) = (page for page in find_pages(colours, PageSettings()) if page.inside is not None)
    assert not board.dark_on_light
    assert overlap(board.inside, where) > 0.85


def test_a_shadow_parts_sheet_and_desk() -> None:
    colours, where = picture(220, 100)
    colours[:, 200:] = (colours[:, 200:] * 0.5).astype(np.uint8)  # the page in it is as dark as the desk beside it
    assert overlap(find_page(colours), where) > 0.85


def test_paper_that_fills_the_picture() -> None:
    light = np.linspace(120, 230, 400)[np.newaxis, :, np.newaxis]
    assert find_page(np.broadcast_to(light, (300, 400, 3)).astype(np.uint8)) is None
    assert find_page(np.full((20, 30, 3), 255, np.uint8)) is None


def test_a_flower_has_no_four_sides_however_much_it_fills() -> None:
    y, x = np.indices((200, 200)) - 100
    angle, away = np.arctan2(y, x), np.hypot(y, x)
    shares = []
    for rays in range(5, 9):
        for depth in np.linspace(0, 0.6, 13):
            shares.append(four_sided(away < 90 * (1 - depth + depth * np.cos(rays * angle))))
    assert max(shares) < 0.8
    assert four_sided((abs(x + 0.2 * y) < 60) & (abs(y) < 80)) > 0.93


@pytest.mark.parametrize("level", [0, 90, 255])
def test_a_frame_is_found_whatever_its_colour(level: int) -> None:
    inside = np.full((60, 90), 180.0)
    inside[10:50, 40:50] = 20
    framed = np.pad(inside, ((3, 5), (2, 4)), constant_values=level)
    framed += np.random.default_rng(0).normal(0, 3, framed.shape)
    assert within_frame(framed) == (slice(3, 63), slice(2, 92))


@pytest.mark.parametrize("picture", [np.full((50, 50), 200.0), np.pad(np.full((20, 20), 255.0), 15), np.eye(40) * 255])
def test_what_is_no_frame(picture: NDArray[np.float64]) -> None:
    picture[24:26, :2] = 120  # something reaches the edge
    assert within_frame(picture) is None


def test_a_ruled_page_in_a_frame_is_seen_as_dark_on_light() -> None:
    grey = np.full((480, 640), 220.0)
    grey[40::40] = 150
    grey[200:240, 300:308] = 60
    framed = np.pad(grey, 10)
    page = next(find_pages(np.repeat(framed[..., np.newaxis], 3, axis=2).astype(np.uint8)))
    assert page.dark_on_light and page.inside is not None and page.inside.sum() == grey.size
