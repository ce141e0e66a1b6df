"""An ensemble: several models that answer as one, for what one mistakes the others often do not."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.errors import ByhandError
from byhand.model import Model
from byhand.nn import softmax


class Ensemble:
    """Models of the same images and labels, whose probabilities are averaged.

    Attributes:
        members: the models.
        label_names: theirs.
        labels: theirs.
        image_shape: theirs.
        temperature: 1, since the members' own are in the logits already.
    """

    temperature = 1.0

    def __init__(self, members: Sequence[Model]) -> None:
        """Bring models together.

        Raises:
            ByhandError: they do not read the same labels from images of the same size.
        """
        first = members[0]
        self.members = list(members)
        self.label_names, self.labels, self.image_shape = first.label_names, first.labels, first.image_shape
        if any((m.label_names, m.image_shape) != (self.label_names, self.image_shape) for m in members):
            raise ByhandError("These models read different labels or sizes of images: they cannot be averaged.")

    def logits(self, images: NDArray[Any]) -> NDArray[Any]:
        """The logarithms of the members' mean probabilities, shape (n, classes), whose softmax these are again."""
        probabilities = [softmax(m.logits(images).astype(np.float64) / m.temperature) for m in self.members]
        logits: NDArray[Any] = np.log(np.mean(probabilities, axis=0))
        return logits
