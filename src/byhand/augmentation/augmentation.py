"""What changes the images of a batch before the network learns from them."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from byhand.augmentation.corruptions import Corruptions
from byhand.augmentation.deformations import Deformations


class Team(Protocol):
    """Processes that share the work on a batch: see `byhand.training.team.Exchange`."""

    rank: int
    members: int

    def shared_batch(self, shape: tuple[int, ...]) -> NDArray[Any]:
        """An array that each fills in part."""

    def meet(self) -> None:
        """Wait for all."""


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

    def augment(
        self, inputs: NDArray[Any], rng: np.random.Generator, strength: float = 1.0, team: Team | None = None
    ) -> NDArray[Any]:
        """Change the images of a batch.

        Args:
            inputs: scaled images, 0 is the background, shape (n, height * width), in random order.
            rng: draws everything.
            strength: 0 to 1, of what is possible at most.
            team: of processes that do the same with the same images; each deforms a part of them.

        Returns:
            Changed images, same shape.
        """
        deformations = self.deformations.weaker(strength)
        if team is None:
            deformed = deformations.deform(inputs, *self.image_shape, rng)
        else:
            shared = team.shared_batch(inputs.shape)
            deformed = deformations.deform(inputs, *self.image_shape, rng, shared, (team.rank, team.members))
            team.meet()
            if self.corruptions.strength:  # all do the same, each on its own
                deformed = deformed.copy()
        return self.corruptions.weaker(strength).corrupt(deformed, *self.image_shape, rng)
