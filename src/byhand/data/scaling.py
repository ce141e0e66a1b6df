"""Min-max scaling: grey levels 0 to 255 in, numbers from 0 to 1 out, and back again."""

from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from byhand.errors import ByhandError


class MinMaxScaling:
    """scaled = (pixel - minimum) / (maximum - minimum), with minimum and maximum from the training images.

    Per pixel, as in the original exercise, or with one minimum and maximum for the whole range. A pixel that
    has the same value in every training image says nothing: it is scaled to 0, whatever it shows later.

    Attributes:
        minimum, maximum: float64, shape (pixels,); all entries alike where the whole range is scaled.
    """

    def __init__(self, minimum: NDArray[np.float64], maximum: NDArray[np.float64]) -> None:
        self.minimum = minimum
        self.maximum = maximum

    @classmethod
    def fit(cls, images: NDArray[Any], per_pixel: bool = False) -> Self:
        """Find minimum and maximum in the training images, and in no others.

        Args:
            images: shape (n, pixels) or (n, height, width), n at least 1.
            per_pixel: give each pixel its own minimum and maximum.
        """
        if len(images) == 0:
            raise ByhandError("Scaling needs at least one training image.")
        pixels = images.reshape(len(images), -1)
        minimum = pixels.min(axis=0).astype(np.float64)
        maximum = pixels.max(axis=0).astype(np.float64)
        if not per_pixel:
            minimum = np.full_like(minimum, minimum.min())
            maximum = np.full_like(maximum, maximum.max())
        return cls(minimum, maximum)

    def transform(self, images: NDArray[Any], dtype: DTypeLike = np.float32) -> NDArray[Any]:
        """Scale images, shape (n, pixels) or (n, height, width), to rows of numbers, shape (n, pixels)."""
        factor, offset = self._factor_and_offset(dtype)
        scaled = images.reshape(len(images), -1).astype(dtype)
        scaled *= factor
        if offset.any():
            scaled -= offset
        return scaled

    def inverse(self, scaled: NDArray[Any]) -> NDArray[np.float64]:
        """Give back the grey levels, for display; shape (n, pixels) in and out.

        A constant pixel comes back as the one value it had.
        """
        return scaled * (self.maximum - self.minimum) + self.minimum

    def _factor_and_offset(self, dtype: DTypeLike) -> tuple[NDArray[Any], NDArray[Any]]:
        """Scaling as one product and one difference: scaled = pixel * factor - offset."""
        span = self.maximum - self.minimum
        factor = np.divide(1.0, span, out=np.zeros_like(span), where=span > 0)
        return factor.astype(dtype), (self.minimum * factor).astype(dtype)
