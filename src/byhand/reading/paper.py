"""The paper: whether it is light or dark, where it lies in the picture, and how bright it is at each place."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

# Polarity and sheet are found in a small picture of this side, pixels.
SMALL = 256
POLARITY_WINDOWS = (1 / 8, 1 / 4, 1 / 2)  # parts of the shorter side


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
    image = small(grey, 64)
    balance = []
    for part in POLARITY_WINDOWS:
        median = ndimage.median_filter(image, max(3, round(part * min(image.shape))) | 1, mode="nearest")
        cubes = (median - image) ** 3
        weight = float(np.abs(cubes).sum())
        balance.append(float(cubes.sum()) / weight if weight else 0.0)
    return float(np.mean(balance))


def find_sheet(grey: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Find a light sheet that lies on something darker; None if the paper seems to fill the picture.

    Args:
        grey: 0 to 255, ink dark, shape (h, w).

    Returns:
        True where the sheet is, shape (h, w).
    """
    image = small(grey)
    k = max(3, min(image.shape) // 16) | 1
    smooth = ndimage.gaussian_filter(ndimage.grey_closing(image, (k, k)), 1)
    level = otsu(smooth)
    labels, count = ndimage.label(smooth > level)
    if not count:
        return None
    areas = np.bincount(labels.ravel())[1:]
    region = ndimage.binary_fill_holes(labels == 1 + int(areas.argmax()))
    area = float(region.mean())
    if not 0.05 < area < 0.93:
        return None
    inside, outside = float(np.median(smooth[region])), float(np.median(smooth[~region]))
    if outside > 0.8 * inside:
        return None
    # A sheet is convex and has corners of its own; light that falls on a part of the paper has not.
    if area / convex_area(region) < 0.9:
        return None
    if sides_within(region) < 2:
        return None
    region = ndimage.binary_erosion(region, iterations=2, border_value=1)
    mask = Image.fromarray(region.astype(np.uint8)).resize(grey.shape[::-1], Image.Resampling.NEAREST)
    return np.asarray(mask).astype(bool)


def convex_area(region: NDArray[np.bool_]) -> float:
    """The area of the convex hull of a region, as a part of the picture."""
    from scipy.spatial import ConvexHull, QhullError

    rows, columns = np.nonzero(region ^ ndimage.binary_erosion(region))
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    points = (np.stack([rows, columns], axis=1)[:, np.newaxis] + corners).reshape(-1, 2)
    try:
        return float(ConvexHull(points).volume) / region.size
    except QhullError:
        return 1.0


def sides_within(region: NDArray[np.bool_]) -> int:
    """How many of the picture's four edges the region hardly touches."""
    edges = (region[0], region[-1], region[:, 0], region[:, -1])
    return sum(float(edge.mean()) < 0.3 for edge in edges)


def otsu(values: NDArray[Any]) -> float:
    """The level that parts the values into two groups with the least variance within (Otsu 1979)."""
    counts, edges = np.histogram(values, 128)
    middles = (edges[1:] + edges[:-1]) / 2
    below = counts.cumsum()
    above = below[-1] - below
    sums = (counts * middles).cumsum()
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1:][np.nanargmax(np.where(above > 0, between, 0))])


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
    level = ndimage.uniform_filter(level, 3)
    if factor == 1:
        return np.asarray(level[:height, :width], np.float32)
    size = padded.shape[1], padded.shape[0]
    image = Image.fromarray(level.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(image)[:height, :width]
