"""What changes the images of a batch before the network learns from them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.augmentation.corruptions import Corruptions
from byhand.augmentation.deformations import Deformations


@dataclass(frozen=True)
class Augmentation:
    """Deformations, then corruptions.

    Attributes:
        image_shape: (height, width) of the images, pixels.
        deformations, corruptions: how far they go at most.
    """

    image_shape: tuple[int, int]
    deformations: Deformations
    corruptions: Corruptions

    def augment(self, inputs: NDArray[Any], rng: np.random.Generator, strength: float = 1.0) -> NDArray[Any]:
        """Change the images of a batch.

        Args:
            inputs: scaled images, 0 is the background, shape (n, height * width), in random order.
            rng: draws everything.
            strength: 0 to 1, of what is possible at most.

        Returns:
            Changed images, same shape.
        """
        deformed = self.deformations.weaker(strength).deform(inputs, *self.image_shape, rng)
        return self.corruptions.weaker(strength).corrupt(deformed, *self.image_shape, rng)
