"""Imitations of digits that others collected: mouse drawings, postal scans, digits cut from forms.

All start from images in MNIST's form that the reader has not learned from, uint8 (n, 28, 28), ink bright. What comes
out is what such a collection holds: ink dark on light unless it says otherwise, sizes of its own.
"""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import distance_transform_edt, gaussian_filter, zoom
from skimage.morphology import skeletonize

from byhand.augmentation.deformations import Deformations
from byhand.augmentation.drawn_digits import DIGITS
from byhand.augmentation.strokes import Hand, draw

Pictures = list[NDArray[np.uint8]]
LARGE = 5  # images are drawn on so many times as large
# Hands that wobble less or more than those the reader learned from.
EUROPEAN = Hand(wobble=0.055, slant=0.35, turn=10, stretch=1.6, thinnest=1.5, thickest=3.5)
EUROPEAN_SHARE = 0.5


def mouse_drawings(images: NDArray[np.uint8], seed: int = 0) -> Pictures:
    """28 x 28, white on black or black on white: the digit's middle line redrawn with a pen of any width."""
    rng = np.random.default_rng(seed)
    pictures = []
    for image in _bent(images, rng, Deformations(rotation=8, scale=0.15, shear=0.15, shift=1.5, elastic=0.6)):
        middle = skeletonize(zoom(image, LARGE, order=1) > 110)  # type: ignore[no-untyped-call]
        away = distance_transform_edt(~middle) / LARGE
        radius = rng.choice([rng.uniform(0.5, 0.8), rng.uniform(0.9, 1.3), rng.uniform(1.4, 1.9)])
        drawn = np.clip((radius - away) * LARGE + 0.5, 0, 1)
        small = drawn.reshape(28, LARGE, 28, LARGE).mean(axis=(1, 3))
        if rng.random() < 0.3:
            small = (small > 0.45).astype(float)  # a program without grey levels
        pictures.append(_grey(small if rng.random() < 0.5 else 1 - small))
    return pictures


def postal_scans(images: NDArray[np.uint8], seed: int = 0) -> Pictures:
    """16 x 16, bright on dark: the box of the ink scaled to the frame, mostly with its aspect lost, blurred grey."""
    rng = np.random.default_rng(seed)
    pictures = []
    for image in _bent(images, rng, Deformations(rotation=10, scale=0.2, shear=0.3, elastic=0.9)):
        large = zoom(image / 255, LARGE, order=1)
        ragged = large + rng.normal(0, 1, large.shape).astype(np.float32)
        ragged = gaussian_filter(ragged - large, 2) * rng.uniform(0, 0.7) + large
        ink = gaussian_filter((ragged > rng.uniform(0.25, 0.6)).astype(np.float32), 1)
        rows, columns = np.flatnonzero(ink.max(1) > 0.4), np.flatnonzero(ink.max(0) > 0.4)
        if len(rows) == 0:
            rows = columns = np.arange(len(ink))
        box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        height, width = box.shape
        if width < 0.4 * height or rng.random() < 0.3:  # a 1 is not made a block
            beside = (max(height, width) - width) // 2
            box = np.pad(box, (((max(height, width) - height) // 2,) * 2, (beside, beside)))
        fitted = np.asarray(
            Image.fromarray(box.astype(np.float32)).resize((16, 16), Image.Resampling.BILINEAR, reducing_gap=3.0)
        )
        blurred = gaussian_filter(fitted, rng.uniform(0.2, 0.7)) * rng.uniform(0.85, 1.3)
        pictures.append(_grey(blurred))
    return pictures


def form_cuttings(images: NDArray[np.uint8], labels: NDArray[Any], seed: int = 0) -> tuple[Pictures, NDArray[Any]]:
    """Some 40 pixels a side, dark on light: half of the 1s and 7s as in Europe, edges of the box, bits of neighbours.

    Returns:
        The pictures and their labels.
    """
    rng = np.random.default_rng(seed)
    images = images.copy()
    for digit, ways in ((1, DIGITS[1][:6]), (7, DIGITS[7][:3])):
        for place in np.flatnonzero((labels == digit) & (rng.random(len(labels)) < EUROPEAN_SHARE)):
            images[place] = draw(str(rng.choice(ways)), 1, rng, EUROPEAN)[0]
    bent = _bent(images, rng, Deformations(rotation=8, scale=0.15, shear=0.2, elastic=0.8))
    pictures = []
    for image in bent:
        side = int(rng.integers(34, 46))
        ink = np.zeros((side, side))
        top, left = ((side - 28) * rng.uniform(0.15, 0.85, 2)).astype(int)
        ink[top : top + 28, left : left + 28] = image / 255
        if rng.random() < 0.15:  # the next digit reaches into the picture
            other = bent[rng.integers(len(bent))] / 255
            reach = int(rng.integers(1, 4))
            piece = other[:, 5 : 5 + reach] if rng.random() < 0.5 else other[:, 23 - reach : 23]
            edge = slice(side - reach, side) if rng.random() < 0.5 else slice(0, reach)
            ink[top : top + 28, edge] = np.maximum(ink[top : top + 28, edge], piece)
        printed = np.zeros_like(ink)
        for _ in range(int(rng.choice([0, 1, 2], p=[0.4, 0.3, 0.3]))):  # edges of the printed box
            turned, away = rng.random() < 0.5, int(rng.integers(3))
            line = printed.T if turned else printed
            at = away if rng.random() < 0.5 else side - 1 - away
            line[at, : side if rng.random() < 0.6 else int(rng.integers(side // 3, side))] = rng.uniform(0.3, 1)
        dark = np.maximum(ink * rng.uniform(0.6, 1), printed)
        paper = rng.uniform(0.75, 1) - 0.05 * rng.random() * np.linspace(0, 1, side)
        scanned = gaussian_filter(paper - dark * (paper - 0.1), rng.uniform(0.2, 0.6))
        scanned += rng.normal(0, rng.uniform(0, 0.03), scanned.shape)
        file = io.BytesIO()
        Image.fromarray(_grey(scanned)).save(file, "JPEG", quality=int(rng.integers(30, 80)))
        pictures.append(np.asarray(Image.open(file)))
    return pictures, labels


def _bent(images: NDArray[np.uint8], rng: np.random.Generator, how: Deformations) -> NDArray[np.float32]:
    flat = images.reshape(len(images), -1).astype(np.float32)
    return how.deform(flat, 28, 28, rng).reshape(-1, 28, 28)


def _grey(brightness: NDArray[Any]) -> NDArray[np.uint8]:
    grey: NDArray[np.uint8] = np.rint(255 * np.clip(brightness, 0, 1)).astype(np.uint8)
    return grey
