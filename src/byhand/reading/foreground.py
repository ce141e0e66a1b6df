"""Foreground told from background: how much darker than its surroundings each pixel is, and where that is no noise."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from byhand.reading.background import local_level, plane_level
from byhand.reading.page import Page


@dataclass(frozen=True)
class ForegroundSettings:
    """How foreground is told from background.

    Attributes:
        window_of_shorter: side of the window that no stroke fills, as a part of the page's shorter side.
        window_least_px: its least side, pixels.
        noise_deviations: foreground is darker than the background by so many standard deviations of the noise there,
        faintest: and by this part of the background's brightness;
        noise_most: but what is darker by this part is foreground, however noisy the background: 123 instead of 218
            errors in 7 x 432 digits of photographs that are noisy, dark, reduced, creased or taken of a screen;
        least_levels: if it is so many grey levels of the picture darker, of 255. In little light, the blocks of a JPEG
            file differ by 4: on a black sheet in a shadow, 263 digits were read in them.
    """

    window_of_shorter: float = 1 / 12
    window_least_px: int = 15
    noise_deviations: float = 5.0
    faintest: float = 0.06
    noise_most: float = 0.3
    least_levels: float = 6.0


@dataclass(frozen=True)
class Foreground:
    """What is written, apart from what it is written on.

    Attributes:
        density: 0 (background) to 1 (black), float32, shape (h, w).
        mask: True where there is foreground, shape (h, w).
        weak: True where there may be, too: half as much darker than the background as foreground must be.
        level: how bright the background is, shape (h, w).
    """

    density: NDArray[np.float32] = field(repr=False)
    mask: NDArray[np.bool_] = field(repr=False)
    weak: NDArray[np.bool_] = field(repr=False)
    level: NDArray[np.float32] = field(repr=False)


def subtract_background(page: Page, settings: ForegroundSettings | None = None, *, plane: bool = False) -> Foreground:
    """Tell foreground from background.

    Args:
        page: foreground dark.
        settings: see `ForegroundSettings`.
        plane: the background is a plane through all that is bright, as strokes wider than any window need it; else a
            closing in a window, which follows shadows.

    Returns:
        The foreground; its mask is empty if nothing stands out.
    """
    settings = settings or ForegroundSettings()
    grey = page.grey
    window = max(settings.window_least_px, round(settings.window_of_shorter * min(grey.shape)))
    level = plane_level(grey) if plane else local_level(grey, window)
    # In place: so much memory takes longer to get than to fill.
    raw = np.maximum(level, 4)
    np.divide(grey, raw, out=raw)
    np.subtract(1, raw, out=raw)
    sample = raw if page.inside is None else raw[page.inside]
    sample = sample.reshape(-1)[:: max(1, sample.size // 100_000)]
    threshold = settings.noise_deviations * noise(raw)
    np.clip(threshold, settings.faintest, settings.noise_most, out=threshold)
    np.maximum(threshold, settings.least_levels * page.level / np.maximum(level, 4), out=threshold)
    density = raw
    density -= 0 if plane else np.float32(np.median(sample))
    np.clip(density, 0, 1, out=density)
    if page.inside is not None:
        density[~page.inside] = 0
    mask = density > threshold
    threshold /= 2
    return Foreground(density, mask, density > threshold, level)


def noise(values: NDArray[np.float32], block_px: int = 32) -> NDArray[np.float32]:
    """The standard deviation of the background's noise around each pixel: that of most differences in a block.

    Shadows are noisier than light, relative to their brightness.
    """
    block = max(8, min(block_px, min(values.shape) // 2))
    lag = 4 if min(values.shape) > 200 else 2
    difference = np.abs(values[::2, lag::2] - values[::2, :-lag:2])
    block //= 2
    rows, columns = difference.shape[0] // block, difference.shape[1] // block
    if not rows or not columns:
        spread = np.full((1, 1), np.median(difference) if difference.size else 0)
    else:
        blocks = difference[: rows * block, : columns * block].reshape(rows, block, columns, block)
        spread = np.median(blocks.transpose(0, 2, 1, 3).reshape(rows, columns, -1), axis=2)
        # Not more than around it: foreground and edges are no noise.
        spread = np.minimum(spread, 2 * np.median(spread)) if spread.size < 9 else ndimage.median_filter(spread, 3)
    spread = spread / (0.6745 * math.sqrt(2))  # from the median of differences to the standard deviation
    image = Image.fromarray(spread.astype(np.float32))
    return np.asarray(image.resize(values.shape[::-1], Image.Resampling.BILINEAR))
