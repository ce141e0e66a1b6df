"""What every source of data becomes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data.mnist import MNIST, load_mnist
from byhand.errors import ByhandError


@dataclass(frozen=True)
class Dataset:
    """Images with labels, divided into training and test set.

    Attributes:
        name: "mnist", "openml:NAME" or "folder"; never a path.
        train_images, test_images: grey levels, shape (n, height, width).
        train_labels, test_labels: class numbers, positions in `label_names`, shape (n,).
        label_names: what each class is called, for MNIST "0" to "9".
        notes: sentences on what was done to the images to bring them into this form.
    """

    name: str
    train_images: NDArray[Any]
    train_labels: NDArray[Any]
    test_images: NDArray[Any]
    test_labels: NDArray[Any]
    label_names: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def from_arrays(cls, name: str, arrays: MNIST, source: str, notes: tuple[str, ...] = ()) -> "Dataset":
        """Check four arrays against each other and number their labels.

        Args:
            name: as in `Dataset`.
            arrays: images (n, height, width) and labels (n,) of any integer or text type.
            source: what error messages call the data.
            notes: as in `Dataset`.

        Raises:
            ByhandError: counts or sizes disagree, a set is empty, or there are fewer than two labels.
        """
        for part, images, labels in (("training", *arrays[:2]), ("test", *arrays[2:])):
            if images.ndim != 3 or labels.ndim != 1:
                raise ByhandError(
                    f"The {part} images in {source} have shape {images.shape} and their labels {labels.shape}: "
                    "images need three dimensions (number, height, width) and labels one. Are files mixed up?"
                )
            if len(images) != len(labels):
                raise ByhandError(
                    f"{source} has {len(images):,} {part} images and {len(labels):,} labels for them: "
                    "there must be one label per image."
                )
            if len(images) == 0:
                raise ByhandError(f"{source} has no {part} images.")
        if arrays.train_images.shape[1:] != arrays.test_images.shape[1:]:
            raise ByhandError(
                f"The training images in {source} are {_size(arrays.train_images)} and its test images "
                f"{_size(arrays.test_images)} pixels: they must have one size."
            )
        labels, classes = np.unique(np.concatenate([arrays.train_labels, arrays.test_labels]), return_inverse=True)
        if len(labels) < 2:
            raise ByhandError(f"All images in {source} have the label {labels[0]}: there is nothing to tell apart.")
        split = len(arrays.train_labels)
        return cls(
            name, arrays.train_images, classes[:split], arrays.test_images, classes[split:],
            tuple(str(label) for label in labels), notes,
        )  # fmt: skip

    @classmethod
    def mnist(cls) -> "Dataset":
        """The bundled MNIST."""
        return cls.from_arrays("mnist", load_mnist(), "MNIST")


def _size(images: NDArray[Any]) -> str:
    return f"{images.shape[2]} x {images.shape[1]}"
