"""Reading order: digits that stand in one row, rows from top to bottom, spaces where a number ends."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from byhand.reading.shapes import Box

# Two digits are in one row if, seen along it, the middle of one is off the other's by at most this part of the height.
OFF = 0.5
# What is lower than this part of the usual height is looked at after the others.
SMALL = 0.5
# A gap of at least this part of the row's usual height is a space.
SPACE = 0.75
STEEPEST = math.tan(math.radians(20))


def rows_of(boxes: Sequence[Box]) -> list[list[int]]:
    """Put boxes into rows, top to bottom, each from left to right.

    Args:
        boxes: of the digits, in pixels.

    Returns:
        The positions in `boxes`, row by row.
    """
    if not boxes:
        return []
    left, top, right, bottom = np.array(boxes, float).T
    x, y, height = (left + right) / 2, (top + bottom) / 2, np.maximum(bottom - top, 0.6 * (right - left))
    slope = tilt(x, y, height)
    level = y - slope * x
    small = height < SMALL * usual_height(height)
    rows = _followed(np.flatnonzero(~small), x, level, height)
    left_over = []
    for i in np.flatnonzero(small):
        # A small digit belongs to the row whose nearest large digit it stands beside.
        beside = [(abs(x[i] - x[j]), row) for row in rows for j in row if abs(level[i] - level[j]) <= OFF * height[j]]
        if beside:
            min(beside, key=lambda entry: entry[0])[1].append(int(i))
        else:
            left_over.append(int(i))
    rows += _followed(np.array(left_over, int), x, level, height)
    rows = [sorted(row, key=lambda i: x[i]) for row in rows]
    return sorted(rows, key=lambda row: float(np.average(level[row], weights=height[row])))


def _followed(
    digits: NDArray[np.intp], x: NDArray[np.float64], level: NDArray[np.float64], height: NDArray[np.float64]
) -> list[list[int]]:
    """Follow rows of digits of about one size from left to right."""
    rows: list[list[int]] = []
    for i in digits[np.argsort(x[digits], kind="stable")]:
        fits = []
        for number, row in enumerate(rows):
            last = row[-3:]
            # The row goes on where its last digits are.
            expected = float(np.average(level[last], weights=height[last]))
            usual = float(np.median(height[row]))
            size = max(min(usual, height[i]), 0.5 * max(usual, height[i]))
            off = abs(level[i] - expected) / size
            if off <= OFF and x[i] > x[row[-1]]:
                fits.append((off, number))
        if fits:
            rows[min(fits)[1]].append(int(i))
        else:
            rows.append([int(i)])
    return rows


def usual_height(height: NDArray[np.float64]) -> float:
    """Half of all height belongs to digits at least so high."""
    order = np.argsort(height)
    total = height[order].cumsum()
    return float(height[order][np.searchsorted(total, total[-1] / 2)])


def tilt(x: NDArray[np.float64], y: NDArray[np.float64], height: NDArray[np.float64]) -> float:
    """The slope of the rows: the median of the slopes from each digit to its next one on the right."""
    slopes = []
    usual = usual_height(height)
    for i in range(len(x)):
        dx, dy = x - x[i], y - y[i]
        size = np.minimum(height, height[i])
        ahead = (dx > 0.3 * size) & (np.abs(dy) < STEEPEST * dx + 0.3 * size) & (dx < max(6 * height[i], 4 * usual))
        if ahead.any():
            j = np.where(ahead)[0][np.argmin((dx + 2 * np.abs(dy))[ahead])]
            slopes.append(dy[j] / dx[j])
    if len(slopes) < 2:
        return 0.0
    slope = float(np.median(slopes))
    return slope if abs(slope) <= STEEPEST else 0.0


def with_spaces(row: Sequence[Box], texts: Sequence[str]) -> str:
    """Write a row's digits with a space in each wide gap."""
    usual = float(np.median([max(box[3] - box[1], box[2] - box[0]) for box in row]))
    line = texts[0]
    for before, after, text in zip(row[:-1], row[1:], texts[1:], strict=True):
        line += (" " if after[0] - before[2] >= SPACE * usual else "") + text
    return line
