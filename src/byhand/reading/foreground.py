"""Foreground told from background: how dark each pixel is, for its place and for its stroke."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from byhand.reading.background import background_level, small
from byhand.reading.components import Judge, connected_components
from byhand.reading.preparation import prepare
from byhand.reading.rulings import edge_of, remove_rulings

# Windows of the closing that finds the background, as parts of the picture's shorter side.
WINDOWS = (1 / 24, 1 / 12, 1 / 6, 1 / 3, 2 / 3)
SEARCH_SIDE_PX = 640  # pixels of the reduced picture in which the window is chosen
# So many of the largest shapes are looked at; the network takes what it is so sure of for a digit.
MOST_LOOKED_AT, CONFIDENT = 80, 0.7
# The smallest window through which it sees at least this part of the most digits' foreground is taken.
ENOUGH = 0.8
# With so many digits in sight, a shape counts for at most so many times the median of their foreground.
SEVERAL, MOST_LARGER = 4, 3.0
MOSTLY = 0.75  # and with at least this part of all foreground in them
# Mean darkness of a stroke, relative to its darkest place; and the part of the picture that a large shape reaches over.
EVEN, LARGE = 0.55, 0.5
# What meets the edge in places so far apart, as a part of the page's shorter side, is a shadow.
SPANNING = 0.3
NOISE_BLOCK_PX = 32  # pixels
# Foreground is darker than so many standard deviations of the background's noise, and by this part of the background's
# brightness.
NOISE_DEVIATIONS, FAINTEST = 5.0, 0.06
# Within a stroke, what has less than this part of the stroke's darkness is background or a ruled line.
EDGE = 0.42
# Strokes with less than this part of the page's usual darkness are printed lines or shine through from the back;
# all but the darkest seventh of the foreground may be such lines.
BLEED, WRITTEN = 0.4, 0.85


@dataclass(frozen=True)
class Foreground:
    """What is written, apart from what it is written on.

    Attributes:
        density: 0 (background) to 1 (as dark as foreground gets there), float32, shape (h, w).
        mask: True where there is foreground, shape (h, w).
        level: how bright the background is, shape (h, w).
    """

    density: NDArray[np.float32]
    mask: NDArray[np.bool_]
    level: NDArray[np.float32]


@dataclass(frozen=True)
class Legible:
    """What the network takes for digits.

    Attributes:
        amounts: foreground of each such shape, in pixels of full foreground.
        part: of all foreground, 0 to 1.
    """

    amounts: tuple[float, ...] = ()
    part: float = 0.0

    def capped(self, cap: float) -> float:
        """All that foreground, each shape's up to `cap`."""
        return sum(min(amount, cap) for amount in self.amounts)

    @property
    def worth(self) -> float:
        """Many digits and little else: noise gives many shapes, too, of which few look like digits."""
        return math.sqrt(len(self.amounts)) * self.part**3


def grey_of(colours: NDArray[np.uint8], inside: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
    """One channel that shows foreground of any colour: red, green, blue relative to the background's, mean of least
    and mean.

    Args:
        colours: dark foreground on light background, uint8, shape (h, w, 3).
        inside: where the page is.
    """
    step = 4 if min(colours.shape[:2]) >= 64 else 1
    sample = colours[::step, ::step]
    background = sample[inside[::step, ::step]] if inside is not None else sample.reshape(-1, 3)
    white = np.maximum(np.percentile(background, 80, axis=0), 8).astype(np.float32)
    factors = np.float32(255) / white
    red, green, blue = (colours[..., i] * factors[i] for i in range(3))
    least = np.minimum(np.minimum(red, green), blue)
    grey: NDArray[np.float32] = least * np.float32(0.5) + (red + green + blue) * np.float32(1 / 6)
    return grey


def find_foreground(
    grey: NDArray[np.float32], inside: NDArray[np.bool_] | None, judge: Judge
) -> tuple[Foreground | None, Legible]:
    """Separate foreground from background.

    How wide strokes are is not known: a shadow on a page of small digits is as wide as the stroke of a large one. So
    the page is looked at through windows of several widths, and the network says where it sees digits.

    Args:
        grey: 0 to 255, foreground dark, shape (h, w).
        inside: where the page is; there is no foreground elsewhere. None for the whole picture.
        judge: gives the probabilities of images in MNIST's form.

    Returns:
        The foreground, None if nothing stands out from the background; and what of it is legible.
    """
    inside = np.ones(grey.shape, bool) if inside is None else inside
    reduced = small(grey, SEARCH_SIDE_PX)
    within = small(inside, SEARCH_SIDE_PX) > 0.99
    found = []
    for part in WINDOWS:
        window = max(5, round(part * min(reduced.shape)))
        foreground = separated(reduced, within, window)
        if foreground is not None:
            found.append((legible_in(foreground, judge), window))
    if not found:
        return None, Legible()
    # Where small windows show several digits, something much larger is rather a shadow than one more.
    clear = [looked.amounts for looked, _ in found if len(looked.amounts) >= SEVERAL and looked.part >= MOSTLY]
    several = clear[0] if clear else None
    cap = math.inf if several is None else MOST_LARGER * float(np.median(several))
    worth = [looked.capped(cap) * looked.part for looked, _ in found]
    first = next(i for i in range(len(found)) if worth[i] >= ENOUGH * max(worth))
    # The next one shows strokes whole that are a little too wide for this one.
    if first + 1 < len(found) and worth[first + 1] >= worth[first]:
        first += 1
    looked, chosen = found[first]
    return separated(grey, inside, round(chosen * len(grey) / len(reduced))), looked


def legible_in(foreground: Foreground, judge: Judge) -> Legible:
    """Let the network look at the shapes as they are connected."""
    height, width = foreground.mask.shape
    likely = [
        shape
        for shape in sorted(
            connected_components(foreground.density, foreground.mask), key=lambda shape: shape.amount, reverse=True
        )
        if shape.height >= 8
        and shape.width < 2 * shape.height
        and shape.height < 12 * shape.width
        # Strokes are about as dark all over; a shadow with foreground in it is not.
        and float(shape.foreground[shape.foreground > 0].mean()) > EVEN
    ][:MOST_LOOKED_AT]
    if not likely:
        return Legible()
    probabilities = judge(np.array([prepare(shape.foreground) for shape in likely]))
    confident = probabilities.max(axis=1) >= CONFIDENT
    # A shadow across the page looks like a large 1: it counts for no more than the other digits do.
    large = np.array([s.height > LARGE * height or s.width > LARGE * width for s in likely])
    amounts = np.array([shape.amount for shape in likely])
    bands = confident & large & (probabilities.argmax(axis=1) == 1)
    others = confident & ~bands
    if others.any():
        confident = others
    legible = amounts[confident]
    total = max(float(np.where(foreground.mask, foreground.density, 0).sum()), 1.0)
    return Legible(tuple(legible.tolist()), min(1.0, float(legible.sum()) / total))


def separated(grey: NDArray[np.float32], inside: NDArray[np.bool_], window: int) -> Foreground | None:
    """Foreground told from background, with a window that strokes do not fill, pixels; None if nothing stands out."""
    level = background_level(grey, window)
    foreground = _strokes(*darkness(grey, level, inside), level)
    if foreground is None:
        return None
    mask = without_shadows(remove_rulings(foreground.mask, inside), inside)
    return Foreground(np.where(foreground.mask & ~mask, 0, foreground.density), mask, level) if mask.any() else None


def without_shadows(mask: NDArray[np.bool_], inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Leave out what meets the page's edge in places far apart: a shadow across the page, or the desk beside it."""
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    dropped = np.zeros(count + 1, bool)
    apart = SPANNING * min(mask.shape)
    contacts = ndimage.find_objects(np.where(edge_of(inside, 2), labels, 0), count)
    for number, contact in enumerate(contacts, start=1):
        dropped[number] = contact is not None and max(part.stop - part.start for part in contact) > apart
    kept: NDArray[np.bool_] = mask & ~dropped[labels]
    return kept


def darkness(
    grey: NDArray[np.float32], level: NDArray[np.float32], inside: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How much darker than the background each pixel is, 0 to 1, and from where on that is more than noise, there."""
    raw = (1 - grey / np.maximum(level, 4)).astype(np.float32)
    sample = raw[inside]
    sample = sample[:: max(1, len(sample) // 100_000)]
    density = np.clip(raw - np.float32(np.median(sample)), 0, 1).astype(np.float32)
    threshold = np.maximum(NOISE_DEVIATIONS * noise(raw), FAINTEST).astype(np.float32)
    density[~inside] = 0
    return density, threshold


def noise(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The standard deviation of the background's noise around each pixel: that of most differences in a block.

    Shadows are noisier than light, relative to their brightness.
    """
    block = max(8, min(NOISE_BLOCK_PX, min(values.shape) // 2))
    lag = 4 if min(values.shape) > 200 else 2
    difference = np.abs(values[:, lag:] - values[:, :-lag])
    rows, columns = difference.shape[0] // block, difference.shape[1] // block
    if not rows or not columns:
        spread = np.full((1, 1), np.median(difference) if difference.size else 0)
    else:
        blocks = difference[: rows * block, : columns * block].reshape(rows, block, columns, block)
        spread = np.median(blocks[:, ::2, :, ::2].transpose(0, 2, 1, 3).reshape(rows, columns, -1), axis=2)
        # Not more than around it: foreground and edges are no noise.
        spread = np.minimum(spread, 2 * np.median(spread)) if spread.size < 9 else ndimage.median_filter(spread, 3)
    spread = spread / (0.6745 * math.sqrt(2))
    image = Image.fromarray(spread.astype(np.float32))
    return np.asarray(image.resize(values.shape[::-1], Image.Resampling.BILINEAR))


def _strokes(
    density: NDArray[np.float32], threshold: NDArray[np.float32], level: NDArray[np.float32]
) -> Foreground | None:
    """Give every connected stroke its own threshold, between background and its own darkness."""
    labels, count = ndimage.label(density > threshold, np.ones((3, 3)))
    if not count:
        return None
    smooth = ndimage.uniform_filter(density, 3) if min(density.shape) > 100 else density
    dark = labels > 0
    darkest = np.zeros(count + 1, np.float32)
    np.maximum.at(darkest, labels[dark], smooth[dark])
    areas = np.bincount(labels[dark], minlength=count + 1)
    order = np.argsort(darkest)
    usual = darkest[order][np.searchsorted(areas[order].cumsum(), WRITTEN * areas.sum())]
    darkest[darkest < BLEED * usual] = np.inf
    darkest[0] = np.inf
    peak = darkest[labels]
    mask = density > EDGE * peak
    return Foreground(np.where(mask | (peak < np.inf), np.minimum(1, density / peak), 0), mask, level)
