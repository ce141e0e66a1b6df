"""Touching digits: two, written so close that their strokes meet, in one image.

The network `pairs` learns to read both at once from them; brought to the size of one digit, they are outliers for the
network that reads digits.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.augmentation.deformations import Deformations
from byhand.augmentation.strokes import draw
from byhand.data.mnist_form import DIGIT_BOX_PX, IMAGE_SHAPE, PAIR_BOX_PX, PAIR_SHAPE
from byhand.preprocessing.resampling import resample

NO_PAIR = "other"  # the label of what is not two digits
# Each digit as another hand would have written it; both lean alike, by this part of their height.
HAND, LEAN = Deformations(rotation=8, scale=0.12, shear=0.1, elastic=1.2), (-0.25, 0.35)
# Fractions of what is not two digits; the rest are three.
ONE_SHARE, PIECE_SHARE, SIGN_SHARE = 0.17, 0.28, 0.15
# Of a digit of which only a piece is there, this part of the width is left. One alone is stretched by up to a factor.
PIECE, STRETCH = (0.1, 0.7), 1.5
FOREGROUND = 60  # grey level from which something is written


def draw_pairs(
    count: int,
    none: int,
    digits: NDArray[np.uint8],
    labels: NDArray[Any],
    signs: tuple[str, ...],
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Draw touching pairs, and what is none: one digit, one and a piece of another, one and a sign, three.

    Args:
        count: of pairs.
        none: of other images.
        digits: images of digits, shape (n, 28, 28).
        labels: the digits, integers from 0 to 9, shape (n,).
        signs: letters and signs, as `byhand.augmentation.strokes.draw` takes them.
        rng: draws everything.

    Returns:
        Images, shape (count + none, 24, 44), 0 (background) to 255, and their labels: "00" to "99", or "other".
    """

    def hands(chosen: NDArray[np.intp]) -> NDArray[np.float32]:
        flat = HAND.deform(digits[chosen].reshape(-1, digits[0].size).astype(np.float32), *IMAGE_SHAPE, rng)
        return np.asarray(flat.reshape(-1, *IMAGE_SHAPE), np.float32)

    def some(n: int) -> NDArray[np.float32]:
        return hands(rng.integers(len(digits), size=n))

    one, piece, sign = (int(share * none) for share in (ONE_SHARE, PIECE_SHARE, SIGN_SHARE))
    three = none - one - piece - sign
    left, right = rng.integers(len(digits), size=(2, count))
    pairs, _ = side_by_side(hands(left), hands(right), rng)
    pieces, extents = side_by_side(some(piece), some(piece), rng)
    cut_off(pieces, extents, PIECE, rng)
    drawn = np.concatenate([draw(signs[i], 1, rng) for i in rng.integers(len(signs), size=sign)] or [digits[:0]])
    beside, before = some(sign), rng.random(sign)[:, np.newaxis, np.newaxis] < 0.5
    with_signs, _ = side_by_side(np.where(before, drawn, beside), np.where(before, beside, drawn), rng)
    threes, _ = side_by_side(side_by_side(some(three), some(three), rng)[0], some(three), rng)
    ones = np.pad(some(one), ((0, 0), (0, 0), (0, IMAGE_SHAPE[1])))
    images = [_as_pair(part, 1.0, rng) for part in (pairs, pieces, with_signs, threes)]
    images.append(_as_pair(ones, STRETCH, rng))
    return np.concatenate(images), np.array([f"{a}{b}" for a, b in labels[[left, right]].T] + [NO_PAIR] * none)


def side_by_side(
    left: NDArray[Any], right: NDArray[Any], rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Put digits side by side: in the row where they come closest, they overlap a little, touch, or nearly do.

    Args:
        left: images, shape (n, 28, w).
        right: images, shape (n, 28, 28).
        rng: draws how far each right one stands from the left one, and how much higher or lower, up to 3 pixels.

    Returns:
        Images, shape (n, 28, w + 28), and of each digit the first column and the one after its last, shape
        (2 digits, 2, n).
    """
    (count, side, room), width = left.shape, right.shape[2]
    higher = np.arange(side) + rng.integers(-3, 4, (count, 1))
    right = np.take_along_axis(right, higher[:, :, np.newaxis] % side, axis=1)
    ends, begins = last_columns(left), first_columns(right)
    shared = (ends > 0) & (begins < width)
    closest = np.where(shared, ends - begins, -width).max(axis=1)
    closest = np.where(shared.any(axis=1), closest, ends.max(axis=1) - begins.min(axis=1))
    gap = (closest + rng.integers(-3, 4, count)).clip(0, room)
    wide = np.zeros((count, side, room + width), np.float32)
    wide[:, :, :room] = left
    columns = gap[:, np.newaxis, np.newaxis] + np.arange(width)
    rows, which = np.arange(side)[:, np.newaxis], np.arange(count)[:, np.newaxis, np.newaxis]
    wide[which, rows, columns] = np.maximum(wide[which, rows, columns], right)
    of_left = first_columns(left).min(axis=1), ends.max(axis=1)
    of_right = gap + begins.min(axis=1), gap + last_columns(right).max(axis=1)
    return wide, np.array([of_left, of_right])


def cut_off(
    wide: NDArray[np.float32], extents: NDArray[np.intp], left: tuple[float, float], rng: np.random.Generator
) -> None:
    """Leave only a part of one digit of each pair, as a cut in the wrong place does; the images are changed.

    Args:
        wide: the pairs, shape (n, 28, w).
        extents: where their digits are, as `side_by_side` gives it.
        left: how much of its width is left, from and to.
        rng: draws of which digit, and where.
    """
    count = len(wide)
    keeps_left = rng.random(count) < 0.5
    rest = rng.uniform(*left, count)
    (begin, end), (begin_right, end_right) = extents
    cut = np.where(keeps_left, begin_right + rest * (end_right - begin_right), end - rest * (end - begin))
    rows, columns = np.indices(wide.shape[1:])
    each = (slice(None), np.newaxis, np.newaxis)
    slant = rng.normal(0, 0.2, count)
    beyond = columns >= cut[each] + slant[each] * (rows - wide.shape[1] / 2)
    wide[beyond == keeps_left[each]] = 0


def edges_of(images: NDArray[Any]) -> NDArray[np.intp]:
    """Top, bottom, left and right of what is written in each image, (n, h, w), in pixels: shape (4, n)."""
    upright = images.swapaxes(1, 2)
    ends = [(first_columns(some).min(axis=1), last_columns(some).max(axis=1)) for some in (upright, images)]
    return np.array([edge for two in ends for edge in two])


def fitted(
    images: NDArray[np.float32],
    edges: NDArray[np.intp],
    box_px: tuple[int, int] = (DIGIT_BOX_PX, DIGIT_BOX_PX),
    shape: tuple[int, int] = IMAGE_SHAPE,
    stretch: NDArray[Any] | float = 1.0,
    lean: NDArray[Any] | float = 0.0,
) -> NDArray[np.float32]:
    """Bring what is written in each image to a size, and put it in the middle.

    Args:
        images: shape (n, h, w), at least of the resulting shape.
        edges: as `edges_of` gives them.
        box_px: the height and width that it is fitted into.
        shape: (height, width) of the result, pixels.
        stretch: how many times as wide each becomes, shape (n,).
        lean: how far each leans to the right, as a part of its height, shape (n,).

    Returns:
        Shape (n, *shape).
    """
    n, height, width = images.shape
    top, bottom, left, right = edges
    stretch, lean = (np.broadcast_to(some, n)[:, np.newaxis, np.newaxis] for some in (stretch, lean))
    across = (right - left) * stretch[:, 0, 0] + np.abs(lean[:, 0, 0]) * (bottom - top)
    scale = np.maximum(across / box_px[1], (bottom - top) / box_px[0])[:, np.newaxis]
    down = ((np.arange(height) - (shape[0] - 1) / 2) * scale)[:, :, np.newaxis]
    beside = ((np.arange(width) - (shape[1] - 1) / 2) * scale)[:, np.newaxis]
    sources = np.empty((n, 2, height, width), np.float32)
    sources[:, 0] = (top + bottom - 1)[:, np.newaxis, np.newaxis] / 2 + down
    sources[:, 1] = (left + right - 1)[:, np.newaxis, np.newaxis] / 2 + beside / stretch + lean * down
    found: NDArray[np.float32] = resample(images.reshape(n, height * width), sources).reshape(images.shape)
    return found[:, : shape[0], : shape[1]]


def first_columns(images: NDArray[Any]) -> NDArray[np.intp]:
    """The first column with foreground in each row, shape (n, h); the width where there is none."""
    written = images > FOREGROUND
    first: NDArray[np.intp] = np.where(written.any(axis=2), written.argmax(axis=2), images.shape[2])
    return first


def last_columns(images: NDArray[Any]) -> NDArray[np.intp]:
    """The column after the last with foreground in each row, shape (n, h); 0 where there is none."""
    last: NDArray[np.intp] = images.shape[2] - first_columns(images[:, :, ::-1])
    return last


def _as_pair(wide: NDArray[Any], stretch: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """In the form of pairs, leaning and stretched by chance; broad ones and narrow ones alike."""
    count = len(wide)
    images = np.pad(np.asarray(wide, np.float32), ((0, 0), (0, 0), (0, max(0, PAIR_SHAPE[1] - wide.shape[2]))))
    stretched = stretch ** rng.uniform(-1, 1, count)
    return (
        np.rint(fitted(images, edges_of(images), PAIR_BOX_PX, PAIR_SHAPE, stretched, rng.uniform(*LEAN, count)))
        .clip(0, 255)
        .astype(np.uint8)
    )
