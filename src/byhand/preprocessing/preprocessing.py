"""The one way from images to the network's inputs: check, deskew if the model does, scale."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from byhand.errors import ByhandError, InputWarning
from byhand.preprocessing.deskewing import deskew
from byhand.preprocessing.scaling import MinMaxScaling

# Images whose largest pixel is above 1 and below this fraction of the training images' range are in some other range,
# and those that go beyond it so many times are, too.
FAINT_OF_RANGE, LARGEST_EXCESS_OF_RANGE = 0.05, 4.0
BYTES = np.dtype(np.uint8)
# So many bytes at most have a sum that fits into 32 bits.
SUMMED_IN_32_BITS = 2**24
# Mean brightness of images, as a fraction of the range: MNIST's is 0.13, that of its negative 0.87, and of single
# digits mostly below 0.25. So a model trained on images below the first that is given images above the second, or
# the other way round, is given negatives.
CLEARLY_DARK, CLEARLY_BRIGHT = 0.2, 0.75


@dataclass(frozen=True)
class Preprocessing:
    """Belongs to a model: training, validation and prediction all go through the same object.

    Attributes:
        image_shape: (height, width) of the images it takes, in pixels.
        scaling: from grey levels to numbers around 0 to 1, fitted on the training images.
        deskew: whether images are deskewed first.
        brightness: mean of the training images, as a fraction of their range, 0 to 1: tells negatives apart.
    """

    image_shape: tuple[int, int]
    scaling: MinMaxScaling
    deskew: bool = False
    brightness: float = 0.5

    def pixels(self, images: NDArray[Any]) -> NDArray[Any]:
        """Check images, and deskew them if that is part of this preprocessing.

        Images from 0 to 1 and negatives of the training images are recognised, converted, and mentioned in an
        `InputWarning`.

        Args:
            images: grey levels as in training, shape (n, height, width), (n, height, width, 1) or (n, height * width).

        Returns:
            Grey levels, shape (n, height * width).

        Raises:
            ByhandError: images of another size, or numbers that are not finite.
        """
        try:
            images = np.asarray(images)
        except ValueError as error:
            raise ByhandError(
                "These images have different sizes: all must have that of the training images."
            ) from error
        height, width = self.image_shape
        shape = images.shape[1:]
        if shape != self.image_shape and shape not in {(height * width,), (height, width, 1)}:
            one = images.shape in {(height, width), (height * width,)}
            raise ByhandError(
                f"This model reads images of shape (n, {height}, {width}) or (n, {height * width}), not {images.shape}"
                f"{': put the one image into a list.' if one else '.'}"
            )
        if images.dtype.kind not in "biuf":
            raise ByhandError("Images must be numbers: grey levels like those the model was trained on.")
        if images.size:
            images = self._in_training_range(images)
        if self.deskew:
            images = deskew(images.reshape(len(images), height, width))
        return images.reshape(len(images), height * width)

    def _in_training_range(self, images: NDArray[Any]) -> NDArray[Any]:
        """Convert images of another range or polarity; refuse what cannot be recognised."""
        low, high = self.scaling.range
        span = (high - low) or 1.0
        is_bytes = images.dtype == BYTES
        # A fifth of the time of mean(), which counts for a single image.
        if images.dtype.kind == "f":
            with np.errstate(over="ignore", invalid="ignore"):  # what is not finite, or too large, is refused below
                total = np.add.reduce(images, axis=None, dtype=np.float64)
        else:
            # In 32 bits, in half the time of 64: 1 ms for 10,000 images.
            small = is_bytes and images.size <= SUMMED_IN_32_BITS
            total = np.add.reduce(images, axis=None, dtype=np.uint32 if small else np.int64)
        mean = float(total) / images.size
        # Bytes are nearly always what the model was trained on: one look at their mean is enough.
        if not is_bytes or mean <= 1:
            if images.dtype.kind == "f" and not np.isfinite(images).all():
                bad = int(np.flatnonzero(~np.isfinite(images.reshape(len(images), -1)).all(axis=1))[0])
                raise ByhandError(f"Image {bad} has pixels that are not finite numbers (NaN or infinity): mend it.")
            least, most = float(images.min()), float(images.max())
            if 0 < most <= 1 and least >= 0 and span > 1:
                warnings.warn(
                    f"Pixels from 0 to 1 were taken for fractions of the range from {low:g} to {high:g} that the model "
                    "was trained on.",
                    InputWarning,
                    stacklevel=4,
                )
                images = images * np.float32(span) + np.float32(low)
                mean = mean * span + low
            elif span > 1 and (1 < most < low + FAINT_OF_RANGE * span or (most <= 1 and least < 0)):
                raise ByhandError(
                    f"The pixels go from {least:g} to {most:g}, and the model was trained on {low:g} to {high:g}: "
                    "give grey levels in that range, or fractions from 0 to 1, not normalised in another way."
                )
            elif most > high + LARGEST_EXCESS_OF_RANGE * span or least < low - LARGEST_EXCESS_OF_RANGE * span:
                raise ByhandError(
                    f"The pixels go from {least:g} to {most:g}, far beyond the {low:g} to {high:g} that the model was "
                    "trained on: bring them into that range."
                )
        brightness = (mean - low) / span
        if (self.brightness < CLEARLY_DARK and brightness > CLEARLY_BRIGHT) or (
            self.brightness > 1 - CLEARLY_DARK and brightness < 1 - CLEARLY_BRIGHT
        ):
            warnings.warn(
                "These images are negatives of those the model was trained on, and were inverted.",
                InputWarning,
                stacklevel=4,
            )
            return np.asarray(low + high - images.astype(np.float32))
        return images

    def inputs(self, images: NDArray[Any], dtype: DTypeLike = np.float32) -> NDArray[Any]:
        """Do all of it: images as for `pixels` to the network's inputs, shape (n, height * width)."""
        return self.scaling.transform(self.pixels(images), dtype)
