"""The images that figures show."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.errors import ByhandError


@dataclass(frozen=True)
class Examples:
    """Labelled images, in the form that the model reads.

    Attributes:
        images: grey levels, ink bright, shape (n, height, width).
        labels: class numbers, shape (n,): positions in `label_names`, in the model's order.
        label_names: what each class is called.

    Raises:
        ByhandError: there are no images.
    """

    images: NDArray[Any]
    labels: NDArray[np.integer[Any]]
    label_names: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check that there is something to show."""
        if len(self.images) == 0:
            raise ByhandError("There are no images to draw.")

    @property
    def grey_range(self) -> tuple[float, float]:
        """The darkest and the brightest grey level of all images, so that every image is shown on one scale."""
        return float(self.images.min()), float(self.images.max())

    def draw_some(self, count: int, seed: int) -> NDArray[np.intp]:
        """Choose `count` different images by chance (all of them if there are fewer); give their positions."""
        rng = np.random.default_rng(seed)
        chosen: NDArray[np.intp] = rng.choice(len(self.images), min(count, len(self.images)), replace=False)
        return chosen
