"""Where touching digits may be cut apart: along paths from top to bottom that cross little foreground."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from byhand.reading.background import small
from byhand.reading.components import Shape, trimmed
from byhand.reading.preparation import stroke_width

# Paths are searched in a picture of this height, pixels.
HEIGHT = 48
# A step aside costs so much foreground.
ASIDE = 0.06
MOST_CUTS = 8
# Paths lie at least this part of the height apart, and cross at most this part of it in foreground.
APART, DEEPEST = 0.1, 0.45
# A part must have this part of the whole height, and of the whole foreground.
LEAST_HEIGHT, LEAST_FOREGROUND = 0.45, 0.06


@dataclass(frozen=True)
class Cuts:
    """Paths through a shape, numbered from 1 from left to right, and the parts between them.

    Attributes:
        count: number of paths.
        parts: the foreground between two paths, by their numbers; 0 and `count + 1` are the edges of the shape.
        strokes: how many strokes each path crosses, by its number; less than 1 where it grazes one.
    """

    count: int
    parts: dict[tuple[int, int], Shape]
    strokes: dict[int, float]


def cut(shape: Shape) -> Cuts:
    """Find paths along which a shape may fall into digits."""
    scale = HEIGHT / max(shape.height, 1)
    side = max(2, round(max(shape.foreground.shape) * min(1, scale)))
    reduced = small(shape.foreground, side)
    paths, crossed = _paths(reduced)
    if not len(paths):
        return Cuts(0, {}, {})
    rows = (np.arange(shape.height) * len(reduced) // shape.height).clip(0, len(reduced) - 1)
    factor = shape.width / reduced.shape[1]
    lines = [np.zeros(shape.height), *((path[rows] + 0.5) * factor for path in paths), np.full(shape.height, np.inf)]
    columns = np.arange(shape.width)
    parts = {}
    for start in range(len(lines)):
        for end in range(start + 1, len(lines)):
            if (start, end) == (0, len(lines) - 1):
                continue
            between = (columns >= lines[start][:, np.newaxis]) & (columns < lines[end][:, np.newaxis])
            part = trimmed(np.where(between, shape.foreground, 0), shape.left, shape.top)
            if (
                part
                and part.height >= LEAST_HEIGHT * shape.height
                and part.amount >= LEAST_FOREGROUND * shape.amount
                and part.width < 1.5 * shape.height
            ):
                parts[start, end] = part
    width = max(1.0, stroke_width(reduced))
    return Cuts(len(paths), parts, {i + 1: foreground / width for i, foreground in enumerate(crossed)})


def _paths(foreground: NDArray[np.float32]) -> tuple[list[NDArray[np.intp]], list[float]]:
    """Columns of the best paths, row by row, and how much foreground they cross, in pixels; left to right.

    For each column of the middle row, the path through it that crosses least foreground: the cheapest from there to
    the top
    and to the bottom. These are taken in the order of that foreground, as long as they lie apart from those taken
    before.
    """
    height, width = foreground.shape
    if width < 4:
        return [], []
    middle = height // 2
    upper, from_top = _cheapest(foreground[: middle + 1])
    lower, from_bottom = _cheapest(foreground[middle:][::-1])
    price = upper + lower - foreground[middle]
    margin = max(1, round(APART * height / 2))
    price[:margin] = price[-margin:] = np.inf
    apart = max(2, round(APART * height))
    most = max(MOST_CUTS, round(5 * width / height))
    found: list[tuple[int, float, NDArray[np.intp]]] = []
    for x in np.argsort(price, kind="stable"):
        if len(found) == most or price[x] > DEEPEST * height:
            break
        path = np.concatenate([_followed(from_top, x), _followed(from_bottom, x)[::-1][1:]])
        if all(np.abs(path - other).mean() >= apart / 2 for _, _, other in found):
            found.append((int(path.sum()), float(price[x]), path))
    found.sort(key=lambda entry: entry[0])
    return [path for _, _, path in found], [price for _, price, _ in found]


def _cheapest(foreground: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The cost of the cheapest path from the first row to each column of the last, and every column's step to it."""
    cost = foreground[0].astype(float)
    step = np.zeros(foreground.shape, np.intp)
    for y in range(1, len(foreground)):
        before = np.pad(cost, 1, constant_values=np.inf)
        choices = np.stack([before[:-2] + ASIDE, before[1:-1], before[2:] + ASIDE])
        step[y] = choices.argmin(axis=0) - 1
        cost = choices.min(axis=0) + foreground[y]
    return cost, step


def _followed(step: NDArray[np.intp], x: int) -> NDArray[np.intp]:
    """The columns, row by row, of the path that ends in column `x` of the last row."""
    path = np.full(len(step), x)
    for y in range(len(step) - 1, 0, -1):
        path[y - 1] = path[y] + step[y, path[y]]
    return path
