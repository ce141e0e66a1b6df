"""Labelled images: the one form in which data travels, whatever it came from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data.mapped_images import choose_images
from byhand.data.mnist import MNIST, load_mnist
from byhand.errors import ByhandError

LABELS_IN_REPR = 12
# What data is called that only its owner has.
PRIVATE = ("folder", "file", "arrays")


@dataclass(frozen=True, repr=False, eq=False)
class LabelledImages:
    """Images and what they show.

    Attributes:
        images: grey levels, bright on dark, shape (n, height, width); `MappedImages` where they stay on the disk.
        labels: class numbers, positions in `label_names`, shape (n,).
        label_names: what each class is called, for MNIST "0" to "9".
        ids: what the source calls each image, such as its file, shape (n,); None where only its position tells.
    """

    images: NDArray[Any]
    labels: NDArray[np.integer[Any]]
    label_names: tuple[str, ...]
    ids: NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        height, width = self.images.shape[1:]
        names = self.label_names[:LABELS_IN_REPR]
        more = ", ..." if len(self.label_names) > len(names) else ""
        return (
            f"{len(self):,} images of {width} x {height} pixels, {self.images.dtype}, "
            f"{len(self.label_names)} labels: {', '.join(names)}{more}"
        )

    @property
    def grey_range(self) -> tuple[float, float]:
        """The lowest and the highest grey level of all images."""
        return float(self.images.min()), float(self.images.max())

    def take(self, chosen: NDArray[np.integer[Any]] | NDArray[np.bool_] | slice) -> "LabelledImages":
        """Those at some positions."""
        ids = None if self.ids is None else self.ids[chosen]
        return LabelledImages(choose_images(self.images, chosen), self.labels[chosen], self.label_names, ids)

    def some(self, count: int, seed: int) -> NDArray[np.intp]:
        """Choose `count` different images at random (all if there are fewer); give their positions."""
        rng = np.random.default_rng(seed)
        chosen: NDArray[np.intp] = rng.choice(len(self), min(count, len(self)), replace=False)
        return chosen

    def with_classes_of(self, label_names: tuple[str, ...]) -> "LabelledImages":
        """The same images with their classes numbered as a model numbers them.

        Args:
            label_names: the model's classes, in its order.

        Raises:
            ByhandError: images have a label that the model does not know.
        """
        unknown = [self.label_names[i] for i in np.unique(self.labels) if self.label_names[i] not in label_names]
        if unknown:
            raise ByhandError(
                f"The data has the label{'s' * (len(unknown) > 1)} {', '.join(unknown[:5])}, and the model knows only "
                f"{', '.join(label_names)}: use data of the kind the model was trained on."
            )
        number = np.array([label_names.index(name) if name in label_names else -1 for name in self.label_names])
        return LabelledImages(self.images, number[self.labels], label_names, self.ids)


@dataclass(frozen=True, repr=False, eq=False)
class Dataset:
    """A training and a test set with the same classes.

    Attributes:
        name: "mnist", "openml:NAME" or one of `PRIVATE`; never a path.
        train, test: the two sets.
        notes: sentences on what was done to the images to bring them into this form.
    """

    name: str
    train: LabelledImages
    test: LabelledImages
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Dataset {self.name}: {len(self.train):,} training images and, to test on, {self.test!r}>"

    @property
    def label_names(self) -> tuple[str, ...]:
        """What each class is called."""
        return self.train.label_names

    @classmethod
    def from_arrays(
        cls,
        name: str,
        arrays: MNIST,
        source: str,
        notes: tuple[str, ...] = (),
        test_ids: NDArray[Any] | None = None,
    ) -> "Dataset":
        """Check four arrays against each other and number their labels.

        Args:
            name: as in `Dataset`.
            arrays: images (n, height, width) and labels (n,) of any integer or text type.
            source: what error messages call the data.
            notes: as in `Dataset`.
            test_ids: as in `LabelledImages`, of the test images.

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
        split, names = len(arrays.train_labels), tuple(str(label) for label in labels)
        return cls(
            name,
            LabelledImages(arrays.train_images, classes[:split], names),
            LabelledImages(arrays.test_images, classes[split:], names, test_ids),
            notes,
        )

    @classmethod
    def mnist(cls) -> "Dataset":
        """The bundled MNIST."""
        return cls.from_arrays("mnist", load_mnist(), "MNIST")


def _size(images: NDArray[Any]) -> str:
    return f"{images.shape[2]} x {images.shape[1]}"
