"""Min-max scaling: grey levels 0 to 255 in, numbers from 0 to 1 out, and back again."""

import math
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from byhand.data.mapped_images import MappedImages
from byhand.errors import ByhandError


class MinMaxScaling:
    """scaled = (pixel - minimum) / (maximum - minimum), with minimum and maximum from the training images.

    Per pixel, as in the original exercise, or with one minimum and maximum for the whole range. A pixel that
    has the same value in every training image says nothing: it is scaled to 0, whatever it shows later.

    Attributes:
        minimum: float64, shape (pixels,); all entries alike where the whole range is scaled.
        maximum: likewise.
        range: the lowest minimum and the highest maximum.
    """

    def __init__(self, minimum: NDArray[np.float64], maximum: NDArray[np.float64]) -> None:
        self.minimum = minimum
        self.maximum = maximum
        self.range = float(minimum.min()), float(maximum.max())
        self._constants: dict[np.dtype[Any], tuple[NDArray[Any], NDArray[Any] | None]] = {}

    @classmethod
    def fit(cls, images: NDArray[Any] | MappedImages, per_pixel: bool = False) -> Self:
        """Find minimum and maximum in the training images, and in no others.

        Args:
            images: shape (n, pixels) or (n, height, width), n at least 1.
            per_pixel: give each pixel its own minimum and maximum.
        """
        if len(images) == 0:
            raise ByhandError("Scaling needs at least one training image.")
        if isinstance(images, MappedImages):
            minimum, maximum = (extreme.ravel().astype(np.float64) for extreme in images.extremes[:2])
        else:
            pixels = images.reshape(len(images), -1)
            minimum, maximum = pixels.min(axis=0).astype(np.float64), pixels.max(axis=0).astype(np.float64)
        if not per_pixel:
            minimum = np.full_like(minimum, minimum.min())
            maximum = np.full_like(maximum, maximum.max())
        return cls(minimum, maximum)

    def transform(
        self, images: NDArray[Any], dtype: DTypeLike = np.float32, out: NDArray[Any] | None = None
    ) -> NDArray[Any]:
        """Scale images to rows of numbers.

        Args:
            images: shape (n, pixels) or (n, height, width).
            dtype: of the result.
            out: an array to write the result into, shape (n, pixels); its own type counts, then, and not `dtype`.

        Returns:
            Shape (n, pixels).
        """
        # Not -1, for there may be none.
        pixels = images if images.ndim == 2 else images.reshape(len(images), math.prod(images.shape[1:]))
        if out is None:
            out = np.empty(pixels.shape, dtype)
        factor, offset = self.factor_and_offset(out.dtype)
        np.copyto(out, pixels)
        out *= factor
        if offset is not None:
            out -= offset
        return out

    def inverse(self, scaled: NDArray[Any]) -> NDArray[np.float64]:
        """Give back the grey levels, for display; shape (n, pixels) in and out.

        A constant pixel comes back as the one value it had.
        """
        return scaled * (self.maximum - self.minimum) + self.minimum

    def factor_and_offset(self, dtype: np.dtype[Any]) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """Scaling as one product and one difference, scaled = pixel * factor - offset.

        Returns:
            The factor, shape (pixels,), or () where all pixels have the same; the offset, shape (pixels,), or None
            where it is 0.
        """
        if dtype not in self._constants:
            span = self.maximum - self.minimum
            factor = np.divide(1.0, span, out=np.zeros_like(span), where=span > 0)
            offset = (self.minimum * factor).astype(dtype)
            if (factor == factor[0]).all():
                factor = factor[0, ...]  # a batch of 128 is scaled in 16 microseconds, and in 26 by a row of factors
            self._constants[dtype] = factor.astype(dtype), offset if offset.any() else None
        return self._constants[dtype]
