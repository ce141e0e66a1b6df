"""Digits as they are written elsewhere, and what is no digit: shapes drawn by `strokes`, as extra training examples.

MNIST was written by Americans: its 1 is a bare stick, its 7 has no bar, and nothing in it is not a digit.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data.strokes import Hand, draw, draw_lines

# For each digit the ways to write it; those that MNIST lacks or hardly knows stand first.
DIGITS: tuple[tuple[str, ...], ...] = (
    (
        "~ 50 0 15 20 10 60 40 100 80 80 88 35 50 0 / - 85 8 15 92",
        "~ 60 3 25 10 10 55 40 100 80 75 85 30 55 0 30 10",
        "~ 50 0 12 25 12 75 50 100 88 75 88 25 50 0",
    ),
    (
        "- 5 42 55 0 55 100",
        "- 20 25 60 0 60 100",
        "- 0 62 60 0 60 100",
        "~ 5 50 35 28 58 0 / - 58 0 52 100",
        "- 20 25 52 0 52 100 / - 20 100 85 100",
        "- 50 0 50 100",
    ),
    (
        "~ 12 25 30 2 70 2 82 28 50 65 10 98 / - 10 98 90 98",
        "~ 12 22 45 0 82 20 65 60 25 95 5 85 28 72 60 92 95 92",
        "- 10 5 80 5 / ~ 80 5 70 45 10 97 / - 10 97 90 97",
    ),
    (
        "- 12 0 82 0 42 38 / ~ 42 38 80 45 90 72 60 100 8 90",
        "~ 12 12 50 0 80 20 40 46 / ~ 40 46 88 60 75 98 10 90",
    ),
    (
        "- 25 0 10 62 92 62 / - 68 28 68 100",
        "- 45 0 5 65 95 65 / - 62 38 58 100",
        "~ 15 0 12 40 35 56 80 50 / - 82 0 76 100",
        "- 62 100 62 0 5 66 95 66",
        "- 15 0 15 50 85 50 / - 85 0 85 100",
        "- 55 0 10 60 90 58 / - 75 15 60 100",
        "~ 40 0 12 40 20 65 60 62 92 45 / ~ 72 30 64 65 50 100",
    ),
    (
        "- 85 0 25 0 20 42 / ~ 20 42 60 34 90 65 60 98 10 90",
        "- 25 2 20 42 / ~ 20 42 60 34 88 65 60 98 10 90 / - 25 2 90 0",
        "~ 80 2 28 5 22 42 60 42 82 70 50 100 12 92",
    ),
    (
        "- 65 0 18 55 12 95 80 98 78 55 20 58",
        "~ 75 0 30 32 12 75 45 100 82 80 60 54 18 68",
        "~ 55 0 20 45 22 92 65 96 75 65 45 55 22 75",
    ),
    (
        "- 10 0 90 0 40 100 / - 28 50 82 50",
        "- 10 18 10 0 90 0 45 100 / - 30 52 80 48",
        "- 8 5 90 0 / ~ 90 0 60 45 45 100 / ~ 28 55 55 48 85 50",
        "- 10 20 10 0 90 0 40 100",
        "~ 8 12 25 2 50 8 90 0 / ~ 90 0 55 50 48 100",
        "- 10 0 90 0 40 100",
    ),
    (
        "~ 50 46 15 25 50 0 85 25 50 46 12 76 50 100 88 76 50 46",
        "~ 82 15 50 0 20 22 50 48 82 75 50 100 15 78 45 50 85 18",
        "~ 50 45 20 22 50 0 80 22 50 45 / ~ 50 45 10 72 50 100 90 72 50 45",
    ),
    (
        "~ 80 25 50 0 15 25 45 50 80 25 / - 82 5 78 100",
        "~ 80 22 50 0 15 25 45 50 80 25 / ~ 80 22 82 65 55 100 15 92",
        "~ 78 18 45 0 15 28 45 52 78 25 / ~ 80 15 70 60 40 100",
    ),
)

# Letters and signs that look like no digit.
SIGNS: tuple[str, ...] = (
    "- 0 100 50 0 100 100 / - 20 62 80 62",
    "- 10 0 10 100 / - 10 0 90 0 / - 10 50 70 50 / - 10 100 90 100",
    "- 10 0 10 100 / - 10 0 90 0 / - 10 50 70 50",
    "- 10 0 10 100 / - 90 0 90 100 / - 10 50 90 50",
    "- 10 0 10 100 / - 85 0 10 55 90 100",
    "- 5 100 10 0 50 60 90 0 95 100",
    "- 10 100 10 0 90 100 90 0",
    "- 10 100 10 0 / ~ 10 0 80 8 80 45 10 52",
    "- 10 100 10 0 / ~ 10 0 80 8 80 40 10 50 / - 40 50 90 100",
    "- 0 0 100 0 / - 50 0 50 100",
    "- 0 0 25 100 50 30 75 100 100 0",
    "- 0 0 100 100 / - 100 0 0 100",
    "- 0 0 50 50 100 0 / - 50 50 50 100",
    "~ 10 100 10 40 40 20 55 45 55 100 / ~ 55 45 80 20 95 45 95 100",
    "~ 80 40 45 20 10 60 45 100 80 65 / ~ 82 25 78 70 95 98",
    "- 20 0 20 100 / - 80 35 20 65 85 100",
    "~ 0 30 25 90 50 40 75 90 100 30",
    "- 35 0 25 100 / - 75 0 65 100 / - 0 35 100 35 / - 0 65 100 65",
    "- 50 0 50 100 / - 0 50 100 50",
    "- 0 30 100 30 / - 0 70 100 70",
    "- 50 0 50 100 / - 8 22 92 78 / - 92 22 8 78",
    "~ 20 25 50 0 80 25 50 60 50 72 / - 50 95 50 100",
    "- 0 50 100 50 / - 65 20 100 50 65 80",
    "- 0 55 35 100 100 0",
    "- 0 0 100 0 100 100 0 100 0 0",
    "- 50 0 100 100 0 100 50 0",
    "~ 50 30 25 0 0 30 50 100 100 30 75 0 50 30",
    "- 50 0 20 100 95 35 5 35 80 100 50 0",
    "~ 50 50 60 40 65 55 45 65 30 45 55 25 85 50 50 90 10 50 50 5 100 40",
    "~ 0 50 15 20 30 50 45 80 60 50 75 20 90 50 100 70",
    "- 0 100 15 0 30 100 45 0 60 100 75 0 90 100",
    "- 20 0 20 100 / - 50 0 50 100 / - 80 0 80 100",
    "- 0 0 100 100 / - 30 0 100 70 / - 0 30 70 100",
    "~ 20 45 80 45 75 15 40 15 15 50 40 95 85 80",
    "- 0 50 100 50",
    "- 10 0 10 100 80 100",
    "- 50 0 50 100 / - 0 100 100 100",
    "- 0 0 0 100 / - 0 50 80 50",
)

SHARE_OF_1_AND_7 = 1 / 6  # each, of the drawn digits
# Of the examples that are no digit; the rest are letters and signs.
NOISE_SHARE, SCRIBBLE_SHARE, PAIR_SHARE, NEGATIVE_SHARE = 0.05, 0.15, 0.45, 0.15


def draw_digits(
    count: int, rng: np.random.Generator, hand: Hand | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Draw digits, each in one of its ways to be written; a third of them are 1s and 7s, where writers differ most.

    Returns:
        Images, shape (count, 28, 28), 0 paper to 255 ink, and which digits they are, shape (count,).
    """
    share = np.full(10, (1 - 2 * SHARE_OF_1_AND_7) / 8)
    share[[1, 7]] = SHARE_OF_1_AND_7
    labels = np.sort(rng.choice(10, count, p=share))
    ways = rng.integers(0, [len(DIGITS[label]) for label in labels]) if count else labels
    images = np.empty((count, 28, 28), np.uint8)
    for label, shapes in enumerate(DIGITS):
        for way, shape in enumerate(shapes):
            chosen = np.flatnonzero((labels == label) & (ways == way))
            # A stick that is stretched is still a stick, but must not lie down.
            images[chosen] = draw(shape, len(chosen), rng, hand or Hand())
    return images, labels


def draw_others(count: int, digits: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw what is no digit: letters and signs, noise, scribbles, two digits in one image, negatives.

    A negative shows paper as ink and ink as paper. The network is never to read it: where it is unclear which is
    which, the reading of which it is surer is the right one.

    Args:
        count: how many.
        digits: images of digits to make pairs and negatives of, shape (n, 28, 28).
        rng: draws everything.

    Returns:
        Images, shape (count, 28, 28), 0 paper to 255 ink.
    """
    shares = (NOISE_SHARE, SCRIBBLE_SHARE, PAIR_SHARE, NEGATIVE_SHARE)
    noise, scribbles, pairs, negatives = (int(share * count) for share in shares)
    rest = count - noise - scribbles - pairs - negatives
    signs = np.bincount(rng.integers(len(SIGNS), size=rest), minlength=len(SIGNS))
    parts = [draw(shape, n, rng) for shape, n in zip(SIGNS, signs, strict=True)]
    parts += [_noise(noise, rng), _scribbles(scribbles, rng), _pairs(pairs, digits, rng)]
    parts.append(255 - digits[rng.integers(len(digits), size=negatives)])
    return np.concatenate(parts)


def _scribbles(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Lines that wander: each turn is drawn at random, and so is how fast the turning changes."""
    steps = 32
    bend = rng.normal(0, 1, (count, steps)) * rng.uniform(0.3, 2.2, (count, 1)) + rng.normal(0, 0.4, (count, 1))
    direction = np.cumsum(bend, axis=1)
    moves = np.stack([np.cos(direction), np.sin(direction)], axis=2) * rng.uniform(0.3, 1.7, (count, steps, 1))
    return draw_lines(np.cumsum(moves, axis=1), np.ones(steps - 1, bool), rng)


def _pairs(count: int, digits: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Two digits side by side, fitted into one image: what is left when touching digits are not taken apart."""
    left, right = digits[rng.integers(len(digits), size=(2, count))]
    (first, end), (begin, last) = _extent(left), _extent(right)
    # Where the right one's image begins: its ink overlaps that of the left one a little, touches it, or nearly does.
    gap = (end - begin + rng.integers(-4, 4, count)).clip(0, 28)
    wide = np.zeros((count, 28, 56), np.uint8)
    wide[:, :, :28] = left
    place = gap[:, np.newaxis, np.newaxis] + np.arange(28)
    rows = np.arange(28)[:, np.newaxis]
    which = np.arange(count)[:, np.newaxis, np.newaxis]
    wide[which, rows, place] = np.maximum(wide[which, rows, place], right)
    # The longer side of the ink becomes 20 pixels; that of a digit is 20 already.
    edge = np.maximum(end, gap + last)
    scale = np.maximum((edge - first) / 20, 1)[:, np.newaxis]
    columns = (first + edge - 1)[:, np.newaxis] / 2 + (np.arange(28) - 13.5) * scale
    heights = 13.5 + (np.arange(28) - 13.5) * scale
    return _look_up(wide, heights, columns)


def _extent(images: NDArray[np.uint8]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first column with ink of each image, and the column after the last."""
    inked = images.max(axis=1) > 60
    return inked.argmax(axis=1), images.shape[2] - inked[:, ::-1].argmax(axis=1)


def _look_up(images: NDArray[np.uint8], rows: NDArray[Any], columns: NDArray[Any]) -> NDArray[np.uint8]:
    """Resample each image at its own rows and columns, (n, h) and (n, w), with nothing outside, and hide the steps."""
    n, height, width = images.shape
    inside = ((rows > -0.5) & (rows < height - 0.5))[:, :, np.newaxis] & ((columns > -0.5) & (columns < width - 0.5))[
        :, np.newaxis
    ]
    y, x = rows.clip(0, height - 1.001), columns.clip(0, width - 1.001)
    top, left = y.astype(int), x.astype(int)
    down, right = (y - top)[:, :, np.newaxis], (x - left)[:, np.newaxis]
    which = np.arange(n)[:, np.newaxis, np.newaxis]

    def at(row: int, column: int) -> NDArray[np.uint8]:
        pixels: NDArray[np.uint8] = images[which, top[:, :, np.newaxis] + row, left[:, np.newaxis] + column]
        return pixels

    upper = at(0, 0) * (1 - right) + at(0, 1) * right
    lower = at(1, 0) * (1 - right) + at(1, 1) * right
    return np.asarray((upper * (1 - down) + lower * down) * inside, np.uint8)


def _noise(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Paper with specks, clouds and blobs, from a few coarse to all fine."""
    images = np.zeros((count, 28, 28), np.float32)
    for i, few in enumerate(rng.choice([2, 4, 7, 14, 28], count)):
        coarse = rng.random((few, few), np.float32) > rng.uniform(0.3, 0.97)
        images[i] = np.kron(coarse, np.ones((28 // few, 28 // few), np.float32)) * rng.uniform(0.2, 1)
    return np.rint(255 * images).astype(np.uint8)
