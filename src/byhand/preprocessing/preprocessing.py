"""The one way from images to the network's inputs: check, deskew if the model does, scale."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from byhand.errors import ByhandError
from byhand.preprocessing.deskewing import deskew
from byhand.preprocessing.scaling import MinMaxScaling


@dataclass(frozen=True)
class Preprocessing:
    """Belongs to a model: training, validation and prediction all go through the same object.

    Attributes:
        image_shape: (height, width) of the images it takes, in pixels.
        scaling: from grey levels to numbers around 0 to 1, fitted on the training images.
        deskew: whether images are deskewed first.
    """

    image_shape: tuple[int, int]
    scaling: MinMaxScaling
    deskew: bool = False

    def pixels(self, images: NDArray[Any]) -> NDArray[Any]:
        """Check images, and deskew them if that is part of this preprocessing.

        Args:
            images: grey levels, bright on dark, shape (n, height, width) or (n, height * width).

        Returns:
            Grey levels, shape (n, height * width).

        Raises:
            ByhandError: images of another size, or numbers that are not finite.
        """
        images = np.asarray(images)
        height, width = self.image_shape
        if images.ndim < 2 or images.shape[1:] not in {(height, width), (height * width,)}:
            raise ByhandError(
                f"This model reads images of shape (n, {height}, {width}) or (n, {height * width}), not {images.shape}."
            )
        if images.dtype.kind not in "biuf" or (images.dtype.kind == "f" and not np.isfinite(images).all()):
            raise ByhandError("Images must be finite numbers: grey levels like those the model was trained on.")
        if self.deskew:
            images = deskew(images.reshape(len(images), height, width))
        return images.reshape(len(images), height * width)

    def inputs(self, images: NDArray[Any], dtype: DTypeLike = np.float32) -> NDArray[Any]:
        """Do all of it: images as for `pixels` to the network's inputs, shape (n, height * width)."""
        return self.scaling.transform(self.pixels(images), dtype)
