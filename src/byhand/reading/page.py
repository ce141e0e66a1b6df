"""The page: where it lies in the picture, if the background does not fill it."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from byhand.reading.background import luminance, small

Mask = NDArray[np.bool_]

# A page takes up between these parts of the picture, and is filled to at least this part by a quadrilateral. Around
# it, at least this part of its edge is a step in brightness, by at least this part.
LEAST_PAGE, LARGEST_PAGE, LEAST_FILLED, LEAST_OUTLINED, LEAST_STEP = 0.12, 0.93, 0.93, 0.8, 0.15
EXACT = 4  # the power of these two parts, where they are weighed against the size
LEVELS = 20  # of brightness that may part page from desk
# Where brightness changes by less than this part from pixel to pixel, there is no edge.
FLAT = (0.03, 0.06, 0.1)
# So many flat pieces, each at least this part of the picture, are put together, so many at a time.
MOST_PIECES, LEAST_PIECE, TOGETHER = 8, 0.01, 3
DARKEST_SHADOW = 0.28  # brightness in a shadow, relative to that beside it
# What lies so close to the page's edge is left out: pixels of the small picture.
PAGE_EDGE_PX = 4
SMALLEST_WITH_PAGE_PX = 150  # pixels of the shorter side


def find_page(colours: NDArray[np.uint8], *, light: bool = True) -> Mask | None:
    """Find a page that lies on something darker; None if the background seems to fill the picture.

    A page is a bright region with four straight sides, at least three of them within the picture.

    Args:
        colours: shape (h, w, 3).
        light: whether the page is lighter than what is around it, and darker than its foreground; or the other way
        round.

    Returns:
        True where the page is, shape (h, w).
    """
    height, width, _ = colours.shape
    if min(height, width) < SMALLEST_WITH_PAGE_PX:
        return None
    channels = np.stack([small(colours[..., i]) for i in range(3)], axis=-1)
    k = max(3, min(channels.shape[:2]) // 16) | 1
    # Without foreground, and with a little blur against noise.
    without_foreground = ndimage.grey_closing if light else ndimage.grey_opening
    channels = ndimage.gaussian_filter(without_foreground(channels, (k, k, 1)), (1, 1, 0))
    smooth = luminance(channels)
    low, high = np.percentile(smooth, [1, 99])
    if high - low < LEAST_STEP * high:
        return None
    # The largest such region, for a shadow that falls on the page parts it, too; but without any desk.
    chosen, most = None, 0.0
    for region in itertools.chain(brighter(smooth if light else -smooth), pieced_together(channels)):
        area = float(region.mean())
        if not LEAST_PAGE < area < LARGEST_PAGE or area <= most:
            continue
        # No shadow is as dark as a dark desk.
        dark, bright = sorted(float(np.median(smooth[side])) for side in (region, ~region))
        if sides_within(region) < (2 if dark < DARKEST_SHADOW * bright else 3):
            continue
        sharp = outlined(smooth if light else -smooth, region)
        if sharp < LEAST_OUTLINED:
            continue
        filled = four_sided(region)
        if filled > LEAST_FILLED and area * (filled * sharp) ** EXACT > most:
            chosen, most = region, area * (filled * sharp) ** EXACT
    if chosen is None:
        return None
    # Foreground at the edge belongs to the page, too.
    inner = ndimage.binary_erosion(convex(chosen), iterations=PAGE_EDGE_PX, border_value=1)
    mask = Image.fromarray(inner.astype(np.uint8)).resize((width, height), Image.Resampling.NEAREST)
    return np.asarray(mask).astype(bool)


def brighter(smooth: NDArray[Any]) -> Iterator[Mask]:
    """The largest regions that are brighter than each of several levels."""
    low, high = np.percentile(smooth, [1, 99])
    for level in np.linspace(low, high, LEVELS + 2)[1:-1]:
        labels, count = ndimage.label(smooth > level)
        if count:
            yield ndimage.binary_fill_holes(labels == 1 + int(np.bincount(labels.ravel())[1:].argmax()))


def pieced_together(channels: NDArray[Any]) -> Iterator[Mask]:
    """Regions made of flat pieces, between which there are edges: of the page, or of a shadow that falls on it."""
    steepness = np.max([ndimage.gaussian_gradient_magnitude(np.log(channels[..., i] + 4), 1) for i in range(3)], axis=0)
    for flat in FLAT:
        labels, count = ndimage.label(steepness < flat)
        sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
        numbers = [n for n in np.argsort(-sizes)[:MOST_PIECES] if sizes[n] >= LEAST_PIECE * steepness.size]
        # Each with half of the edge around it, which is some 5 pixels wide.
        pieces = [ndimage.binary_dilation(labels == 1 + n, iterations=3) for n in numbers]
        for many in range(1, TOGETHER + 1):
            for some in itertools.combinations(pieces, many):
                region = np.logical_or.reduce(some)
                if LEAST_PAGE < region.mean() < LARGEST_PAGE and ndimage.label(region)[1] == 1:
                    yield ndimage.binary_fill_holes(region)


def four_sided(region: Mask) -> float:
    """How nearly a region has the area of the largest quadrilateral between its outermost points, 0 to 1."""
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
    ratio = float(areas.max()) / float(region.sum())
    return min(ratio, 1 / ratio) if ratio else 0.0


def outlined(smooth: NDArray[Any], region: Mask) -> float:
    """The part of a region's edge that is a sharp step from bright to dark, 0 to 1."""
    edge = region & ~ndimage.binary_erosion(region, iterations=2, border_value=1)
    inside = ndimage.binary_erosion(region, iterations=2, border_value=1)
    outside = ~ndimage.binary_dilation(region, iterations=2)
    if not edge.any():
        return 0.0
    bright, dark = (_mean_near(smooth, side)[edge] for side in (inside, outside))
    return float((bright - dark > LEAST_STEP * np.maximum(np.abs(bright), np.abs(dark))).mean())


def convex(region: Mask) -> Mask:
    """A region without its bays."""
    from scipy.spatial import ConvexHull

    points = np.argwhere(region)
    hull = ConvexHull(points)
    inside = np.ones(region.shape, bool)
    rows, columns = np.indices(region.shape)
    for down, across, offset in hull.equations:
        inside &= down * rows + across * columns + offset <= 0.5
    return inside


def _mean_near(values: NDArray[Any], where: Mask) -> NDArray[Any]:
    """The mean of the values within a few pixels, of those places alone."""
    weight = ndimage.uniform_filter(where.astype(np.float32), 9)
    mean: NDArray[Any] = ndimage.uniform_filter(np.where(where, values, 0).astype(np.float32), 9) / np.maximum(
        weight, 1e-3
    )
    return mean


def sides_within(region: Mask) -> int:
    """How many of the picture's four edges the region hardly touches."""
    edges = (region[0], region[-1], region[:, 0], region[:, -1])
    return sum(float(edge.mean()) < 0.15 for edge in edges)
