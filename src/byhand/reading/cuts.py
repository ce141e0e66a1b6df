"""Where touching digits may be cut apart: along paths from top to bottom that cross little ink."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from byhand.reading.paper import small
from byhand.reading.shapes import Shape, trimmed

# Paths are searched in a picture of this height, pixels.
HEIGHT = 48
# A step aside costs so much ink.
ASIDE = 0.06
MOST_CUTS = 8
# Paths lie at least this part of the height apart, and cross at most this part of it in ink.
APART, DEEPEST = 0.1, 0.45
# A part must have this part of the whole height, and of the whole ink.
LEAST_HEIGHT, LEAST_INK = 0.45, 0.06


@dataclass(frozen=True)
class Cuts:
    """Paths through a shape, numbered from 1 from left to right, and the parts between them.

    Attributes:
        count: number of paths.
        parts: the ink between two paths, by their numbers; 0 and `count + 1` are the edges of the shape.
        price: of each path by its number, what it costs to cut there, as log probability.
    """

    count: int
    parts: dict[tuple[int, int], Shape]
    price: dict[int, float]


def cut(shape: Shape) -> Cuts:
    """Find paths along which a shape may fall into digits."""
    scale = HEIGHT / max(shape.height, 1)
    side = max(2, round(max(shape.ink.shape) * min(1, scale)))
    reduced = small(shape.ink, side)
    paths, prices = _paths(reduced)
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
            part = trimmed(np.where(between, shape.ink, 0), shape.left, shape.top)
            if (
                part
                and part.height >= LEAST_HEIGHT * shape.height
                and part.amount >= LEAST_INK * shape.amount
                and part.width < 1.5 * shape.height
            ):
                parts[start, end] = part
    return Cuts(len(paths), parts, {i + 1: price for i, price in enumerate(prices)})


def _paths(ink: NDArray[np.float32]) -> tuple[list[NDArray[np.intp]], list[float]]:
    """Columns of the best paths, row by row, and their prices; left to right."""
    height, width = ink.shape
    if width < 4:
        return [], []
    cost = np.zeros((height, width))
    step = np.zeros((height, width), int)
    cost[0] = ink[0]
    for y in range(1, height):
        above = np.pad(cost[y - 1], 1, constant_values=np.inf)
        choices = np.stack([above[:-2] + ASIDE, above[1:-1], above[2:] + ASIDE])
        step[y] = choices.argmin(axis=0) - 1
        cost[y] = choices.min(axis=0) + ink[y]
    last = cost[-1].copy()
    margin = max(1, round(APART * height / 2))
    last[:margin] = last[-margin:] = np.inf
    found: list[tuple[int, float, NDArray[np.intp]]] = []
    apart = max(2, round(APART * height))
    most = max(MOST_CUTS, round(5 * width / height))
    while len(found) < most:
        x = int(last.argmin())
        if not np.isfinite(last[x]) or last[x] > DEEPEST * height:
            break
        price = float(last[x])
        last[max(0, x - apart) : x + apart + 1] = np.inf
        path = np.empty(height, np.intp)
        path[-1] = x
        for y in range(height - 1, 0, -1):
            path[y - 1] = path[y] + step[y, path[y]]
        if all(np.abs(path - other).max() >= apart / 2 for _, _, other in found):
            found.append((int(path.sum()), price, path))
    found.sort(key=lambda entry: entry[0])
    return [path for _, _, path in found], [price / height for _, price, _ in found]
