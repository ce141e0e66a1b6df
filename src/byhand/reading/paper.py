"""The paper: whether it is light or dark, where it lies in the picture, and how bright it is at each place."""

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

# Polarity and sheet are found in a small picture of this side, pixels.
SMALL = 256
# A sheet takes up between these parts of the picture, is brighter than its surroundings by at least this part, and
# is filled to at least this part by a quadrilateral. So many levels of brightness are tried.
LEAST_SHEET, LARGEST_SHEET, LEAST_CONTRAST, LEAST_FILLED, LEVELS = 0.12, 0.93, 0.25, 0.93, 20
DARKEST_SHADOW = 0.28  # brightness in a shadow, relative to that beside it
LEAST_STEP = 0.18  # across the sheet's edge, as a part of its brightness
# What lies so close to the sheet's edge is left out: pixels of the small picture.
SHEET_EDGE = 4
SMALLEST_WITH_SHEET = 150  # pixels of the shorter side
POLARITY_WINDOWS = (1 / 12, 1 / 6, 1 / 3)  # parts of the shorter side


def small(values: NDArray[Any], side: int = SMALL) -> NDArray[np.float32]:
    """Reduce an image (h, w) so that no side is longer than `side`, by averaging."""
    height, width = values.shape
    factor = max(1, max(values.shape) / side)
    size = max(1, round(width / factor)), max(1, round(height / factor))
    image = Image.fromarray(np.asarray(values, np.float32))
    return np.asarray(image if factor == 1 else image.resize(size, Image.Resampling.BOX))


def luminance(colours: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How bright colours are, 0 to 255, weighted as in ITU-R BT.601."""
    return np.asarray(colours @ np.array([0.299, 0.587, 0.114], np.float32))


def darkness_of_ink(grey: NDArray[Any]) -> float:
    """Tell dark ink on light paper (above 0) from light ink on dark (below 0), -1 to 1.

    Ink covers less than half of any wide window, so the median there is paper; what differs most from it is ink.
    The negative of a picture gives the negative number.
    """
    image = small(grey, 96)
    balance = []
    for part in POLARITY_WINDOWS:
        median = ndimage.median_filter(image, max(3, round(part * min(image.shape))) | 1, mode="nearest")
        cubes = (median - image) ** 3
        weight = float(np.abs(cubes).sum())
        balance.append(float(cubes.sum()) / weight if weight else 0.0)
    return float(np.mean(balance))


def darkness_within(grey: NDArray[Any], region: NDArray[np.bool_]) -> float:
    """The same for a part of the picture, without its edge."""
    image = small(grey, SMALL)
    inner = ndimage.binary_erosion(small(region, SMALL) > 0.99, iterations=SMALL // 40)
    if not inner.any():
        return 0.0
    return darkness_of_ink(np.where(inner, image, np.median(image[inner])))


def find_sheet(grey: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Find a sheet that lies on something darker; None if the paper seems to fill the picture.

    A sheet is a bright region with four straight sides, at least three of them within the picture. A shadow may fall
    on it, so every level that may part sheet from desk is tried.

    Args:
        grey: 0 to 255, shape (h, w).

    Returns:
        True where the sheet is, shape (h, w).
    """
    if min(grey.shape) < SMALLEST_WITH_SHEET:
        return None
    image = small(grey)
    k = max(3, min(image.shape) // 16) | 1
    # Without ink, and with a little blur against grain.
    smooth = ndimage.gaussian_filter(ndimage.grey_closing(image, (k, k)), 1)
    low, high = np.percentile(smooth, [1, 99])
    if high - low < LEAST_CONTRAST * high:
        return None
    # The largest such region: a shadow that falls on the sheet parts it, too.
    chosen = None
    for level in np.linspace(low, high, LEVELS + 2)[1:-1]:
        labels, count = ndimage.label(smooth > level)
        if not count:
            continue
        region = ndimage.binary_fill_holes(labels == 1 + int(np.bincount(labels.ravel())[1:].argmax()))
        if not LEAST_SHEET < region.mean() < LARGEST_SHEET:
            continue
        # No shadow is as dark as a dark desk.
        deep = float(np.median(smooth[~region])) < DARKEST_SHADOW * float(np.median(smooth[region]))
        if sides_within(region) < (2 if deep else 3):
            continue
        if (chosen is None or region.sum() > chosen.sum()) and sharp(smooth, region):
            chosen = region if four_sided(region) > LEAST_FILLED else chosen
    if chosen is None:
        return None
    inner = ndimage.binary_erosion(chosen, iterations=SHEET_EDGE, border_value=1)
    mask = Image.fromarray(inner.astype(np.uint8)).resize(grey.shape[::-1], Image.Resampling.NEAREST)
    return np.asarray(mask).astype(bool)


def four_sided(region: NDArray[np.bool_]) -> float:
    """The part of a region that the largest quadrilateral between its outermost points fills, at most 1."""
    from scipy.spatial import ConvexHull, QhullError

    points = np.argwhere(region ^ ndimage.binary_erosion(region))
    try:
        hull = points[ConvexHull(points).vertices]
    except QhullError:
        return 0.0
    # The points farthest out in so many directions: the corners are among them, or close to them.
    angles = np.arange(0, 2 * np.pi, np.pi / 12)
    outermost = np.unique((hull @ np.stack([np.sin(angles), np.cos(angles)])).argmax(axis=0))
    corners = hull[outermost].astype(float)
    if len(corners) < 4:
        return 0.0
    chosen = np.array(list(itertools.combinations(range(len(corners)), 4)))
    y, x = corners[chosen].transpose(2, 0, 1)
    areas = np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)) / 2
    return min(1.0, float(areas.max()) / float(region.sum()))


def sharp(smooth: NDArray[Any], region: NDArray[np.bool_]) -> bool:
    """Tell whether most of a region's edge is a step in brightness, and not a slope."""
    inside = region & ~ndimage.binary_erosion(region, iterations=3, border_value=1)
    outside = ~region & ndimage.binary_dilation(region, iterations=3)
    if not inside.any() or not outside.any():
        return False
    # Brightness across the edge, place by place along it, relative to the brighter side: it may lie in a shadow.
    high, low = ndimage.maximum_filter(smooth, 9)[inside], ndimage.minimum_filter(smooth, 9)[inside]
    return float(np.percentile((high - low) / np.maximum(high, 1), 20)) > LEAST_STEP


def sides_within(region: NDArray[np.bool_]) -> int:
    """How many of the picture's four edges the region hardly touches."""
    edges = (region[0], region[-1], region[:, 0], region[:, -1])
    return sum(float(edge.mean()) < 0.15 for edge in edges)


def paper_level(grey: NDArray[Any], window: int) -> NDArray[np.float32]:
    """How bright the paper is at each place, also under the ink: what remains without dark strokes.

    A closing takes away what is darker and narrower than the window, and leaves the edge of a shadow where it is.

    Args:
        grey: shape (h, w).
        window: side of the closing's window, pixels; wider than any stroke.
    """
    factor = max(1, window // 16)
    height, width = grey.shape
    padded = np.pad(grey, ((0, -height % factor), (0, -width % factor)), mode="edge")
    reduced = padded.reshape(padded.shape[0] // factor, factor, padded.shape[1] // factor, factor).mean(axis=(1, 3))
    k = max(3, window // factor) | 1
    k = min(k, 2 * min(reduced.shape) - 1)
    border = np.pad(ndimage.gaussian_filter(reduced, 0.7), k, mode="edge")
    level = ndimage.grey_closing(border, (k, k))[k:-k, k:-k]
    # Beside the edge of a shadow, the darker level counts: ink is darker still, and the edge does not look like ink.
    level = ndimage.uniform_filter(ndimage.minimum_filter(level, 3), 3)
    if factor == 1:
        return np.asarray(level[:height, :width], np.float32)
    size = padded.shape[1], padded.shape[0]
    image = Image.fromarray(level.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(image)[:height, :width]
