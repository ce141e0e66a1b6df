"""Photographs of single digits as data: prepared, and read, exactly as `byhand read --single` does."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data.decoding import Picture
from byhand.data.mnist_form import IMAGE_SHAPE
from byhand.model import Model
from byhand.reading.reader import read_picture

# Least probability whose logarithm is taken.
TINY = 1e-12


class SingleDigits:
    """Turns pictures of one digit each into images, as a `Prepare` of data, and answers for them as a model does.

    What a picture is read as rests on several views of it, and the image is only that which says most. So what was
    read is remembered, and `logits` gives it again for the image.

    Attributes:
        label_names, labels: those of the model.
        temperature: 1, since the model's own is in the logits already.
    """

    temperature = 1.0

    def __init__(self, model: Model) -> None:
        self.model = model
        self.label_names, self.labels = model.label_names, model.labels
        self._read: dict[bytes, NDArray[Any]] = {}

    def __call__(self, picture: Picture) -> NDArray[np.uint8]:
        """Read a picture; give the digit in MNIST's form, or an empty image where there is none."""
        digits = read_picture(picture, self.model, single=True).digits
        if not digits:
            return np.zeros(IMAGE_SHAPE, np.uint8)
        self._read[digits[0].image.tobytes()] = digits[0].probabilities
        return digits[0].image

    def logits(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        """Logarithms of the probabilities that were read, shape (n, classes).

        Args:
            images: that this object has made, shape (n, 28, 28).
        """
        nothing = np.full(len(self.label_names), 1 / len(self.label_names))
        probabilities = [self._read.get(image.tobytes(), nothing) for image in images]
        logits: NDArray[Any] = np.log(np.maximum(probabilities, TINY))
        return logits
