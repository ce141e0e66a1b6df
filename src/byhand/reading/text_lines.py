"""Reading order: digits that stand in one row, rows from top to bottom, spaces where a number ends."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from byhand.reading.components import Box

Numbers = NDArray[np.float64]

# Two neighbours are in one row if, seen along it, the middle of one is off the other's by at most this part of the
# larger one's height, or by at most this part of the way from one to the other.
OFF, SHALLOW = 0.5, 0.1
# Digits of which none stands above another are one row if they are off a line by at most this part of the way between
# neighbours: with the true places of 580 generated pages, all are in order with 0.15 to 0.4, and 12 were not before.
WAVY = 0.2
# A way up or down counts so many times a way along the row, where a digit's neighbour is searched.
ACROSS = 3.0
# Rows are tilted by no more than this slope.
STEEPEST = math.tan(math.radians(20))
# Rows whose levels differ by less than this part of their usual height are one line.
SAME = 0.35
# A gap of at least this part of the row's usual height is a space.
SPACE = 0.75
# So many 1s side by side are as likely hatching, or tally marks, as a number: 63 instead of 40 % of 500 doodles
# are not taken for sure digits.
TALLIES = 3


def text_lines(boxes: Sequence[Box]) -> list[list[int]]:
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
    beside = np.argsort(x)
    if (right[beside[:-1]] <= left[beside[1:]]).all() and _is_row(x[beside], y[beside]):
        return [beside.tolist()]
    level = y - tilt(x, y, height) * x
    following = _following(x, level, height)
    firsts = set(range(len(boxes))) - set(following.values())
    rows = []
    for first in firsts:
        row = [first]
        while row[-1] in following:
            row.append(following[row[-1]])
        rows.append(row)
    middle = [float(np.average(level[row], weights=height[row])) for row in rows]
    lines: list[list[int]] = []
    last = 0.0
    for place in np.argsort(middle, kind="stable"):
        # A digit in two pieces parts its line in two, at nearly the same level; so do tiny digits beside a huge one,
        # which stand at any level, but none of them above another.
        both = (lines[-1] if lines else []) + rows[place]
        order = sorted(both, key=lambda i: x[i])
        apart = all(right[i] <= left[j] for i, j in pairwise(order))
        size = height[both].max() if apart else np.median(height[both])
        if lines and middle[place] - last < SAME * float(size):
            lines[-1] = order
        else:
            lines.append(rows[place])
        last = float(np.average(level[lines[-1]], weights=height[lines[-1]]))
    return lines


def _is_row(x: Numbers, y: Numbers) -> bool:
    """Tell whether digits side by side, however small they are, lie on a line."""
    if len(x) < 2:
        return True
    slope, start = np.polyfit(x, y, 1) if len(x) > 2 else (0.0, y[0])  # any two lie on some line
    return bool(abs(slope) <= STEEPEST and np.abs(y - slope * x - start).max() <= WAVY * np.median(np.diff(x)))


def _following(x: Numbers, level: Numbers, height: Numbers) -> dict[int, int]:
    """For each digit the next one of its row, if there is one: near pairs first, each digit once on either side."""
    pairs: list[tuple[float, int, int]] = []
    for i in range(len(x)):
        dx, dy = x - x[i], np.abs(level - level[i])
        for j in np.flatnonzero((dx > 0) & (dy <= np.maximum(OFF * np.maximum(height, height[i]), SHALLOW * dx))):
            pairs.append((float(dx[j] + ACROSS * dy[j]), i, int(j)))
    following: dict[int, int] = {}
    preceded: set[int] = set()
    for _, before, after in sorted(pairs):
        if before not in following and after not in preceded:
            following[before] = after
            preceded.add(after)
    return following


def tilt(x: Numbers, y: Numbers, height: Numbers) -> float:
    """The slope of the rows: the median of the slopes from each digit to its nearest one on the right."""
    slopes = []
    for i in range(len(x)):
        dx, dy = x - x[i], y - y[i]
        size = np.minimum(height, height[i])
        ahead = np.flatnonzero((dx > 0.3 * size) & (np.abs(dy) < STEEPEST * dx + 0.3 * size))
        if len(ahead):
            j = ahead[np.argmin((dx + ACROSS * np.abs(dy))[ahead])]
            slopes.append(dy[j] / dx[j])
    if len(slopes) < 2:
        return 0.0
    slope = float(np.median(slopes))
    return slope if abs(slope) <= STEEPEST else 0.0


def tallies(row: Sequence[Box], texts: Sequence[str]) -> list[bool]:
    """Tell for each digit of a row whether it may be hatching or tally marks: three or more 1s stand side by side.

    What is written together with them is no surer: strokes that cross look like a 4.
    """
    words: list[list[int]] = [[0]]
    for i, space in enumerate(_spaces(row), start=1):
        if space:
            words.append([])
        words[-1].append(i)
    result = [False] * len(row)
    for word in words:
        if "1" * TALLIES in "".join(texts[i] for i in word):
            for i in word:
                result[i] = True
    return result


def _spaces(row: Sequence[Box]) -> list[bool]:
    """Tell for each digit of a row but the last whether a wide gap follows it."""
    usual = float(np.median([max(box[3] - box[1], box[2] - box[0]) for box in row]))
    return [after[0] - before[2] >= SPACE * usual for before, after in pairwise(row)]


def with_spaces(row: Sequence[Box], texts: Sequence[str]) -> str:
    """Write a row's digits with a space in each wide gap."""
    line = texts[0]
    for space, text in zip(_spaces(row), texts[1:], strict=True):
        line += (" " if space else "") + text
    return line
