"""Resampling: every pixel of a new image looked up at a place of the old one, bilinearly.

Deskewing, deformations and the changes of `byhand show robustness` differ only in the places they look at.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Small enough that the numbers of a chunk stay in the processor's cache.
IMAGES_AT_A_TIME = 64


def affine(angle: NDArray[Any], scale: NDArray[Any], shear: NDArray[Any]) -> NDArray[Any]:
    """The matrices rotation · shear · scale, for (row, column) vectors.

    Args:
        angle: radians, shape (n,); above 0, the image turns clockwise.
        scale: factors for rows and columns, shape (2, n).
        shear: what is added to the column for each row, shape (n,).

    Returns:
        Shape (n, 2, 2).
    """
    cos, sin = np.cos(angle), np.sin(angle)
    rows, columns = scale
    matrix = np.array([[(cos - sin * shear) * rows, -sin * columns], [(sin + cos * shear) * rows, cos * columns]])
    return matrix.transpose(2, 0, 1)


def resample(images: NDArray[Any], sources: NDArray[np.float32], group: int = 1) -> NDArray[Any]:
    """Look every pixel up at its source, bilinearly between the four pixels around it; outside all is 0.

    Args:
        images: shape (n, height * width).
        sources: (row, column) in pixels, shape (n / group, rounded up, 2, height, width).
        group: how many consecutive images share their sources.

    Returns:
        Shape (n, height * width).
    """
    n, (fields, _, height, width) = len(images), sources.shape
    group = max(1, min(group, n))
    # A border of 0: what lies outside is moved there. At its far edge the "next" pixel is one of the following
    # row's or image's border, which is 0 too, or clipped by take().
    stride, size = width + 2, (height + 2) * (width + 2)
    bordered = np.zeros((fields * group, height + 2, width + 2), images.dtype)
    bordered[:n, 1:-1, 1:-1] = images.reshape(n, height, width)
    pixels = bordered.reshape(-1)

    rows, columns = sources.reshape(fields, 2, 1, height * width).swapaxes(0, 1) + np.float32(1)
    np.clip(rows, 0, height + 1, out=rows)
    np.clip(columns, 0, width + 1, out=columns)
    top, left = np.floor(rows), np.floor(columns)
    down, right = rows - top, columns - left  # from there to the source, 0 to 1
    corner = (top * stride + left).astype(np.intp) + size * np.arange(fields * group).reshape(fields, group, 1)

    def between(start: int) -> NDArray[Any]:
        """Along the row, between the corner that lies `start` after the upper left one and the next pixel."""
        value: NDArray[Any] = np.take(pixels[start:], corner, mode="clip")
        step = np.take(pixels[start + 1 :], corner, mode="clip")
        step -= value
        step *= right
        value += step
        return value

    upper, step = between(0), between(stride)
    step -= upper
    step *= down
    upper += step
    return upper.reshape(-1, height * width)[:n]
