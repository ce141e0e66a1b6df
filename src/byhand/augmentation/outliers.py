"""Outliers: images of no digit, from which the network learns to say that it does not know.

Their target is the same probability for every digit ("outlier exposure": Hendrycks, Mazeika and Dietterich 2019,
"Deep anomaly detection with outlier exposure").
"""

import numpy as np
from numpy.typing import NDArray

from byhand.augmentation.strokes import draw, draw_lines
from byhand.augmentation.touching import cut_off, edges_of, fitted, side_by_side
from byhand.data.mnist_form import DIGIT_BOX_PX, IMAGE_SIDE_PX

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
    "~ 20 22 50 2 78 25 80 100 / ~ 78 48 35 50 20 76 45 98 78 76",
    "~ 95 100 25 25 45 0 65 22 18 70 45 100 90 58",
    "~ 85 8 62 0 45 20 45 100 / - 15 40 80 40",
    "- 20 0 20 100 / ~ 20 60 48 42 75 58 78 100",
    "- 15 10 15 100 / ~ 15 45 45 12 72 35 78 100",
    "~ 78 62 50 45 22 70 45 98 78 76 / - 80 0 80 100",
    "- 25 10 25 100 / ~ 25 45 50 15 85 22",
    "~ 45 0 45 80 60 100 85 90 / - 15 30 80 30",
    "- 90 0 10 100 / ~ 20 5 5 20 20 35 35 20 20 5 / ~ 80 65 65 80 80 95 95 80 80 65",
    # Hatching, upright or slanted, and flowers.
    "- 0 0 0 100 / - 33 0 33 100 / - 66 0 66 100 / - 100 0 100 100",
    "- 0 100 30 0 / - 35 100 65 0 / - 70 100 100 0",
    "- 10 100 40 0 / - 60 100 90 0",
    "~ 50 0 58 24 53 46 72 34 98 35 78 50 55 52 72 66 79 90 58 76 "
    "50 55 42 76 21 90 28 66 45 52 23 50 2 35 28 34 47 46 42 24 50 0",
    "~ 50 0 57 23 52 46 69 31 93 25 77 43 55 50 77 57 93 75 69 69 52 54 57 77 "
    "50 100 43 77 48 54 31 69 7 75 23 57 45 50 23 43 7 25 31 31 48 46 43 23 50 0",
)

# Fractions of the outliers; the rest are letters and signs.
NOISE_SHARE, SCRIBBLE_SHARE, PAIR_SHARE, NEGATIVE_SHARE, BLOT_SHARE = 0.022, 0.075, 0.53, 0.12, 0.053
# Of so many of the pairs, only a part of one digit is there: of its width, from and to. With these, 114 instead of 126
# errors in 3,496 digits on 333 generated pages.
CUT_SHARE, CUT_LEFT = 0.4, (0.5, 0.8)
# Blots are stretched by up to this factor: longer ones would be thick 1s.
BLOT_STRETCH = 2.0


def draw_outliers(count: int, digits: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw images that show no digit: letters and signs, noise, scribbles, two digits in one image, negatives, blots.

    A negative is a digit with foreground and background swapped. The network must learn not to read it: where the
    polarity of a picture is unclear, both are tried, and the one of which the network is surer is taken.

    Args:
        count: how many.
        digits: images of digits to make pairs and negatives of, shape (n, 28, 28).
        rng: draws everything.

    Returns:
        Images, shape (count, 28, 28), 0 (background) to 255.
    """
    shares = (NOISE_SHARE, SCRIBBLE_SHARE, PAIR_SHARE, NEGATIVE_SHARE, BLOT_SHARE)
    noise, scribbles, pairs, negatives, blots = (int(share * count) for share in shares)
    rest = count - noise - scribbles - pairs - negatives - blots
    signs = np.bincount(rng.integers(len(SIGNS), size=rest), minlength=len(SIGNS))
    parts = [draw(shape, n, rng) for shape, n in zip(SIGNS, signs, strict=True)]
    parts += [_noise(noise, rng), _scribbles(scribbles, rng), _pairs(pairs, digits, rng)]
    parts += [_negatives(negatives, digits, rng), _blots(blots, rng)]
    return np.concatenate(parts)


def _scribbles(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Lines that wander: each turn is drawn at random, and so is how fast the turning changes."""
    steps = 32
    bend = rng.normal(0, 1, (count, steps)) * rng.uniform(0.3, 2.2, (count, 1)) + rng.normal(0, 0.4, (count, 1))
    direction = np.cumsum(bend, axis=1)
    moves = np.stack([np.cos(direction), np.sin(direction)], axis=2) * rng.uniform(0.3, 1.7, (count, steps, 1))
    return draw_lines(np.cumsum(moves, axis=1), np.ones(steps - 1, bool), rng)


def _negatives(count: int, digits: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Digits with foreground and background swapped: half as they are, half as a sheet brought to a digit's size."""
    images = 255 - digits[rng.integers(len(digits), size=count)]
    sheets = images[: count // 2]
    n, side = len(sheets), IMAGE_SIDE_PX
    margin = rng.integers(0, 7, (2, 2, n))  # of the sheet, in the image: above and below, left and right
    place = np.arange(side)[:, np.newaxis]
    rows, columns = ((place >= first) & (place < side - last) for first, last in margin)
    sheets = sheets * (rows.T[:, :, np.newaxis] & columns.T[:, np.newaxis])
    (top, below), (left, beside) = margin
    images[:n] = fitted(sheets.astype(np.float32), np.array([top, side - below, left, side - beside]))
    return images


def _blots(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Filled shapes, such as the petals of a flower or the holes of a solid drawing: rings of waves, stretched."""
    rows, columns = np.indices((IMAGE_SIDE_PX, IMAGE_SIDE_PX)) - (IMAGE_SIDE_PX - 1) / 2
    angle, distance = np.arctan2(rows, columns), np.hypot(rows, columns)
    turn, stretch = rng.uniform(0, np.pi, count), BLOT_STRETCH ** rng.uniform(0, 1, count)
    each = (slice(None), np.newaxis, np.newaxis)
    # Stretched along the direction `turn`: how far the edge of an ellipse is.
    along, across = np.cos(angle - turn[each]), np.sin(angle - turn[each])
    edge = 1 / np.hypot(along, across * stretch[each])
    for waves in range(1, 6):
        height, phase = rng.normal(0, 0.25 / waves, count), rng.uniform(0, 2 * np.pi, count)
        edge *= 1 + height[each] * np.cos(waves * angle - phase[each])
    edge *= DIGIT_BOX_PX / 2 / edge.max(axis=(1, 2), initial=0.1, keepdims=True)
    grey: NDArray[np.uint8] = np.rint(255 * (edge - distance + 0.5).clip(0, 1)).astype(np.uint8)
    return grey


def _pairs(count: int, digits: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Two digits side by side, fitted into one image: what is left when touching digits are not split."""
    left, right = digits[rng.integers(len(digits), size=(2, count))]
    wide, extents = side_by_side(left, right, rng)
    cut = int(CUT_SHARE * count)
    cut_off(wide[:cut], extents[:, :, :cut], CUT_LEFT, rng)
    # Both together are brought to the size of one digit and put in the middle.
    return fitted(wide, edges_of(wide)).astype(np.uint8)


def _noise(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Paper with specks, clouds and blobs, from a few coarse to all fine."""
    side = IMAGE_SIDE_PX
    images = np.zeros((count, side, side), np.float32)
    for i, few in enumerate(rng.choice([2, 4, 7, 14, 28], count)):
        coarse = rng.random((few, few), np.float32) > rng.uniform(0.3, 0.97)
        images[i] = np.kron(coarse, np.ones((side // few, side // few), np.float32)) * rng.uniform(0.2, 1)
    return np.rint(255 * images).astype(np.uint8)
