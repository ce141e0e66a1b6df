"""Shapes: connected foreground, and foreground that is taken together or apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

Judge = Callable[[NDArray[np.uint8]], NDArray[Any]]  # images (n, 28, 28) to probabilities (n, 10)
Box = tuple[int, int, int, int]  # left, top, right, bottom; the last two are just outside


@dataclass(frozen=True, eq=False)
class Shape:
    """Some foreground with its place in the picture.

    Attributes:
        foreground: 0 (background) to 1 (foreground), shape (height, width).
        left: column of its left edge in the picture.
        top: row of its upper edge in the picture.
    """

    foreground: NDArray[np.float32] = field(repr=False)
    left: int
    top: int

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.foreground.shape[0])

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.foreground.shape[1])

    @property
    def right(self) -> int:
        """The column just right of it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The row just below it."""
        return self.top + self.height

    @property
    def box(self) -> Box:
        """Left, top, right, bottom in pixels."""
        return self.left, self.top, self.right, self.bottom

    @property
    def amount(self) -> float:
        """How much foreground it is, in pixels of full foreground."""
        return float(self.foreground.sum())


def connected_components(density: NDArray[np.float32], mask: NDArray[np.bool_]) -> list[Shape]:
    """Every connected piece of foreground, with the soft edge around it."""
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    shapes = []
    height, width = mask.shape
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels, count), start=1):
        top, bottom = max(0, rows.start - 1), min(height, rows.stop + 1)
        left, right = max(0, columns.start - 1), min(width, columns.stop + 1)
        own = labels[top:bottom, left:right] == number
        around = ndimage.binary_dilation(own, np.ones((3, 3)))
        foreground = np.where(around, density[top:bottom, left:right], 0).astype(np.float32)
        inner = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
        # The box is that of the foreground proper; the soft edge beyond it is less than a pixel wide.
        shapes.append(Shape(foreground[inner], columns.start, rows.start))
    return shapes


def combined(shapes: Sequence[Shape]) -> Shape:
    """Several shapes as one."""
    if len(shapes) == 1:
        return shapes[0]
    left, top = min(s.left for s in shapes), min(s.top for s in shapes)
    right, bottom = max(s.right for s in shapes), max(s.bottom for s in shapes)
    foreground = np.zeros((bottom - top, right - left), np.float32)
    for s in shapes:
        part = foreground[s.top - top : s.bottom - top, s.left - left : s.right - left]
        np.maximum(part, s.foreground, out=part)
    return Shape(foreground, left, top)


def trimmed(foreground: NDArray[Any], left: int, top: int) -> Shape | None:
    """A shape without its empty margins; None if there is no foreground."""
    rows, columns = (
        np.flatnonzero(foreground.max(axis=1, initial=0) > 0.3),
        np.flatnonzero(foreground.max(axis=0, initial=0) > 0.3),
    )
    if not len(rows) or not len(columns):
        return None
    inner = foreground[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Shape(inner, left + int(columns[0]), top + int(rows[0]))


def rescaled(shape: Shape, factor: float) -> Shape:
    """A shape with place and size multiplied by a factor."""
    if factor == 1:
        return shape
    left, top, right, bottom = (side * factor for side in shape.box)
    size = max(1, round(right) - int(left)), max(1, round(bottom) - int(top))
    foreground = np.asarray(Image.fromarray(shape.foreground).resize(size, Image.Resampling.BOX))
    return Shape(foreground, int(left), int(top))
