"""Reading order."""

import numpy as np
import pytest

from byhand.reading.components import Box
from byhand.reading.text_lines import tallies, text_lines, with_spaces


def grid(rows: int, columns: int, pitch: float = 2, size: int = 40) -> list[Box]:
    places = [(int(c * pitch * size), int(r * pitch * size)) for r in range(rows) for c in range(columns)]
    return [(x, y, x + size // 2, y + size) for x, y in places]


def turned(boxes: list[Box], degrees: float) -> list[Box]:
    angle = np.radians(degrees)
    result = []
    for left, top, right, bottom in boxes:
        x, y, w, h = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
        u, v = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
        result.append((int(u - w / 2), int(v - h / 2), int(u + w / 2), int(v + h / 2)))
    return result


@pytest.mark.parametrize("degrees", [-12, -5, 0, 5, 12])
def test_rows_of_a_tilted_grid(degrees: float) -> None:
    boxes = turned(grid(4, 7), degrees)
    shuffled = np.random.default_rng(0).permutation(len(boxes))
    rows = text_lines([boxes[i] for i in shuffled])
    assert [[int(shuffled[i]) for i in row] for row in rows] == np.arange(28).reshape(4, 7).tolist()


def test_a_column_has_a_digit_per_row() -> None:
    assert text_lines(grid(5, 1)) == [[0], [1], [2], [3], [4]]


def test_small_digits_beside_a_large_one_are_in_its_row() -> None:
    assert text_lines([(0, 0, 60, 100), (80, 40, 90, 60), (110, 50, 120, 70)]) == [[0, 1, 2]]


def test_nothing() -> None:
    assert text_lines([]) == []


def test_spaces_where_a_number_ends() -> None:
    boxes = [(0, 0, 20, 40), (25, 0, 45, 40), (100, 0, 120, 40)]
    assert with_spaces(boxes, ["1", "2", "3"]) == "12 3"


def test_tiny_digits_at_any_level_beside_a_huge_one_are_one_line() -> None:
    boxes = [(49, 340, 59, 358), (209, 340, 232, 386), (387, 364, 394, 382), (528, 320, 543, 338), (676, 302, 777, 457)]
    assert text_lines([*boxes, (932, 371, 944, 389)]) == [[0, 1, 2, 3, 4, 5]]
    below = [(52, 500, 62, 518), (210, 500, 220, 518)]
    assert text_lines([*boxes[:2], *below]) == [[0, 1], [2, 3]]


def test_tiny_digits_far_apart_are_one_row_unless_one_stands_above_another() -> None:
    boxes = [(50, 100, 70, 130), (300, 130, 320, 160), (560, 118, 580, 148)]
    assert text_lines(boxes) == [[0, 1, 2]]
    assert text_lines([*boxes, (60, 160, 80, 190)]) != [[0, 3, 1, 2]]


def test_three_strokes_side_by_side_may_be_tally_marks() -> None:
    boxes = [(place, 0, place + 8, 40) for place in (0, 20, 40, 120, 140)]
    assert tallies(boxes, list("11111")) == [True, True, True, False, False]
    assert tallies(boxes, list("11711")) == [False] * 5
