"""The background: whether it is light or dark, and how bright it is at each place."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

SMALL = 256  # pixels: the side of the small picture in which a page is looked for
# Polarity is found in a smaller one: of 96 pixels, its medians took 66 ms a picture, and told no more.
POLARITY_SIDE_PX = 48
POLARITY_WINDOWS = (1 / 12, 1 / 6, 1 / 3)  # parts of the shorter side


def small(values: NDArray[Any], side: int = SMALL) -> NDArray[np.float32]:
    """Reduce an image (h, w) so that no side is longer than `side`, by averaging."""
    height, width = values.shape
    factor = max(1, max(values.shape) / side)
    size = max(1, round(width / factor)), max(1, round(height / factor))
    image = Image.fromarray(np.asarray(values, np.float32))
    return np.asarray(image if factor == 1 else image.resize(size, Image.Resampling.BOX))


def luminance(colours: NDArray[Any]) -> NDArray[np.float32]:
    """How bright colours are, 0 to 255, weighted as in ITU-R BT.601."""
    return np.asarray(colours @ np.array([0.299, 0.587, 0.114], np.float32))


def mean_polarity(grey: NDArray[Any]) -> float:
    """Tell dark foreground on light background (above 0) from light foreground on dark (below 0), -1 to 1.

    Foreground covers less than half of any wide window, so the median there is background; what differs most from it
    is foreground.
    The negative of a picture gives the negative number.
    """
    image = small(grey, POLARITY_SIDE_PX)
    balance = []
    for part in POLARITY_WINDOWS:
        median = ndimage.median_filter(image, max(3, round(part * min(image.shape))) | 1, mode="nearest")
        cubes = (median - image) ** 3
        weight = float(np.abs(cubes).sum())
        balance.append(float(cubes.sum()) / weight if weight else 0.0)
    return float(np.mean(balance))


def polarity_within(grey: NDArray[Any], region: NDArray[np.bool_]) -> float:
    """The same for a part of the picture, without its edge."""
    image = small(grey, SMALL)
    inner = ndimage.binary_erosion(small(region, SMALL) > 0.99, iterations=SMALL // 40)
    if not inner.any():
        return 0.0
    return mean_polarity(np.where(inner, image, np.median(image[inner])))


def background_level(grey: NDArray[Any], window: int) -> NDArray[np.float32]:
    """How bright the background is at each place, also under the foreground: what remains without dark strokes.

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
    # Beside the edge of a shadow, the darker level counts: foreground is darker still, and the edge does not look like
    # foreground.
    level = ndimage.uniform_filter(ndimage.minimum_filter(level, 3), 3)
    if factor == 1:
        return np.asarray(level[:height, :width], np.float32)
    size = padded.shape[1], padded.shape[0]
    image = Image.fromarray(level.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(image)[:height, :width]
