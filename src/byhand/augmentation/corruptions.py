"""Corruptions: what other people's pens, paper, scanners and cameras do to a digit, as data augmentation.

MNIST is clean: one digit in the middle, white on black, its strokes always about as thick. A network that has seen
nothing else is lost when a ruled line, a piece of the next digit or grey paper comes along. So each kind of corruption
here is applied to a fraction of every batch, and the network learns not to rely on what it cannot count on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.augmentation.deformations import Deformations
from byhand.preprocessing.deskewing import deskew

Images = NDArray[np.float32]  # shape (n, height, width), 0 background to 1 foreground
Corruption = Callable[[Images, np.random.Generator], Images]

# Farther than handwriting goes: digits cut out badly, seen from the side, much too small or too large.
FAR = Deformations(rotation=25, scale=0.3, shear=0.4, shift=4, group=2)


def deskewed(images: Images, rng: np.random.Generator) -> Images:
    """Writing without slant and in one proportion, as `preprocessing.deskew` makes it."""
    return _clip(deskew(images))


def thicken(images: Images, rng: np.random.Generator) -> Images:
    """A broader pen: each pixel rises towards the brightest of its neighbours, once or twice."""
    for _ in range(rng.integers(1, 3)):
        images = _towards(images, neighbours(images, np.maximum), rng)
    return images


def thin(images: Images, rng: np.random.Generator) -> Images:
    """A finer or fainter pen: each pixel falls towards the darkest of its neighbours."""
    return _towards(images, neighbours(images, np.minimum), rng)


def harden(images: Images, rng: np.random.Generator) -> Images:
    """Ink without grey levels, as from a threshold or a mouse: steeper around a level."""
    level, slope = _per_image(images, rng, 0.2, 0.6), _per_image(images, rng, 2, 20)
    return _clip((images - level) * slope + np.float32(0.5))


def fade(images: Images, rng: np.random.Generator) -> Images:
    """Pencil, or an empty pen: less contrast, another curve of grey levels."""
    return images ** _per_image(images, rng, 0.5, 1.8) * _per_image(images, rng, 0.3, 1)


def outline(images: Images, rng: np.random.Generator) -> Images:
    """Only the rims of the strokes: what lies between a pixel's brightest and darkest neighbour."""
    hard = (images > _per_image(images, rng, 0.2, 0.6)).astype(np.float32)
    return neighbours(hard, np.maximum) - hard if rng.random() < 0.5 else hard - neighbours(hard, np.minimum)


def squeeze(images: Images, rng: np.random.Generator) -> Images:
    """Narrow or broad writing, which MNIST hardly has: the width changes to 35 to 130 %."""
    columns = _stretch(images.shape[2], rng.uniform(0.35, 1.3))
    return _clip(images @ columns.T)


def blur(images: Images, rng: np.random.Generator) -> Images:
    """Out of focus: a Gaussian of 0.5 to 1.7 pixels."""
    sigma = rng.uniform(0.5, 1.7)
    return _separable(images, lambda size: _gaussian(size, sigma))


def coarsen(images: Images, rng: np.random.Generator) -> Images:
    """A small picture made larger: 7 to 16 pixels a side, brought back with or without steps."""
    few, steps = int(rng.integers(7, 17)), bool(rng.random() < 0.3)
    return _separable(images, lambda size: _coarse(size, few, steps))


def motion_blur(images: Images, rng: np.random.Generator) -> Images:
    """Moved while the picture was taken: the mean along a path of 3 to 13 pixels."""
    angle, length = rng.uniform(0, np.pi), rng.uniform(2, 12)
    steps = np.arange(0, length + 1) - (length / 2 if rng.random() < 0.5 else 0)
    shifts = np.rint(np.outer(steps, [np.sin(angle), np.cos(angle)])).astype(int)
    strength = np.exp(-0.5 * (steps / rng.uniform(0.25 * length, length)) ** 2)
    total = sum(_shift(images, *shift) * weight for shift, weight in zip(shifts, strength, strict=True))
    return _clip(np.asarray(total / strength.sum(), np.float32))


def sensor_noise(images: Images, rng: np.random.Generator) -> Images:
    """Noise of a sensor in poor light: Gaussian, as strong on the background as on the digit."""
    noise = rng.standard_normal(images.shape, np.float32)
    return _clip(images + noise * _per_image(images, rng, 0.03, 0.3))


def shot_noise(images: Images, rng: np.random.Generator) -> Images:
    """Noise that grows with the light: a Poisson number of 2 to 20 photons at full brightness."""
    count = np.float32(rng.uniform(2, 20))
    return _clip(rng.poisson(images * count).astype(np.float32) / count)


def salt_and_pepper(images: Images, rng: np.random.Generator) -> Images:
    """Up to a quarter of the pixels are black or white, at random."""
    chance = rng.random(images.shape, np.float32)
    rate = _per_image(images, rng, 0.01, 0.13)
    return np.where(chance < rate, np.float32(0), np.where(chance > 1 - rate, np.float32(1), images))


def blots(images: Images, rng: np.random.Generator) -> Images:
    """One to four spots, dark, grey or bright, of up to 3 pixels' radius."""
    for _ in range(rng.integers(1, 5)):
        rows, columns = _plane(images)
        row, column = _per_image(images, rng, 0, images.shape[1]), _per_image(images, rng, 0, images.shape[2])
        spot = _clip(_per_image(images, rng, 0.5, 3) + np.float32(0.5) - np.hypot(rows - row, columns - column))
        images = images + spot * (_choose(images, rng, 0.0, 0.25, 1.0) - images)
    return images


def rule(images: Images, rng: np.random.Generator) -> Images:
    """A line of ruled or squared paper or of a form's box: upright or level, faint or strong, perhaps dotted."""
    slant = _per_image(images, rng, -0.06, 0.06) + _choose(images, rng, 0, np.pi / 2)
    return _line(images, slant, _per_image(images, rng, -14, 14), rng)


def box(images: Images, rng: np.random.Generator) -> Images:
    """Two edges of a form's box, near the margin of the image."""
    slant, margin = _per_image(images, rng, -0.06, 0.06), 14
    for turn in (0, np.pi / 2):
        place = _per_image(images, rng, margin - 4, margin) * _choose(images, rng, -1, 1)
        images = _line(images, slant + np.float32(turn), place, rng)
    return images


def strike(images: Images, rng: np.random.Generator) -> Images:
    """A line in any direction across the digit, perhaps dotted."""
    return _line(images, _per_image(images, rng, 0, np.pi), _per_image(images, rng, -10, 10), rng)


def neighbour(images: Images, rng: np.random.Generator) -> Images:
    """A piece of another digit of the batch comes in from the side, or now and then from above or below."""
    away, along = int(rng.integers(15, 22)) * int(rng.choice([-1, 1])), int(rng.integers(-3, 4))
    shift = (along, away) if rng.random() < 0.8 else (away, along)
    return np.maximum(images, _shift(np.roll(images, 1, axis=0), *shift))


def background(images: Images, rng: np.random.Generator) -> Images:
    """Grey paper that was not removed: brighter in one direction, and half of the time added to the digit."""
    rows, columns = _plane(images)
    size = np.float32(images.shape[1])
    tilt = (rows * _per_image(images, rng, -1, 1) + columns * _per_image(images, rng, -1, 1)) / size
    paper = _clip(_per_image(images, rng, 0, 0.6) + tilt * _per_image(images, rng, 0, 0.5))
    # A translucent layer mixes with the digit; light that falls on top is added to both.
    return _clip(images + paper) if rng.random() < 0.5 else paper + images * (1 - paper)


def reverse(images: Images, rng: np.random.Generator) -> Images:
    """Part of the image is its own negative: a bar along one side, or along two opposite ones."""
    rows, columns = _plane(images)
    place = rows if rng.random() < 0.5 else columns
    first = place < _per_image(images, rng, 0, 9)
    last = place > images.shape[1] - 1 - _per_image(images, rng, 0, 9)
    return np.where(first | last, 1 - images, images)


def far(images: Images, rng: np.random.Generator) -> Images:
    """Turned, slanted, small, large, off the centre: more than handwriting is."""
    _, height, width = images.shape
    flat = images.reshape(len(images), -1)
    return FAR.deform(flat, height, width, rng).reshape(images.shape)


# The kinds in the order in which they are applied, and the fraction of the images that each is applied to.
KINDS: tuple[tuple[Corruption, float], ...] = (
    (deskewed, 0.12),
    (thicken, 0.12),
    (thin, 0.1),
    (harden, 0.12),
    (outline, 0.02),
    (squeeze, 0.15),
    (far, 0.2),
    (blots, 0.04),
    (rule, 0.05),
    (box, 0.05),
    (strike, 0.04),
    (neighbour, 0.06),
    (coarsen, 0.1),
    (blur, 0.07),
    (motion_blur, 0.05),
    (fade, 0.08),
    (background, 0.08),
    (sensor_noise, 0.05),
    (shot_noise, 0.03),
    (salt_and_pepper, 0.04),
    (reverse, 0.04),
)


@dataclass(frozen=True)
class Corruptions:
    """All kinds of corruption, each for a fraction of the images.

    Attributes:
        strength: the shares in `KINDS` are multiplied by this, 0 to 1; with 0, images stay what they are.
        added: further kinds and their shares, applied after those.
    """

    strength: float = 1
    added: tuple[tuple[Corruption, float], ...] = ()

    def weaker(self, strength: float) -> "Corruptions":
        """The same for fewer images: `strength`, 0 to 1, of those here."""
        return Corruptions(strength * self.strength, self.added)

    def corrupt(
        self, inputs: NDArray[np.float32], height: int, width: int, rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Corrupt images of a batch, in place.

        Each kind is applied to consecutive images from a random position on: the batch has been shuffled already, and
        choosing images one by one would only cost time.

        Args:
            inputs: shape (n, height * width), from 0 background to 1 foreground, in random order.
            height: of an image, in pixels.
            width: of an image, in pixels.
            rng: draws everything.

        Returns:
            `inputs`.
        """
        images = inputs.reshape(-1, height, width)
        if not self.strength:
            return inputs
        for kind, share in (*KINDS, *self.added):
            count = int(rng.binomial(len(images), share * self.strength))
            if count:
                chosen = (rng.integers(len(images)) + np.arange(count)) % len(images)
                images[chosen] = kind(images[chosen], rng)
        return inputs


def _clip(images: NDArray[Any]) -> Images:
    return np.clip(images, 0, 1, out=images)


def _per_image(images: Images, rng: np.random.Generator, low: float, high: float) -> Images:
    """A number for each image, shape (n, 1, 1)."""
    return rng.uniform(low, high, (len(images), 1, 1)).astype(np.float32)


def _choose(images: Images, rng: np.random.Generator, *values: float) -> Images:
    """One of the values for each image, shape (n, 1, 1)."""
    return rng.choice(np.array(values, np.float32), (len(images), 1, 1))


def _towards(images: Images, others: Images, rng: np.random.Generator) -> Images:
    return images + _per_image(images, rng, 0.2, 1) * (others - images)


def neighbours(images: Images, choose: Any) -> Images:
    """The brightest (np.maximum) or darkest (np.minimum) of each pixel and its four neighbours."""
    chosen = images.copy()
    for axis in (1, 2):
        here = np.moveaxis(images, axis, 0)
        there = np.moveaxis(chosen, axis, 0)
        choose(there[1:], here[:-1], out=there[1:])
        choose(there[:-1], here[1:], out=there[:-1])
    return chosen


def _shift(images: Images, down: int, right: int) -> Images:
    """Move images by whole pixels; what comes in is paper."""
    _, height, width = images.shape
    down, right = int(np.clip(down, -height, height)), int(np.clip(right, -width, width))
    moved = np.zeros_like(images)
    moved[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = images[
        :, max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
    ]
    return moved


def _separable(images: Images, matrix: Callable[[int], Images]) -> Images:
    """Mix the rows and the columns of each image, each by the matrix for their number: M_h · image · M_w^T."""
    _, height, width = images.shape
    return _clip(matrix(height) @ images @ matrix(width).T)


def _gaussian(size: int, sigma: float) -> Images:
    """The matrix that smoothes `size` pixels with a Gaussian; beyond the edge is paper."""
    place = np.arange(size)
    weights = np.exp(-0.5 * ((place[:, np.newaxis] - place) / sigma) ** 2).astype(np.float32)
    return np.asarray(weights / weights[size // 2].sum())


def _stretch(size: int, factor: float) -> Images:
    """The matrix that makes `size` pixels `factor` times as long around their middle, interpolating linearly."""
    place = np.arange(size)
    source = (place - (size - 1) / 2) / factor + (size - 1) / 2
    return np.asarray(np.maximum(0, 1 - np.abs(source[:, np.newaxis] - place)), np.float32)


@lru_cache(maxsize=64)
def _coarse(size: int, few: int, steps: bool) -> Images:
    """The matrix that takes the means of `few` equal stretches and spreads them over `size` pixels again."""
    edges, pixel = np.linspace(0, size, few + 1), np.arange(size)
    overlap = np.minimum(edges[1:, np.newaxis], pixel + 1) - np.maximum(edges[:-1, np.newaxis], pixel)
    means = overlap.clip(0) * few / size
    if steps:
        spread: Images = means[((pixel + 0.5) * few / size).astype(int)].astype(np.float32)
        return spread
    centres = (edges[1:] + edges[:-1]) / 2
    back = np.stack([np.interp(pixel + 0.5, centres, row) for row in np.eye(few)], axis=1)
    return np.asarray(back @ means, np.float32)


def _plane(images: Images) -> Images:
    """Row and column of every pixel, shape (2, height, width)."""
    return np.indices(images.shape[1:]).astype(np.float32)


def _line(images: Images, angle: Images, place: Images, rng: np.random.Generator) -> Images:
    """Draw a line over each image: `place` pixels from the middle, at `angle` to the rows, in radians."""
    rows, columns = _plane(images) - np.float32((images.shape[1] - 1) / 2)
    cos, sin = np.cos(angle), np.sin(angle)
    distance = np.abs(rows * cos - columns * sin - place)
    line = _clip(_per_image(images, rng, 0.3, 1.4) + np.float32(0.5) - distance)
    line *= _per_image(images, rng, 0.2, 1.2)
    if rng.random() < 0.3:  # dotted: a part of each period of 3 to 8 pixels
        along = rows * sin + columns * cos
        line *= (along / _per_image(images, rng, 3, 8)) % 1 < _per_image(images, rng, 0.3, 0.7)
    return np.maximum(images, _clip(line))
