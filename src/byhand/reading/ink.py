"""Ink told from paper: how dark each pixel is, for its place and for its stroke."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from byhand.reading.paper import paper_level, small

# Windows of the closing that finds the paper, as parts of the picture's shorter side.
WINDOWS = (1 / 24, 1 / 12, 1 / 6, 1 / 3, 2 / 3)
SEARCH_SIDE = 500  # pixels of the reduced picture in which the window is chosen
# The smallest window that shows at least this part of the ink that a larger one shows is wide enough.
ENOUGH_INK = 0.75
# Ink is darker than so many standard deviations of the paper's grain, and by this part of the paper's brightness.
GRAIN, FAINTEST = 5.0, 0.06
# Within a stroke, what has less than this part of the stroke's darkness is paper or a ruled line.
EDGE = 0.42
# Strokes with less than this part of the page's usual darkness shine through from the back.
BLEED = 0.35


@dataclass(frozen=True)
class Ink:
    """What is written, apart from what it is written on.

    Attributes:
        density: 0 (paper) to 1 (as dark as ink gets there), float32, shape (h, w).
        mask: True where there is ink, shape (h, w).
        level: how bright the paper is, shape (h, w).
    """

    density: NDArray[np.float32]
    mask: NDArray[np.bool_]
    level: NDArray[np.float32]


def grey_of(colours: NDArray[np.uint8], inside: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
    """One channel that shows ink of any colour: red, green, blue relative to the paper's, mean of least and mean.

    Args:
        colours: dark ink on light paper, uint8, shape (h, w, 3).
        inside: where the sheet is.
    """
    sample = colours[::4, ::4] if min(colours.shape[:2]) >= 64 else colours
    paper = sample[inside[::4, ::4]] if inside is not None else sample.reshape(-1, 3)
    white = np.maximum(np.percentile(paper, 80, axis=0), 8).astype(np.float32)
    factors = np.float32(255) / white
    red, green, blue = (colours[..., i] * factors[i] for i in range(3))
    least = np.minimum(np.minimum(red, green), blue)
    grey: NDArray[np.float32] = least * np.float32(0.5) + (red + green + blue) * np.float32(1 / 6)
    return grey


def find_ink(grey: NDArray[np.float32], inside: NDArray[np.bool_] | None = None) -> Ink | None:
    """Separate ink from paper.

    Args:
        grey: 0 to 255, ink dark, shape (h, w).
        inside: where the sheet is; there is no ink elsewhere.

    Returns:
        None if nothing stands out from the paper.
    """
    inside = np.ones(grey.shape, bool) if inside is None else inside
    reduced = small(grey, SEARCH_SIDE)
    window = widest_stroke(reduced, small(inside, SEARCH_SIDE) > 0.99)
    if window is None:
        return None
    level = paper_level(grey, round(window * len(grey) / len(reduced)))
    return _strokes(*darkness(grey, level, inside), level)


def widest_stroke(grey: NDArray[np.float32], inside: NDArray[np.bool_]) -> int | None:
    """The side of a window, in pixels, that no stroke fills; None if there is no ink."""
    found = []
    for part in WINDOWS:
        window = max(5, round(part * min(grey.shape)))
        density, threshold = darkness(grey, paper_level(grey, window), inside)
        dark = density > threshold
        peak = float(np.percentile(density[dark], 90)) if dark.any() else 0.0
        found.append((float((density > max(threshold, 0.5 * peak)).mean()) * peak, window))
    most = max(amount for amount, _ in found)
    return next(window for amount, window in found if amount >= ENOUGH_INK * most) if most else None


def darkness(
    grey: NDArray[np.float32], level: NDArray[np.float32], inside: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], float]:
    """How much darker than the paper each pixel is, 0 to 1, and from where on that is more than grain."""
    density = 1 - grey / np.maximum(level, 4)
    sample = density[inside]
    sample = sample[:: max(1, len(sample) // 100_000)]
    middle = float(np.median(sample))
    below = sample[sample <= middle]
    spread = 1.4826 * float(np.median(middle - below)) if len(below) else 0.0
    density = np.clip(density - np.float32(middle), 0, 1)
    density[~inside] = 0
    return density.astype(np.float32, copy=False), max(GRAIN * spread, FAINTEST)


def _strokes(density: NDArray[np.float32], threshold: float, level: NDArray[np.float32]) -> Ink | None:
    """Give every connected stroke its own threshold, between paper and its own darkness."""
    labels, count = ndimage.label(density > threshold, np.ones((3, 3)))
    if not count:
        return None
    smooth = ndimage.uniform_filter(density, 3) if min(density.shape) > 100 else density
    darkest = np.concatenate([[0], ndimage.maximum(smooth, labels, np.arange(1, count + 1))]).astype(np.float32)
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    order = np.argsort(darkest)
    usual = darkest[order][np.searchsorted(areas[order].cumsum(), areas.sum() / 2)]
    darkest[darkest < BLEED * usual] = np.inf
    darkest[0] = np.inf
    peak = darkest[labels]
    mask = density > EDGE * peak
    return Ink(np.where(mask | (peak < np.inf), np.minimum(1, density / peak), 0), mask, level)
