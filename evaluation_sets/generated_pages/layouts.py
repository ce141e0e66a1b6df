"""What stands where on a page: single digits, rows, columns, grids, numbers, scattered digits, tiny beside huge."""

from dataclasses import dataclass, field

import numpy as np

Slot = tuple[float, float, float]  # left edge of the digit's cell, its base line, the digit's height; in pixels


@dataclass
class Layout:
    """Places for digits.

    Attributes:
        name: of the kind.
        width: of the page, pixels.
        height: of the page, pixels.
        rows: for each row, how many digits, in groups that touch or are close.
        digit: usual height of a digit, pixels.
        ordered: whether the reading order is beyond doubt.
        touching: whether digits of a group touch.
    """

    name: str
    width: int
    height: int
    digit: int
    rows: list[list[int]] = field(default_factory=list)
    ordered: bool = True
    touching: bool = False


KINDS = ("single", "row", "rows", "column", "grid", "numbers", "touching", "scattered", "sizes", "edge")
# Numbers whose digits all touch or nearly do are rarer than the others.
SHARES = [0.105 if kind != "touching" else 0.055 for kind in KINDS]


def any_layout(rng: np.random.Generator, kind: str | None = None) -> Layout:
    """Draw a layout; `kind` is one of KINDS."""
    kind = kind or str(rng.choice(KINDS, p=SHARES))
    width, height = int(rng.integers(700, 1500)), int(rng.integers(500, 1200))
    if kind == "single":
        side = int(rng.integers(200, 900))
        return Layout(kind, side, round(side * rng.uniform(0.8, 1.3)), round(side * rng.uniform(0.25, 0.75)), [[1]])
    if kind in ("row", "edge"):
        count = int(rng.integers(3, 11))
        digit = int(min(width / (count * 1.25), 0.5 * height, rng.uniform(30, 220)))
        return Layout(kind, width, height, digit, [[1] * count])
    if kind == "column":
        count = int(rng.integers(3, 7))
        return Layout(kind, width // 2, height, int(min(height / (count * 1.6), width / 4)), [[1]] * count)
    if kind in ("grid", "rows"):
        rows, columns = int(rng.integers(2, 7)), int(rng.integers(3, 11))
        digit = int(min(width / (columns * 1.45), height / (rows * 1.9)))
        lengths = [columns if kind == "grid" else int(rng.integers(2, columns + 1)) for _ in range(rows)]
        return Layout(kind, width, height, digit, [[1] * length for length in lengths])
    if kind in ("numbers", "touching"):
        rows, columns = int(rng.integers(1, 6)), int(rng.integers(1, 4))
        groups = [[int(rng.integers(2, 5)) for _ in range(columns)] for _ in range(rows)]
        widest = max(sum(row) + 1.5 * len(row) for row in groups)
        digit = int(min(width / (widest * 0.95), height / (rows * 1.9), 200))
        return Layout(kind, width, height, digit, groups, touching=kind == "touching")
    if kind == "scattered":
        digit = int(min(width, height) / rng.uniform(7, 12))
        return Layout(kind, width, height, digit, [[1] * int(rng.integers(4, 12))], ordered=False)
    if kind == "sizes":
        return Layout(kind, width, height, int(min(0.4 * height, width / 7)), [[1] * int(rng.integers(3, 7))])
    raise ValueError(kind)
