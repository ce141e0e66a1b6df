"""Pen strokes as pictures: curves through points, drawn with a round pen of any width, centred like MNIST.

A shape is written down as text, its strokes divided by "/": "~" draws a smooth curve through the points that
follow, "-" straight lines, each point as x and y from 0 0 (upper left) to 100 100 (lower right).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from byhand.data.mnist_form import CENTRE_OF_MASS_PX, DIGIT_BOX_PX, IMAGE_SHAPE, IMAGE_SIDE_PX

# Pieces of a smooth curve between two of its points.
PIECES_PER_CURVE = 4
# From full brightness to the background, the pen's edge is so wide, as in MNIST.
EDGE_WIDTH_PX = 1.3


@dataclass(frozen=True)
class Hand:
    """How differently the same shape is written.

    Attributes:
        wobble: standard deviation of each point of the shape, in parts of its size.
        slant: the most by which a row slides for each row of height.
        turn: rotation, up to this many degrees either way.
        stretch: width by height changes by up to this factor either way.
        thinnest, thickest: width of the pen, in pixels of a 28 x 28 image.
    """

    wobble: float = 0.045
    slant: float = 0.3
    turn: float = 8
    stretch: float = 1.5
    thinnest: float = 1.2
    thickest: float = 4.2


HAND = Hand()


def draw(shape: str, count: int, rng: np.random.Generator, hand: Hand = HAND) -> NDArray[np.uint8]:
    """Draw a shape `count` times, each time differently.

    Args:
        shape: strokes as text, as explained above.
        count: how many drawings.
        rng: draws what differs.
        hand: says how much may differ.

    Returns:
        Grey levels, 0 (background) to 255, shape (count, 28, 28): the drawing fits into 20 x 20 pixels, and its
        centre of mass is in the middle.
    """
    points, mix, pen_down = parse(shape)
    written = points + rng.normal(0, hand.wobble, (count, *points.shape))
    return draw_lines(mix @ written, pen_down, rng, hand)


def parse(shape: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Read a shape: its points, and how a line through them is made.

    Returns:
        The points, (x, y) from 0 to 1, shape (p, 2); a matrix that mixes them to the corners of one long line,
        shape (q, p); and which of the line's pieces are drawn, shape (q - 1,).
    """
    strokes = [stroke.split() for stroke in shape.split("/")]
    lines = [np.array(numbers, float).reshape(-1, 2) / 100 for _, *numbers in strokes]
    mixes = [
        _curve(len(line)) if kind == "~" else np.eye(len(line)) for (kind, *_), line in zip(strokes, lines, strict=True)
    ]
    mix = np.zeros((sum(len(m) for m in mixes), sum(len(line) for line in lines)))
    row = column = 0
    down = np.ones(len(mix), bool)
    for part in mixes:
        mix[row : row + len(part), column : column + part.shape[1]] = part
        row, column = row + len(part), column + part.shape[1]
        down[row - 1] = False
    return np.concatenate(lines), mix, down[:-1]


def draw_lines(
    corners: NDArray[np.float64], pen_down: NDArray[np.bool_], rng: np.random.Generator, hand: Hand = HAND
) -> NDArray[np.uint8]:
    """Draw lines given by their corners, as `draw` does.

    Args:
        corners: (x, y), in any unit, shape (n, q, 2).
        pen_down: which pieces between two corners are drawn, shape (q - 1,).
        rng: draws slant, turn, proportions and pen.
        hand: says how much may differ.
    """
    n = len(corners)
    angle = np.radians(hand.turn) * rng.uniform(-1, 1, n)
    slant = rng.uniform(-hand.slant, hand.slant, n)
    narrow = hand.stretch ** rng.uniform(-1, 1, n)
    width = rng.uniform(hand.thinnest, hand.thickest, n)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]).transpose(2, 0, 1)
    lean = np.array([[narrow, -slant], [0 * narrow, 0 * narrow + 1]]).transpose(2, 0, 1)
    corners = corners @ (turn @ lean).swapaxes(1, 2)
    starts, ends = corners[:, :-1][:, pen_down], corners[:, 1:][:, pen_down]
    # Size: the longer side of the box around it, pen included, is 20 pixels.
    inked = np.concatenate([starts, ends], axis=1)
    extent = np.ptp(inked, axis=1).max(axis=1)
    factor = ((DIGIT_BOX_PX - width) / np.maximum(extent, 1e-6))[:, np.newaxis, np.newaxis]
    starts, ends = starts * factor, ends * factor
    # Position: the centre of mass, each piece weighing as much as it is long.
    lengths = np.linalg.norm(ends - starts, axis=2, keepdims=True) + 1e-6
    centre = ((starts + ends) / 2 * lengths).sum(axis=1, keepdims=True) / lengths.sum(axis=1, keepdims=True)
    middle = CENTRE_OF_MASS_PX - centre
    distance = _distance((starts + middle).astype(np.float32), (ends + middle).astype(np.float32))
    level = ((width / 2)[:, np.newaxis] - distance) / EDGE_WIDTH_PX + 0.5
    grey: NDArray[np.uint8] = np.rint(255 * level.clip(0, 1)).astype(np.uint8)
    return grey.reshape(n, *IMAGE_SHAPE)


def _curve(points: int) -> NDArray[np.float64]:
    """The matrix from points to a smooth line through them: Catmull-Rom, a cubic between each two points."""
    position = np.linspace(0, points - 1, (points - 1) * PIECES_PER_CURVE + 1)
    left = np.minimum(position.astype(int), points - 2)
    t = position - left
    weights = [
        (-t + 2 * t**2 - t**3) / 2,
        (2 - 5 * t**2 + 3 * t**3) / 2,
        (t + 4 * t**2 - 3 * t**3) / 2,
        (-(t**2) + t**3) / 2,
    ]
    mix = np.zeros((len(position), points))
    for offset, weight in zip(range(-1, 3), weights, strict=True):
        # At the ends, the point that is missing is the last one again.
        np.add.at(mix, (np.arange(len(position)), (left + offset).clip(0, points - 1)), weight)
    return mix


def _distance(starts: NDArray[np.float32], ends: NDArray[np.float32]) -> NDArray[np.float32]:
    """From every pixel to the nearest piece of the line: starts and ends (n, pieces, 2), result (n, pixels)."""
    rows, columns = np.indices(IMAGE_SHAPE).reshape(2, -1).astype(np.float32)
    nearest = np.full((len(starts), IMAGE_SIDE_PX**2), np.inf, np.float32)
    for start, along in zip(starts.swapaxes(0, 1), (ends - starts).swapaxes(0, 1), strict=True):
        right, down = columns - start[:, :1], rows - start[:, 1:]
        length = np.maximum((along**2).sum(axis=1, keepdims=True), np.float32(1e-9))
        # The nearest point of the piece: the foot of the perpendicular, or the end that is nearer to it.
        part = ((right * along[:, :1] + down * along[:, 1:]) / length).clip(0, 1)
        right -= part * along[:, :1]
        down -= part * along[:, 1:]
        np.minimum(nearest, right * right + down * down, out=nearest)
    return np.sqrt(nearest)
