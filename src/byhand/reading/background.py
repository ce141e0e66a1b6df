"""The background: whether it is light or dark, and how bright it is at each place."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from byhand.reading.resizing import small

# Polarity is found in a smaller one: of 96 pixels, its medians took 66 ms a picture, and told no more.
POLARITY_SIDE_PX = 48
POLARITY_WINDOWS = (1 / 12, 1 / 6, 1 / 3)  # parts of the shorter side


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


def local_level(grey: NDArray[Any], window: int) -> NDArray[np.float32]:
    """How bright the background is at each place, also under the foreground: what remains without dark strokes.

    A closing takes away what is darker and narrower than the window, and leaves the edge of a shadow where it is.

    Args:
        grey: shape (h, w).
        window: side of the closing's window, pixels; wider than any stroke.
    """
    factor = max(1, window // 16)
    height, width = grey.shape
    reduced = np.asarray(Image.fromarray(np.asarray(grey, np.float32)).reduce(factor))
    k = max(3, window // factor) | 1
    k = min(k, 2 * min(reduced.shape) - 1)
    border = np.pad(ndimage.gaussian_filter(reduced, 0.7), k, mode="edge")
    level = ndimage.grey_closing(border, (k, k))[k:-k, k:-k]
    # Beside the edge of a shadow, the darker level counts: foreground is darker still, and the edge does not look like
    # foreground.
    level = ndimage.uniform_filter(ndimage.minimum_filter(level, 3), 3)
    if factor == 1:
        return np.asarray(level[:height, :width], np.float32)
    size = reduced.shape[1] * factor, reduced.shape[0] * factor
    image = Image.fromarray(level.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(image)[:height, :width]


def plane_level(grey: NDArray[Any]) -> NDArray[np.float32]:
    """How bright the background is if its brightness is a plane: fitted to the bright side of Otsu's threshold.

    Args:
        grey: shape (h, w).
    """
    image = small(grey, POLARITY_SIDE_PX)
    y, x = np.indices(image.shape) + 0.5
    place = np.stack([np.ones(image.size), x.ravel() / image.shape[1], y.ravel() / image.shape[0]], axis=1)
    values = image.ravel().astype(float)
    level = np.full(values.shape, otsu(values))
    for _ in range(3):
        bright = values > level
        if bright.sum() < 6:
            break
        plane = np.linalg.lstsq(place[bright], values[bright], rcond=None)[0]
        # Halfway between the plane and the mean of what is below it.
        dark = values[~bright].mean() if not bright.all() else values.min()
        level = (place @ plane + dark) / 2
    else:
        height, width = grey.shape
        down = (np.arange(height) + 0.5) / height
        across = (np.arange(width) + 0.5) / width
        return np.asarray(plane[0] + plane[1] * across + plane[2] * down[:, np.newaxis], np.float32)
    return np.full(grey.shape, values.max(), np.float32)


def otsu(values: NDArray[Any]) -> float:
    """The threshold that parts values into two classes with the largest variance between them (Otsu 1979)."""
    ordered = np.sort(values, axis=None).astype(float)
    count = np.arange(1, ordered.size)
    sums = ordered.cumsum()
    if not count.size:
        return float(ordered[0])
    means = sums[:-1] / count, (sums[-1] - sums[:-1]) / (ordered.size - count)
    between = count * (ordered.size - count) * (means[1] - means[0]) ** 2
    best = int(between.argmax())
    return float((ordered[best] + ordered[best + 1]) / 2)
