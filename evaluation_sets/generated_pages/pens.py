"""Ink: digits as MNIST has them or as strokes of one width, letters and doodles, in any pen's colour."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage
from skimage.morphology import skeletonize

import byhand

Ink = NDArray[np.float32]  # 0 paper to 1 ink, shape (height, width)

# Letters and doodles that cannot be taken for digits: strokes through points in a unit square, x right and y down.
DOODLES: dict[str, list[list[tuple[float, float]]]] = {
    "A": [[(0, 1), (0.5, 0), (1, 1)], [(0.2, 0.6), (0.8, 0.6)]],
    "E": [[(0.9, 0), (0, 0), (0, 1), (0.9, 1)], [(0, 0.5), (0.7, 0.5)]],
    "F": [[(0.9, 0), (0, 0), (0, 1)], [(0, 0.5), (0.7, 0.5)]],
    "H": [[(0, 0), (0, 1)], [(0.8, 0), (0.8, 1)], [(0, 0.5), (0.8, 0.5)]],
    "K": [[(0, 0), (0, 1)], [(0.8, 0), (0, 0.55), (0.8, 1)]],
    "M": [[(0, 1), (0.1, 0), (0.5, 0.7), (0.9, 0), (1, 1)]],
    "N": [[(0, 1), (0, 0), (0.8, 1), (0.8, 0)]],
    "R": [[(0, 1), (0, 0), (0.6, 0.05), (0.7, 0.25), (0.6, 0.45), (0, 0.5), (0.8, 1)]],
    "W": [[(0, 0), (0.25, 1), (0.5, 0.3), (0.75, 1), (1, 0)]],
    "X": [[(0, 0), (0.8, 1)], [(0.8, 0), (0, 1)]],
    "m": [[(0, 1), (0, 0.3), (0.1, 0.2), (0.35, 0.2), (0.45, 0.4), (0.45, 1)], [(0.45, 0.4), (0.6, 0.2), (0.85, 0.2),
          (0.95, 0.4), (0.95, 1)]],
    "star": [[(0.2, 1), (0.5, 0), (0.8, 1), (0, 0.38), (1, 0.38), (0.2, 1)]],
    "zigzag": [[(0, 0.6), (0.15, 0.2), (0.3, 0.8), (0.45, 0.2), (0.6, 0.8), (0.75, 0.2), (0.9, 0.8), (1.05, 0.3)]],
    "house": [[(0, 1), (0, 0.45), (0.5, 0), (1, 0.45), (1, 1), (0, 1)], [(0.4, 1), (0.4, 0.7), (0.6, 0.7), (0.6, 1)]],
    "heart": [[(0.5, 1), (0.05, 0.5), (0, 0.25), (0.2, 0.05), (0.42, 0.1), (0.5, 0.3), (0.58, 0.1), (0.8, 0.05),
              (1, 0.25), (0.95, 0.5), (0.5, 1)]],
    "tree": [[(0.5, 1), (0.5, 0)], [(0.1, 0.3), (0.5, 0.5), (0.9, 0.3)], [(0.05, 0.6), (0.5, 0.8), (0.95, 0.6)]],
    "hash": [[(0.3, 0), (0.2, 1)], [(0.75, 0), (0.65, 1)], [(0, 0.35), (1, 0.3)], [(0, 0.7), (1, 0.65)]],
    "spiral": [[(0.5 + 0.05 * t * np.cos(1.1 * t), 0.5 + 0.05 * t * np.sin(1.1 * t)) for t in range(15)]],
    "grid": [[(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], [(0.5, 0), (0.5, 1)], [(0, 0.5), (1, 0.5)]],
}  # fmt: skip


@dataclass(frozen=True)
class Pen:
    """How a pen writes.

    Attributes:
        colour: red, green, blue, 0 to 1, of the ink on white paper.
        width: of its strokes, as a part of the digits' height; None leaves them as MNIST has them.
        roughness: how uneven the ink is, 0 to 1: high for pencil and chalk.
    """

    colour: tuple[float, float, float]
    width: float | None
    roughness: float = 0.05


def any_pen(rng: np.random.Generator) -> Pen:
    """A ballpoint, felt-tip, fountain pen, pencil or marker."""
    jitter = rng.normal(0, 0.03, 3)
    kinds: list[tuple[tuple[float, float, float], tuple[float, float], float]] = [
        ((0.12, 0.18, 0.55), (0.035, 0.075), 0.12),  # blue ballpoint
        ((0.12, 0.12, 0.14), (0.035, 0.075), 0.12),  # black ballpoint
        ((0.08, 0.1, 0.3), (0.05, 0.1), 0.03),  # fountain pen
        ((0.7, 0.12, 0.15), (0.04, 0.08), 0.08),  # red pen
        ((0.1, 0.4, 0.2), (0.05, 0.09), 0.08),  # green felt-tip
        ((0.42, 0.42, 0.44), (0.035, 0.08), 0.35),  # pencil
        ((0.06, 0.06, 0.07), (0.1, 0.17), 0.03),  # marker
    ]
    colour, (least, most), roughness = kinds[rng.integers(len(kinds))]
    red, green, blue = np.clip(np.array(colour) + jitter, 0.02, 0.9)
    width = None if rng.random() < 0.35 else float(rng.uniform(least, most))
    return Pen((float(red), float(green), float(blue)), width, roughness)


class Digits:
    """A supply of MNIST's test digits, every one only a few times."""

    def __init__(self, rng: np.random.Generator) -> None:
        mnist = _mnist()
        self.images, self.labels, self.rng = mnist.test_images, mnist.test_labels, rng

    def take(self, label: int | None = None) -> tuple[int, NDArray[np.uint8]]:
        """Any image, or one of a label."""
        places = np.arange(len(self.labels)) if label is None else np.flatnonzero(self.labels == label)
        place = int(self.rng.choice(places))
        return int(self.labels[place]), self.images[place]


@lru_cache(maxsize=1)
def _mnist() -> Any:
    return byhand.load_mnist()


def digit_ink(image: NDArray[np.uint8], height: int, pen: Pen, rng: np.random.Generator) -> Ink:
    """Write a digit, so many pixels high, in a box that fits it."""
    rows, columns = np.flatnonzero(image.max(axis=1) > 60), np.flatnonzero(image.max(axis=0) > 60)
    box = np.pad(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], 2)
    # A digit that lies flat, as some 1s do, is not blown up to the height of the others.
    scale = height / max(box.shape[0] - 4, 0.6 * (box.shape[1] - 4))
    work = max(4.0, scale)
    size = max(1, round(box.shape[1] * work)), max(1, round(box.shape[0] * work))
    smooth = np.asarray(Image.fromarray(box).resize(size, Image.Resampling.BICUBIC), np.float32) / 255
    smooth = ndimage.gaussian_filter(smooth, 0.35 * work)
    if pen.width is None:
        ink = np.clip((smooth - 0.5) * work / 2 + 0.5, 0, 1)
    else:
        middle = skeletonize(smooth > 0.4)  # type: ignore[no-untyped-call]
        away = ndimage.distance_transform_edt(~middle)
        radius = pen.width * height * work / scale / 2
        radius = max(radius, 0.55 * work / scale)
        ink = np.clip(radius - away + 0.5, 0, 1)
    if work > scale:
        size = max(1, round(ink.shape[1] * scale / work)), max(1, round(ink.shape[0] * scale / work))
        ink = np.asarray(Image.fromarray(ink.astype(np.float32)).resize(size, Image.Resampling.BOX))
    return _uneven(_tight(ink), pen, rng)


def number_ink(n: int, height_px: int, supply: Digits, pen: Pen, rng: np.random.Generator) -> tuple[Ink, str]:
    """Write digits about so many pixels high, of which some touch the next one, as one piece of ink."""
    parts = [supply.take() for _ in range(n)]
    inks = [digit_ink(image, max(12, round(height_px * rng.uniform(0.85, 1.05))), pen, rng) for _, image in parts]
    height = max(ink.shape[0] for ink in inks)
    whole = np.zeros((height, sum(ink.shape[1] for ink in inks) + height), np.float32)
    right = 0
    for number, ink in enumerate(inks):
        top = (height - ink.shape[0]) // 2
        left = right
        if number:
            # Move it left until it touches, or to a small gap.
            gap = 0 if rng.random() < 0.4 else max(1, round(rng.uniform(0.04, 0.2) * height_px))
            while left > 0:
                here = whole[top : top + ink.shape[0], left - 1 : left - 1 + ink.shape[1]]
                if (np.minimum(here, ink) > 0.3).any():
                    break
                left -= 1
            left = left + gap if gap else max(0, left - 1)
        part = whole[top : top + ink.shape[0], left : left + ink.shape[1]]
        np.maximum(part, ink[:, : part.shape[1]], out=part)
        right = max(right, left + ink.shape[1])
    return whole[:, :right], "".join(str(label) for label, _ in parts)


def doodle_ink(name: str, height: int, pen: Pen, rng: np.random.Generator) -> Ink:
    """Draw a letter or doodle with a shaky hand."""
    return stroke_ink(DOODLES[name], height, pen, rng)


def stroke_ink(strokes: list[list[tuple[float, float]]], height: int, pen: Pen, rng: np.random.Generator) -> Ink:
    """Draw strokes through points of a unit square, so many pixels high, with a shaky hand."""
    large = 3
    side = height * large
    margin = side // 6
    image = Image.new("L", (side + 2 * margin, side + 2 * margin))
    draw = ImageDraw.Draw(image)
    width = max(2, round((pen.width or 0.09) * side))
    slant = rng.uniform(-0.15, 0.25)
    for stroke in strokes:
        points = np.array(stroke) + rng.normal(0, 0.025, (len(stroke), 2))
        points[:, 0] += slant * (1 - points[:, 1])
        path = [(float(x), float(y)) for x, y in margin + points * side]
        draw.line(path, 255, width, joint="curve")
        for x, y in (path[0], path[-1]):
            draw.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], 255)
    small = np.asarray(image.resize((image.width // large, image.height // large), Image.Resampling.BOX), np.float32)
    return _uneven(_tight(small / 255), pen, rng)


def _tight(ink: NDArray[Any]) -> Ink:
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.3), np.flatnonzero(ink.max(axis=0) > 0.3)
    inside = slice(max(0, rows[0] - 1), rows[-1] + 2), slice(max(0, columns[0] - 1), columns[-1] + 2)
    return np.asarray(ink[inside], np.float32)


def _uneven(ink: Ink, pen: Pen, rng: np.random.Generator) -> Ink:
    grain = ndimage.gaussian_filter(rng.standard_normal(ink.shape), 0.8) * 1.5
    return np.asarray(ink * np.clip(1 - pen.roughness * (0.5 + np.abs(grain)), 0, 1), np.float32)
