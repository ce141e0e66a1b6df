"""Pictures of one digit with something beside it, or with only its edges left."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import binary_erosion, sobel

import byhand
from byhand.reading import read
from byhand.reading.components import Component, filled_outlines

MNIST = byhand.load_mnist()
IMAGES, LABELS = MNIST.test_images[:60], MNIST.test_labels[:60]


def share_read(pictures: list[NDArray[Any]]) -> float:
    found = [read(picture.astype(np.uint8), single=True).digits for picture in pictures]
    return float(np.mean([bool(one) and one[0].digit == label for one, label in zip(found, LABELS, strict=True)]))


def form_cell(image: NDArray[np.uint8], edges: str, away: int, ink: int = 60) -> NDArray[Any]:
    """40 x 40, dark on light: the digit, and lines of a form's box near some of the edges."""
    cell = np.full((40, 40), 235.0)
    for edge in edges:
        at = away if edge in "lt" else 39 - away
        if edge in "lr":
            cell[2:, at] = ink
        else:
            cell[at, 2:] = ink
    cell[6:34, 6:34] -= 0.7 * image
    return cell


@pytest.mark.parametrize("edges", ["", "b", "br", "lt", "lrtb"])
@pytest.mark.parametrize("away", [0, 1, 3])
def test_lines_of_a_form_at_the_edge_are_no_part_of_the_digit(edges: str, away: int) -> None:
    assert share_read([form_cell(image, edges, away) for image in IMAGES]) > 0.95


@pytest.mark.parametrize("edges", ["b", "lt", "lrtb"])
def test_nor_are_they_in_large_pictures(edges: str) -> None:
    cells = [Image.fromarray(form_cell(image, edges, 2).astype(np.uint8)) for image in IMAGES]
    assert share_read([np.asarray(cell.resize((320, 320), Image.Resampling.BICUBIC)) for cell in cells]) > 0.97


@pytest.mark.parametrize("edges", ["r", "br"])
def test_they_are_none_in_the_other_polarity_either(edges: str) -> None:
    assert share_read([255 - form_cell(image, edges, 0, ink=10) for image in IMAGES]) > 0.95


def test_digits_that_only_edges_are_left_of_are_read() -> None:
    edges = [np.hypot(sobel(image / 255, 0), sobel(image / 255, 1)) > 1.2 for image in IMAGES]
    assert share_read([255 * (edge & (image < 200)) for edge, image in zip(edges, IMAGES, strict=True)]) > 0.8


def outline(left: int, top: int, *boxes: tuple[int, int, int, int]) -> Component:
    """A line of 2 pixels around boxes that overlap, each left, top, right, bottom; its place in the picture."""
    inside = np.zeros((60, 60), bool)
    for x0, y0, x1, y1 in boxes:
        inside[y0:y1, x0:x1] = True
    line = inside & ~binary_erosion(inside, np.ones((3, 3)), iterations=2)
    return Component(line.astype(np.float32), left, top)


def test_inside_of_a_second_outline_is_the_hole() -> None:
    # A 9, and its hole.
    nine, hole = outline(5, 7, (0, 0, 40, 36), (26, 0, 40, 60)), outline(17, 18, (0, 0, 14, 14))
    solid = filled_outlines([nine, hole])
    assert solid and (solid.left, solid.top) == (5, 7)
    assert solid.density[:9, :40].all() and solid.density[36:60, 26:40].all()
    assert not solid.density[14:22, 15:23].any()


def test_a_ring_is_a_0_and_no_outline_of_a_1() -> None:
    assert filled_outlines([outline(0, 0, (0, 0, 20, 60))]) is None


def test_what_encloses_nothing_is_no_outline() -> None:
    assert filled_outlines([]) is None
    assert filled_outlines([Component(np.ones((20, 4), np.float32), 0, 0)]) is None
