"""How much a model's accuracy suffers from changes that leave a digit readable."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.augmentation.corruptions import neighbours
from byhand.data.dataset import LabelledImages
from byhand.model import Model
from byhand.preprocessing.resampling import affine, resample


@dataclass(frozen=True)
class Change:
    """One way to change images, in many strengths.

    Attributes:
        unit: what the strength counts.
        strengths: from mild to strong, or from one side to the other.
        apply: images of floats 0 to 255, shape (n, height, width), and a strength; gives changed ones.
    """

    unit: str
    strengths: tuple[float, ...]
    apply: Callable[[NDArray[np.float32], float], NDArray[np.float32]]


def rotate(images: NDArray[np.float32], degrees: float) -> NDArray[np.float32]:
    """Turn images clockwise around their middle."""
    matrix = affine(np.radians([degrees]), np.ones((2, 1)), np.zeros(1))[0]
    return _look_up(images, matrix, np.zeros(2))


def shift(images: NDArray[np.float32], pixels: float) -> NDArray[np.float32]:
    """Move images to the right, or to the left where `pixels` is below 0."""
    return _look_up(images, np.eye(2), np.array([0, -pixels]))


def add_noise(images: NDArray[np.float32], deviation: float) -> NDArray[np.float32]:
    """Add normal noise to every pixel: the same noise in every strength, only larger."""
    noise = np.random.default_rng(0).standard_normal(images.shape, np.float32)
    return np.clip(images + np.float32(deviation) * noise, 0, 255)


def thicken(images: NDArray[np.float32], pixels: float) -> NDArray[np.float32]:
    """Make strokes wider by about this many pixels, or thinner where `pixels` is below 0.

    Part of the way to the brightest (or darkest) of a pixel and its four neighbours; all the way changes a stroke's
    width by 2 pixels.
    """
    extreme = np.maximum if pixels > 0 else np.minimum
    left = abs(pixels) / 2
    while left > 0:
        images = images + np.float32(min(1, left)) * (neighbours(images, extreme) - images)
        left -= 1
    return images


def _look_up(images: NDArray[np.float32], matrix: NDArray[Any], move: NDArray[Any]) -> NDArray[np.float32]:
    """Look every pixel up at the place that the matrix and the move take it to, seen from the middle."""
    n, height, width = images.shape
    middle = np.array([height - 1, width - 1]).reshape(2, 1, 1) / 2
    sources = np.einsum("ij,jyx->iyx", matrix, np.indices((height, width)) - middle) + middle + move.reshape(2, 1, 1)
    changed = resample(images.reshape(n, -1), sources[np.newaxis].astype(np.float32), group=n)
    return changed.reshape(n, height, width)


CHANGES = {
    "rotation": Change("degrees", tuple(7.5 * i for i in range(-6, 7)), rotate),
    "shift": Change("pixels to the right", tuple(1.5 * i for i in range(-4, 5)), shift),
    "noise": Change("standard deviation, of 255 grey levels", tuple(20.0 * i for i in range(9)), add_noise),
    "stroke thickness": Change("pixels wider", (-2, -1, -0.5, 0, 0.5, 1, 2, 3, 4), thicken),
}


def accuracies(model: Model, examples: LabelledImages, change: Change) -> list[float]:
    """Measure the accuracy, 0 to 1, under each strength of a change.

    Args:
        model: is asked about the changed images, rounded to whole grey levels.
        examples: images for the model, bright on 0, with its classes.
        change: one of `CHANGES`.
    """
    floats = examples.images.astype(np.float32)
    result = []
    for strength in change.strengths:
        changed = np.rint(change.apply(floats, strength)).astype(np.uint8)
        result.append(float((model.logits(changed).argmax(axis=1) == examples.labels).mean()))
    return result
