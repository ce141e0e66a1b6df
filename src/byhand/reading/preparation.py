"""A digit's foreground, however large, brought to the form of MNIST's images.

MNIST's authors fitted each digit into 20 x 20 pixels, aspect kept, and moved it so that its centre of mass is in
the middle of 28 x 28 (LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning applied to document
recognition", section III.A). Plain arithmetic on purpose: the page in the browser does the same in JavaScript.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = 28  # side of the image, pixels
BOX = 20  # the digit's longer side, pixels
# Measured on the training images: pixel (14, 14), counted from 0, is where their centres of mass are on average.
CENTRE = 14
# What is fainter than this part of the darkest foreground does not count for the digit's extent.
FAINTEST = 0.1
# Mean of the foreground over the foreground, sum(v²) / sum(v): 0.85 is the median of the training images, 1 in 100 is
# below 0.74.
USUAL_DARKNESS, LEAST_DARKNESS = 0.85, 0.77
# Stroke widths in pixels, as `stroke_width` measures them, within which 5 in 6 of the training images lie.
THINNEST, THICKEST = 1.8, 3.4
MOST_ROOM = 4  # pixels more than the usual box, for strokes that will be made thinner
PASSES = 3  # each changes the width by at most 2 pixels


def prepare(foreground: NDArray[Any]) -> NDArray[np.uint8]:
    """Bring a digit to MNIST's form: size, place, contrast and stroke weight.

    Args:
        foreground: 0 (background) to 1 (foreground), shape (height, width), of any size, with or without margins.

    Returns:
        Grey levels 0 (background) to 255 (foreground), shape (28, 28); all 0 where there is no foreground.
    """
    foreground = np.asarray(foreground, np.float32)
    image = usual_contrast(fit(foreground, BOX))
    excess = stroke_width(image) - THICKEST
    if 0 < excess < math.inf:
        # Thinner strokes will make the digit smaller by so much: begin with a larger one.
        image = usual_contrast(fit(foreground, BOX + min(excess, MOST_ROOM)))
    image = usual_weight(image)
    grey: NDArray[np.uint8] = np.floor(255 * image + 0.5).astype(np.uint8)
    return grey


def fit(foreground: NDArray[Any], side: float) -> NDArray[Any]:
    """Scale the foreground's box to `side` pixels on its longer side and put its centre of mass in the middle."""
    box = boxed(foreground)
    if not box.size:
        return np.zeros((SIZE, SIZE), np.float32)
    scale = side / max(box.shape)
    total = float(box.sum())
    down = _resampler(box.sum(axis=1) / total, scale)
    across = _resampler(box.sum(axis=0) / total, scale)
    image: NDArray[Any] = down @ box @ across.T
    return image


def boxed(foreground: NDArray[Any]) -> NDArray[Any]:
    """The box around what is not too faint, from 0 to 1 at its darkest; empty where there is no foreground."""
    darkest = float(foreground.max(initial=0))
    if darkest <= 0:
        return foreground[:0, :0]
    rows = np.flatnonzero(foreground.max(axis=1) >= FAINTEST * darkest)
    columns = np.flatnonzero(foreground.max(axis=0) >= FAINTEST * darkest)
    box: NDArray[Any] = foreground[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] / darkest
    return box


def _resampler(profile: NDArray[Any], scale: float) -> NDArray[Any]:
    """The matrix that resamples one axis and puts the centre of mass in the middle: shape (28, length).

    Args:
        profile: the part of the foreground in each place along the axis, shape (length,).
        scale: pixels of the result per pixel of the original.
    """
    length = len(profile)
    size = length * scale
    places = np.arange(length) + 0.5
    middle = float(profile @ places) * scale
    # Whole pixels, as MNIST's authors did: a fraction would only blur. All foreground stays inside.
    start = min(max(0, math.floor(CENTRE + 0.5 - middle + 0.5)), math.floor(SIZE - size))
    return resampler(length, scale, start, SIZE)


def resampler(length: int, scale: float, start: float, size: int) -> NDArray[Any]:
    """The matrix that resamples one axis: shape (size, length).

    Each row holds the weights of one pixel of the result: a triangle around the place it comes from, as wide as
    the pixel is in the original, so that nothing is skipped when shrinking; when growing, linear interpolation.

    Args:
        length: pixels of the original.
        scale: pixels of the result per pixel of the original.
        start: where in the result the original begins, in pixels.
        size: pixels of the result.
    """
    places = np.arange(length) + 0.5
    sources = (np.arange(size) + 0.5 - start) / scale
    weights = np.maximum(0, 1 - np.abs(sources[:, np.newaxis] - places) * min(1, scale))
    # Divided by what they sum up to well inside, so that foreground fades out at the edge of its box.
    return (weights * min(1, scale)).astype(np.float32)


def usual_contrast(image: NDArray[Any]) -> NDArray[Any]:
    """Darken foreground that is fainter than that of MNIST, as thin strokes are after shrinking."""
    darkness = mean_darkness(image)
    if darkness == 0:
        return image
    gain = 1 if LEAST_DARKNESS <= darkness <= 1 else USUAL_DARKNESS / darkness
    darker: NDArray[Any] = np.minimum(1, gain * image)
    return darker


def mean_darkness(image: NDArray[Any]) -> float:
    """The mean of the foreground over the foreground: sum(v²) / sum(v); 0 where there is none."""
    total = float(image.sum())
    return float((image * image).sum()) / total if total else 0.0


def usual_weight(image: NDArray[Any]) -> NDArray[Any]:
    """Thicken thin strokes and thin thick ones, until they are about as wide as those of MNIST.

    Part of the way to the largest or least value of the pixel and its four neighbours: all the way would change
    the width by 2 pixels.
    """
    extreme: Callable[..., NDArray[Any]]
    for _ in range(PASSES):
        width = stroke_width(image)
        if width < THINNEST:
            extreme, change = np.maximum, THINNEST - width
        elif width > THICKEST:
            extreme, change = np.minimum, width - THICKEST
        else:
            break
        bordered = np.zeros((image.shape[0] + 2, image.shape[1] + 2), image.dtype)  # np.pad takes five times as long
        bordered[1:-1, 1:-1] = image
        beside = extreme(bordered[1:-1, :-2], bordered[1:-1, 2:])
        above = extreme(bordered[:-2, 1:-1], bordered[2:, 1:-1])
        image = image + min(1, change / 2) * (extreme(image, extreme(beside, above)) - image)
    return image


def stroke_width(image: NDArray[Any]) -> float:
    """The mean width of the strokes in pixels; infinite where there are none.

    A stroke's foreground is its length times its width; the slopes of its two edges add up to twice its length.
    """
    bordered = np.zeros((image.shape[0] + 1, image.shape[1] + 1), image.dtype)
    bordered[:-1, :-1] = image
    down = bordered[1:, :-1] - image
    across = bordered[:-1, 1:] - image
    edges = float(np.sqrt(down * down + across * across).sum())
    return 2 * float(image.sum()) / edges if edges else math.inf
