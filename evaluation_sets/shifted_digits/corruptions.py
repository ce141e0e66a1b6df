"""Fifteen ways to spoil MNIST images, about as strong as those of Mu and Gilmer 2019, "MNIST-C: a robustness
benchmark for computer vision". Written anew from the paper's descriptions; shots, haze and the rest are our own code.

Three of them, `HELD_OUT`, were named before the reader was first trained, and nothing like them is in its training:
see `byhand.augmentation.corruptions`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate, gaussian_filter, shift
from skimage.feature import canny

from byhand.preprocessing.resampling import affine, resample

Images = NDArray[Any]  # floats (n, 28, 28), 0 paper to 1 ink
SIDE = 28
ROWS, COLUMNS = np.indices((SIDE, SIDE)).astype(np.float32)


def shot_noise(images: Images, rng: np.random.Generator) -> Images:
    return rng.poisson(images * 3) / 3


def impulse_noise(images: Images, rng: np.random.Generator) -> Images:
    chance = rng.random(images.shape)
    return np.where(chance < 0.085, 0, np.where(chance < 0.17, 1, images))


def glass_blur(images: Images, rng: np.random.Generator) -> Images:
    spoilt = gaussian_filter(images, (0, 0.7, 0.7))
    for _ in range(2):
        for row in range(SIDE - 1, 1, -1):
            for column in range(SIDE - 1, 1, -1):
                # Half of the pixels change places with themselves or a neighbour above or to the left.
                swapped = np.flatnonzero(rng.random(len(images)) < 0.5)
                others = row - rng.integers(0, 2, len(swapped)), column - rng.integers(0, 2, len(swapped))
                here, there = spoilt[swapped, row, column], spoilt[swapped, *others]
                spoilt[swapped, row, column], spoilt[swapped, *others] = there, here
    return np.asarray(gaussian_filter(spoilt, (0, 0.7, 0.7)))


def motion_blur(images: Images, rng: np.random.Generator) -> Images:
    spoilt = np.empty_like(images)
    steps = np.arange(0, 10)
    weights = np.exp(-0.5 * (steps / 3) ** 2)
    for i, image in enumerate(images):
        angle = rng.uniform(-np.pi / 4, np.pi / 4)
        kernel = np.zeros((19, 19))
        place = np.rint(9 + np.outer([np.sin(angle), np.cos(angle)], steps)).astype(int)
        np.add.at(kernel, tuple(place), weights / weights.sum())
        spoilt[i] = correlate(image, kernel, mode="constant")
    return spoilt


def shear(images: Images, rng: np.random.Generator) -> Images:
    return _affine(images, shear=0.4 * _signs(images, rng))


def scale(images: Images, rng: np.random.Generator) -> Images:
    return _affine(images, scale=np.full((2, len(images)), 1 / 0.7))


def rotate(images: Images, rng: np.random.Generator) -> Images:
    return _affine(images, angle=0.4 * _signs(images, rng))


def brightness(images: Images, rng: np.random.Generator) -> Images:
    return images + 0.5


def translate(images: Images, rng: np.random.Generator) -> Images:
    return np.stack([shift(image, 3 * rng.choice([-1, 1], 2), order=0) for image in images])


def stripe(images: Images, rng: np.random.Generator) -> Images:
    return np.where((COLUMNS < 7) | (COLUMNS >= 21), 1 - images, images)


def fog(images: Images, rng: np.random.Generator) -> Images:
    return np.asarray((images + 3 * _haze(len(images), rng)) / 4)


def spatter(images: Images, rng: np.random.Generator) -> Images:
    liquid = gaussian_filter(rng.normal(0.65, 0.3, images.shape), (0, 1, 1))
    drops = gaussian_filter((liquid > 0.65).astype(np.float32), (0, 1.5, 1.5))
    drops[drops < 0.8] = 0
    return np.asarray(images * (1 - drops) + 0.25 * drops)


def dotted_line(images: Images, rng: np.random.Generator) -> Images:
    ends = rng.integers(0, 27, (2, len(images), 1, 1))
    row = ends[0] + (ends[1] - ends[0]) * COLUMNS / 27
    return np.maximum(images, np.where(COLUMNS // 2 % 2 == 1, _stroke(np.abs(ROWS - row)), 0))


def zigzag(images: Images, rng: np.random.Generator) -> Images:
    start = rng.integers(0, 27, (len(images), 1, 1))
    slope = rng.integers(-5, 5, start.shape) / 23
    teeth = 2 * np.abs((COLUMNS / 4 + 0.25) % 1 * 4 - 2) - 2  # up and down by 2 pixels every 4
    distance = np.abs(ROWS - (start + slope * (COLUMNS - 2) + teeth))
    inside = (COLUMNS >= 2) & (COLUMNS <= 25)
    return images + np.where(inside, _stroke(distance), 0)


def canny_edges(images: Images, rng: np.random.Generator) -> Images:
    return np.stack([canny(image) for image in images]).astype(np.float32)  # type: ignore[no-untyped-call]


CORRUPTIONS: dict[str, Callable[[Images, np.random.Generator], Images]] = {
    function.__name__: function
    for function in (
        shot_noise, impulse_noise, glass_blur, motion_blur, shear, scale, rotate, brightness, translate, stripe, fog,
        spatter, dotted_line, zigzag, canny_edges,
    )
}  # fmt: skip
HELD_OUT = ("glass_blur", "fog", "zigzag")


def corrupt(images: NDArray[np.uint8], name: str, seed: int = 0) -> NDArray[np.uint8]:
    """Spoil images, uint8 (n, 28, 28), by the corruption of that name."""
    spoilt = CORRUPTIONS[name]((images / 255).astype(np.float32), np.random.default_rng(seed))
    grey: NDArray[np.uint8] = np.rint(spoilt.clip(0, 1) * 255).astype(np.uint8)
    return grey


def _signs(images: Images, rng: np.random.Generator) -> NDArray[Any]:
    return rng.choice([-1, 1], len(images))


def _affine(
    images: Images,
    angle: float | NDArray[Any] = 0.0,
    scale: float | NDArray[Any] = 1.0,
    shear: float | NDArray[Any] = 0.0,
) -> Images:
    n = len(images)
    matrix = affine(np.broadcast_to(angle, n), np.broadcast_to(scale, (2, n)), np.broadcast_to(shear, n))
    away = np.stack([ROWS, COLUMNS]) - 13.5
    sources = np.einsum("nij,jyx->niyx", matrix, away) + 13.5
    return resample(images.reshape(n, -1), sources.astype(np.float32)).reshape(images.shape)


def _stroke(distance: NDArray[Any]) -> NDArray[Any]:
    """How dark a line is at a distance from its middle, in pixels: to nothing at 1.45."""
    return np.asarray(np.clip(1 + np.log(np.maximum(1 - distance / 2.3, 1e-9)), 0, 1))


def _haze(count: int, rng: np.random.Generator) -> NDArray[Any]:
    """Clouds from 0 to 1: noise on ever finer grids, each 1.4 times as faint as the one before (diamond-square)."""
    side, strength = 2, 1.0
    clouds = np.zeros((count, 2, 2))
    for _ in range(8):
        clouds = _finer(clouds)
        side = clouds.shape[1]
        clouds += strength * rng.uniform(-1, 1, clouds.shape)
        strength /= 1.4
    clouds -= clouds.min(axis=(1, 2), keepdims=True)
    clouds /= clouds.max(axis=(1, 2), keepdims=True)
    return clouds[:, : min(SIDE, side), :SIDE]


def _finer(grid: NDArray[Any]) -> NDArray[Any]:
    """Twice as fine, the new points midway between the old ones."""
    for axis in (1, 2):
        here = np.moveaxis(grid, axis, 0)
        finer = np.empty((2 * len(here) - 1, *here.shape[1:]))
        finer[::2], finer[1::2] = here, (here[1:] + here[:-1]) / 2
        grid = np.moveaxis(finer, 0, axis)
    return grid
