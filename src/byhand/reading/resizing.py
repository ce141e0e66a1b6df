"""Pictures made smaller, by averaging, and larger, by cubic interpolation; masks by their nearest pixels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def small(values: NDArray[Any], side_px: int) -> NDArray[np.float32]:
    """Reduce an image (h, w) so that no side is longer than `side_px` pixels."""
    height, width = values.shape
    factor = max(1, max(values.shape) / side_px)
    size = max(1, round(width / factor)), max(1, round(height / factor))
    image = Image.fromarray(np.asarray(values, np.float32))
    return np.asarray(image if factor == 1 else image.resize(size, Image.Resampling.BOX))


def reduced(colours: NDArray[np.uint8], side_px: int) -> tuple[NDArray[np.uint8], float]:
    """Give a picture (h, w, 3) with no side longer than so many pixels, and by which factor it was longer."""
    factor = max(1.0, max(colours.shape) / side_px)
    if factor == 1:
        return colours, 1.0
    image = Image.fromarray(colours)
    size = max(1, round(image.width / factor)), max(1, round(image.height / factor))
    return np.asarray(image.resize(size, Image.Resampling.BOX)), factor


def enlarged(colours: NDArray[np.uint8], side_px: int) -> tuple[NDArray[np.uint8], int]:
    """Give a picture (h, w, 3) so that its longer side has at least so many pixels, and by which factor it was shorter.

    Strokes of one or two pixels become several pixels wide.
    """
    factor = max(1, -(-side_px // max(colours.shape)))
    if factor == 1:
        return colours, 1
    image = Image.fromarray(colours)
    return np.asarray(image.resize((image.width * factor, image.height * factor), Image.Resampling.BICUBIC)), factor


def stretched(mask: NDArray[np.bool_], width_px: int, height_px: int) -> NDArray[np.bool_]:
    """A mask in another size."""
    image = Image.fromarray(mask.astype(np.uint8)).resize((width_px, height_px), Image.Resampling.NEAREST)
    return np.asarray(image).astype(bool)
