"""Reading order: digits that stand in one row, rows from top to bottom, spaces where a number ends."""

import math
from collections.abc import Sequence

import numpy as np

from byhand.reading.shapes import Box

# Two digits are in one row if, seen along it, the middle of one is off the other's by at most this part of the height.
OFF = 0.5
# How far to the right the next digit of a row may be, in heights, if digits lie between other rows' ones.
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
    rows: list[list[int]] = []
    for i in np.argsort(x, kind="stable"):
        fits = []
        for number, row in enumerate(rows):
            last = row[-3:]
            # The row goes on where its last digits are.
            expected = float(np.average(level[last], weights=height[last]))
            size = min(float(np.median(height[row])), height[i]) if height[i] > 0 else 1
            size = max(size, 0.5 * max(float(np.median(height[row])), height[i]))
            off = abs(level[i] - expected) / size
            if off <= OFF and x[i] > x[row[-1]]:
                fits.append((off, number))
        if fits:
            rows[min(fits)[1]].append(int(i))
        else:
            rows.append([int(i)])
    return sorted(rows, key=lambda row: float(np.mean(level[row])))


def tilt(x: np.ndarray, y: np.ndarray, height: np.ndarray) -> float:
    """The slope of the rows: the median of the slopes from each digit to its next one on the right."""
    slopes = []
    for i in range(len(x)):
        dx, dy = x - x[i], y - y[i]
        size = np.minimum(height, height[i])
        ahead = (dx > 0.3 * size) & (np.abs(dy) < STEEPEST * dx + 0.3 * size) & (dx < 6 * height[i])
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
