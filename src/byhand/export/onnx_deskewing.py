"""Deskewing as ONNX operations: those of `preprocessing/deskewing.py` and `resampling.py`, in the same order.

The result is rounded to whole grey levels, so the last bit of what comes before may decide between two of them. The
sums are exact in float64 (see there), and all else is single operations that IEEE 754 defines to the last bit.
"""

from typing import TYPE_CHECKING

import numpy as np

from byhand.preprocessing.deskewing import (
    LARGEST_SHRINKING,
    LEAST_MASS_OF_BRIGHTEST,
    SMALLEST_SHRINKING,
    TARGET_SPREAD_OF_SIDE,
    moment_powers,
)

if TYPE_CHECKING:
    from byhand.export.onnx import Graph


def add_deskewing(graph: "Graph", grey: str, image_shape: tuple[int, int]) -> str:
    """Add deskewing to a graph.

    Args:
        graph: is added to.
        grey: grey levels as whole numbers in float32, shape (n, height * width).
        image_shape: (height, width).

    Returns:
        The name of the deskewed grey levels, same shape.
    """
    height, width = image_shape
    add, powers = graph.add, moment_powers(height, width)
    column = graph.constant([1], np.int64)
    peak = add("ReduceMax", grey, column, keepdims=1)
    clear = add("Max", add("Sub", grey, add("Mul", peak, LEAST_MASS_OF_BRIGHTEST)), 0.0)
    exact = add("MatMul", graph.cast(clear, np.float64), graph.constant(powers, np.float64))
    sums = graph.cast(exact, np.float32)
    mass, *moments = (add("Gather", sums, graph.constant([number], np.int64), axis=1) for number in range(6))
    mass = add("Max", mass, 1e-6)
    r, c, rr, rc, cc = (add("Div", moment, mass) for moment in moments)
    rr, rc, cc = (
        add("Sub", second, add("Mul", *first)) for second, first in ((rr, (r, r)), (rc, (r, c)), (cc, (c, c)))
    )
    tall = add("Greater", rr, 0.0)
    slant = add("Where", tall, add("Div", rc, add("Where", tall, rr, 1.0)), 0.0)
    shrink = []
    for axis, spread in enumerate((rr, add("Sub", cc, add("Mul", slant, rc)))):
        target = TARGET_SPREAD_OF_SIDE[axis, 0] * np.float32(image_shape[axis])
        times = add("Div", add("Sqrt", add("Max", spread, 0.0)), target)
        shrink.append(add("Clip", times, SMALLEST_SHRINKING[axis, 0], LARGEST_SHRINKING[axis, 0]))
    y = add("Mul", shrink[0], graph.constant(powers[np.newaxis, :, 1]))
    x = add("Mul", shrink[1], graph.constant(powers[np.newaxis, :, 2]))
    rows = add("Add", y, add("Add", r, (height - 1) / 2))
    columns = add("Add", add("Add", x, add("Mul", slant, y)), add("Add", c, (width - 1) / 2))
    return add("Round", _resampled(graph, grey, rows, columns, image_shape))


def _resampled(graph: "Graph", grey: str, rows: str, columns: str, image_shape: tuple[int, int]) -> str:
    """Look each pixel up at (row, column), bilinearly, in an image with a border of 0."""
    height, width = image_shape
    add, stride = graph.add, width + 2
    shaped = add("Reshape", grey, graph.constant([-1, height, width], np.int64))
    # One row and column around it, and two rows more for the pixels after the last.
    bordered = add("Pad", shaped, graph.constant([0, 1, 1, 0, 3, 1], np.int64))
    pixels = add("Reshape", bordered, graph.constant([-1, (height + 4) * stride], np.int64))
    rows = add("Clip", add("Add", rows, 1.0), 0.0, float(height + 1))
    columns = add("Clip", add("Add", columns, 1.0), 0.0, float(width + 1))
    top, left = add("Floor", rows), add("Floor", columns)
    down, right = add("Sub", rows, top), add("Sub", columns, left)
    corner = graph.cast(add("Add", add("Mul", top, float(stride)), left), np.int64)

    def look_up(start: int) -> str:
        place = add("Add", corner, graph.constant(start, np.int64)) if start else corner
        return add("GatherElements", pixels, place, axis=1)

    def mix(near: str, far: str, part: str) -> str:
        return add("Add", near, add("Mul", add("Sub", far, near), part))

    upper = mix(look_up(0), look_up(1), right)
    lower = mix(look_up(stride), look_up(stride + 1), right)
    return mix(upper, lower, down)
