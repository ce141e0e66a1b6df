"""Digits drawn as strokes, in ways to write them that MNIST lacks, as extra training examples.

MNIST was written by Americans: its 1 is a bare stick, and its 7 has no bar.
"""

import numpy as np
from numpy.typing import NDArray

from byhand.augmentation.strokes import Hand, draw
from byhand.data.mnist_form import IMAGE_SHAPE

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

SHARE_OF_1_AND_7 = 1 / 6  # each, of the drawn digits


def draw_digits(
    count: int, rng: np.random.Generator, hand: Hand | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Draw digits, each in one of its ways to be written; a third of them are 1s and 7s, where writers differ most.

    Returns:
        Images, shape (count, 28, 28), 0 (background) to 255, and which digits they are, shape (count,).
    """
    share = np.full(10, (1 - 2 * SHARE_OF_1_AND_7) / 8)
    share[[1, 7]] = SHARE_OF_1_AND_7
    labels = np.sort(rng.choice(10, count, p=share))
    ways = rng.integers(0, [len(DIGITS[label]) for label in labels]) if count else labels
    images = np.empty((count, *IMAGE_SHAPE), np.uint8)
    for label, shapes in enumerate(DIGITS):
        for way, shape in enumerate(shapes):
            chosen = np.flatnonzero((labels == label) & (ways == way))
            # A stick that is stretched is still a stick, but must not lie down.
            images[chosen] = draw(shape, len(chosen), rng, hand or Hand())
    return images, labels
