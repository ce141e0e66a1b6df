"""Printed lines, ruled or squared or the frames of forms: taken out without cutting the strokes that cross them."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

# A shape that reaches over this part of the picture's shorter side may hold lines; so long a line must be.
LONG = 0.3
LONG_FRAGMENT = 0.15
# A line across the page is filled to at least this part of the foreground's extent; such lines are at most so thick,
# as a
# part of the page and times SLENDER, and cover less than this part of the page.
ACROSS, MOST_THICK, MOST_LINED = 0.6, 0.15, 0.3
THIN = 0.005  # of the page, and 3 pixels: what is thicker is no printed line
SMALLEST_PAGE_PX = 200  # pixels: smaller pictures show a digit or two, and no lines across a page
VOTERS_PX = 800  # pixels of the side of the reduced page in which such lines are searched
SHORTEST_PX = 40  # pixels
# Lines tilt by at most so many degrees.
STEEPEST = 12
# A line that does not come so near the page's edge, as a part of its shorter side, is a stroke of a large digit.
EDGE = 0.015
# A line is filled with foreground to at least this part, over its whole length.
FILLED = 0.9
HOLLOW = 0.5  # a frame fills less than this part of its box
# What is thicker than a line by this factor is a stroke that crosses it.
THICKER = 1.8
# A line is so many times longer than thick, at least.
SLENDER = 12


def remove_rulings(mask: NDArray[np.bool_], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Give the foreground without long straight lines and what is left of them.

    Args:
        mask: True where there is foreground, shape (h, w).
        inside: True where the page is.

    Returns:
        The foreground that remains, shape (h, w).
    """
    shorter = min(mask.shape)
    at_edge = edge_of(inside, round(EDGE * shorter) + 1)
    across, down = (
        _rulings(mask, at_edge) if shorter >= SMALLEST_PAGE_PX else (np.zeros_like(mask), np.zeros_like(mask))
    )
    labels, count = ndimage.label(mask & ~(across | down), np.ones((3, 3)))
    length = max(SHORTEST_PX, LONG * shorter)
    for number, place in enumerate(ndimage.find_objects(labels, count), start=1):
        if max(part.stop - part.start for part in place) < length:
            continue
        own = labels[place] == number
        if (at_edge[place] & own).any() or framed(own):
            level, upright = lines_in(own, length)
            across[place] |= level
            down[place] |= upright
    lines = across | down
    return _without_fragments(mask & ~lines, across, down, LONG_FRAGMENT * shorter) if lines.any() else mask


def edge_of(inside: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """The rim of the page, so many pixels wide; where the page goes on beyond the picture, that of the picture."""
    inner: NDArray[np.bool_] = ndimage.binary_erosion(inside, np.ones((3, 3)), iterations=width)
    return inside & ~inner


def framed(mask: NDArray[np.bool_]) -> bool:
    """Tell whether foreground runs along three sides of its box or more, as the frames of a form do, and no digit."""
    height, width = mask.shape
    down, across = max(1, height // 8), max(1, width // 8)
    sides = (
        mask[:down].any(axis=0),
        mask[-down:].any(axis=0),
        mask[:, :across].any(axis=1),
        mask[:, -across:].any(axis=1),
    )
    return float(mask.mean()) < HOLLOW and sum(float(side.mean()) > FILLED for side in sides) >= 3


def _rulings(mask: NDArray[np.bool_], at_edge: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Level and upright lines across the whole page, though they be broken, without the strokes that cross them."""
    across, down = _straight(mask), _straight(mask.T).T
    # A straight 1, however long, ends before the edge.
    across &= (across & at_edge).any()
    down &= (down & at_edge).any()
    return _both_uncrossed(mask, across, down, MOST_THICK * mask.shape[1], MOST_THICK * mask.shape[0])


def _straight(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Foreground on lines near the horizontal that are filled over most of the page.

    Every pixel votes, for each slope, for the height at which a line through it begins (Hough 1962).
    """
    found = np.zeros_like(mask)
    height, width = mask.shape
    # Lines are thin, and so are the pixels that vote for them; few large ones are as good as many small ones.
    step = -(-max(mask.shape) // VOTERS_PX)
    thin = mask & (_runs_down(mask) <= THIN * height + 3)
    padded = np.pad(thin, ((0, -height % step), (0, -width % step)))
    few = padded.reshape(padded.shape[0] // step, step, padded.shape[1] // step, step).any(axis=(1, 3))
    rows, columns = np.nonzero(few)
    if not SHORTEST_PX / step <= len(rows) < MOST_LINED * few.size:
        return found
    least = ACROSS * max(np.ptp(columns) + 1, 0.7 * few.shape[1], SHORTEST_PX / step)
    stride = few.shape[1]
    for degrees in np.arange(-STEEPEST, STEEPEST + 0.25, 0.5):
        slope = math.tan(math.radians(degrees))
        start = np.rint(rows - slope * columns).astype(int)
        first = int(start.min())
        # Each column votes once for a height; two neighbouring heights count together.
        if (_pairs(np.bincount(start - first)) < least).all():
            continue
        votes = _pairs(np.bincount(np.unique((start - first) * stride + columns) // stride))
        near = ndimage.maximum_filter1d(votes >= least, 3, mode="constant")
        if near.any():
            y, x = np.nonzero(thin)
            places = np.rint(y / step - slope * x / step).astype(int) - first
            on = near[places.clip(0, len(near) - 1)] & (places >= 0) & (places < len(near))
            found[y[on], x[on]] = True
    return found


def _pairs(votes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Each count with that before it."""
    return np.asarray(votes + np.concatenate([[0], votes[:-1]]))


def _thickness(lines: NDArray[np.bool_]) -> float:
    """How thick lines are in pixels: four times the mean distance to the edge, which grows from 1 by one."""
    inner = ndimage.distance_transform_edt(np.pad(lines, 1))[1:-1, 1:-1]
    return 4 * float(inner[lines].mean()) - 1


def _without_fragments(
    mask: NDArray[np.bool_], across: NDArray[np.bool_], down: NDArray[np.bool_], length: float
) -> NDArray[np.bool_]:
    """Leave out what is left of lines: no thicker than they are, and where one of them goes on."""
    thickness = max(_thickness(lines) for lines in (across, down) if lines.any())
    near = math.ceil(2 * thickness) + 2
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    dropped = np.zeros(count + 1, bool)
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels, count), start=1):
        height, width = rows.stop - rows.start, columns.stop - columns.start
        if max(height, width) > 3 * length or min(height, width) > 2 * thickness + 0.12 * max(height, width):
            continue
        wide = slice(max(0, columns.start - near), columns.stop + near)
        tall = slice(max(0, rows.start - near), rows.stop + near)
        if max(height, width) <= 3 * thickness:  # where two lines crossed
            dropped[number] = across[tall, wide].any() or down[tall, wide].any()
            continue
        goes_on = (width >= height and across[rows, wide].any()) or (height >= width and down[tall, columns].any())
        own = labels[rows, columns] == number
        dropped[number] = goes_on and own.sum() / max(height, width) <= 1.4 * thickness
    kept: NDArray[np.bool_] = mask & ~dropped[labels]
    return kept


def lines_in(mask: NDArray[np.bool_], length: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where one shape holds level and upright lines of at least this length."""
    across, down = _level(mask, round(length)), _level(mask.T, round(length)).T
    return _both_uncrossed(mask, across, down, length, length)


def _both_uncrossed(
    mask: NDArray[np.bool_], across: NDArray[np.bool_], down: NDArray[np.bool_], width: float, height: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Level and upright lines without the strokes that cross them; a line of the other kind is no such stroke."""
    level = _uncrossed(mask & ~(down & ~across), across, width)
    upright = _uncrossed((mask & ~(across & ~down)).T, down.T, height).T
    return level, upright


def _uncrossed(mask: NDArray[np.bool_], lines: NDArray[np.bool_], length: float) -> NDArray[np.bool_]:
    """Nearly horizontal lines without the strokes that cross them, which are thicker than the lines there."""
    if not lines.any():
        return lines
    run = _runs_down(mask)
    thickness = float(np.median(run[lines]))
    if thickness * SLENDER > length:
        return np.zeros_like(lines)
    return lines & (run <= THICKER * thickness + 1)


def _level(mask: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Pixels of nearly horizontal lines and of what crosses them there."""
    height, width = mask.shape
    found = np.zeros_like(mask)
    if width < length:
        return found
    columns = np.arange(width)
    # Between two slopes, the ends of a line move by two pixels.
    step = max(1.0, math.degrees(2 / length))
    for degrees in np.arange(-STEEPEST, STEEPEST + step, step):
        drop = np.rint(np.tan(math.radians(degrees)) * columns).astype(int)
        drop -= drop.min()
        # Each column moved up by what the line has dropped there: the line is level.
        tall = np.zeros((height + int(drop.max()), width), np.float32)
        rows = np.arange(height)[:, np.newaxis] + (drop.max() - drop)
        tall[rows, columns] = mask
        # A line one pixel off, where rounding breaks it, still counts.
        thick = np.maximum(tall, np.maximum(np.roll(tall, 1, axis=0), np.roll(tall, -1, axis=0)))
        full = ndimage.uniform_filter1d(thick, length, axis=1, mode="constant") >= FILLED
        if full.any():
            along = ndimage.maximum_filter1d(full, length, axis=1) & (tall > 0)
            found |= along[rows, columns]
    return found


def _runs_down(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """For each pixel of foreground, how many pixels of foreground follow one another in its column through it."""
    height = len(mask)
    index = np.arange(1, height + 1)[:, np.newaxis]
    last_background = np.maximum.accumulate(np.where(mask, 0, index), axis=0)
    next_background = np.minimum.accumulate(np.where(mask, height + 1, index)[::-1], axis=0)[::-1]
    return np.where(mask, next_background - last_background - 1, 0)
