"""What any source gives, before it is divided: images with or without labels, to learn from and to test on."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data.dataset import Dataset, LabelledImages
from byhand.data.mapped_images import choose_images
from byhand.data.mnist import MNIST
from byhand.data.splits import stratified_split
from byhand.errors import ByhandError

TEST_PART = 0.2
IMAGES_AT_A_TIME = 2048


@dataclass(frozen=True)
class Part:
    """Images that belong together.

    Attributes:
        images: grey levels, bright on dark, uint8, shape (n, height, width).
        labels: whole numbers or words, shape (n,); None where nobody says what the images show.
        ids: what the source calls each image, such as its file, shape (n,); None where only its position tells.
        writers: who wrote each image, shape (n,); None where nobody says.
        spare: whether nobody else holds `images`, so that they may be moved within their memory.
    """

    images: NDArray[np.uint8]
    labels: NDArray[Any] | None = None
    ids: NDArray[Any] | None = None
    writers: NDArray[Any] | None = None
    spare: bool = False


@dataclass(frozen=True)
class Parts:
    """All that a source holds.

    Attributes:
        name: as in `Dataset`.
        title: what error messages call the source.
        train, test: its parts; a source that is not divided has only one, `train`.
        notes: sentences on what was found and what was done to it.
        id_name: the column of the ids in a file of predictions; MNIST's competition on Kaggle calls it ImageId.
    """

    name: str
    title: str
    train: Part | None
    test: Part | None = None
    notes: tuple[str, ...] = field(default=())
    id_name: str = "ImageId"

    def dataset(self, seed: int) -> Dataset:
        """Give what can be learned from; where no test set comes along, hold out a fifth of each label.

        Args:
            seed: decides which fifth. Where writers are known, whole writers are held out.

        Raises:
            ByhandError: there are no labels to learn from, or what `Dataset.from_arrays` raises.
        """
        train, test = self.train, self.test
        if train is None or train.labels is None:
            raise ByhandError(f"{self.title} has no labelled images to learn from{self._found()}.")
        notes = self.notes
        if test is None or test.labels is None:
            if len(train.images) != len(train.labels):
                raise ByhandError(_unequal(self.title, "", train))
            if test is not None:
                notes += (f"The {len(test.images):,} test images have no labels and were left out.",)
            train, test, note = _divided(train, seed, self.title)
            notes += (note,)
        for part, what in ((train, "training "), (test, "test ")):
            if len(part.images) != len(part.labels if part.labels is not None else ()):
                raise ByhandError(_unequal(self.title, what, part))
        assert train.labels is not None
        assert test.labels is not None
        arrays = MNIST(train.images, train.labels, test.images, test.labels)
        return Dataset.from_arrays(self.name, arrays, self.title, notes, test_ids=test.ids)

    def examples(self) -> tuple[LabelledImages, tuple[str, ...]]:
        """Give what a model is evaluated on, the test set or else all there is, and the notes.

        Raises:
            ByhandError: there are no labels.
        """
        part = self.test if self.test is not None and self.test.labels is not None else self.train
        if part is None or part.labels is None:
            raise ByhandError(
                f"{self.title} has no labelled images to evaluate on{self._found()}; 'byhand predict' needs no labels."
            )
        if len(part.images) != len(part.labels):
            raise ByhandError(_unequal(self.title, "", part))
        if len(part.images) == 0:
            raise ByhandError(f"{self.title} has no images.")
        names, numbers = np.unique(part.labels, return_inverse=True)
        return LabelledImages(part.images, numbers, tuple(str(name) for name in names), part.ids), self.notes

    def unlabelled(self) -> Part:
        """Give what labels are wanted for: the test set, or else all there is.

        Raises:
            ByhandError: there are no images.
        """
        part = self.test or self.train
        if part is None or len(part.images) == 0:
            raise ByhandError(f"{self.title} has no images.")
        return part

    def _found(self) -> str:
        found = [
            f"{len(part.images):,} {what} images without labels"
            for part, what in ((self.train, "training"), (self.test, "test"))
            if part is not None and part.labels is None
        ]
        return f" (found: {', '.join(found)})" if found else ""


def _divided(part: Part, seed: int, title: str) -> tuple[Part, Part, str]:
    """Hold out a fifth: of the writers where these are known, else of each label; say which."""
    assert part.labels is not None
    if len(part.images) < 2:
        raise ByhandError(f"{title} has {len(part.images)} images to learn from and to test on: too few.")
    rng = np.random.default_rng(seed)
    if part.writers is None:
        _, numbers = np.unique(part.labels, return_inverse=True)
        kept, held_out = stratified_split(numbers, max(1, round(len(numbers) * TEST_PART)), rng)
        note = f"No test set came along: {len(held_out):,} of {len(numbers):,} images are kept for testing."
    else:
        writers = np.unique(part.writers)
        chosen = np.sort(rng.permutation(writers)[: max(1, round(len(writers) * TEST_PART))])
        mask = np.isin(part.writers, chosen)
        kept, held_out = np.flatnonzero(~mask), np.flatnonzero(mask)
        listed = ", ".join(map(str, chosen[:5])) + (", ..." if len(chosen) > 5 else "")
        note = f"Split by person: {len(chosen):,} of {len(writers):,} ({listed}) are kept for testing."
    test = _take(part, held_out)
    return (_move_to_front if part.spare and isinstance(part.images, np.ndarray) else _take)(part, kept), test, note


def _take(part: Part, chosen: NDArray[np.intp]) -> Part:
    assert part.labels is not None
    return Part(choose_images(part.images, chosen), part.labels[chosen], None if part.ids is None else part.ids[chosen])


def _move_to_front(part: Part, kept: NDArray[np.intp]) -> Part:
    """As `_take` for ascending positions, in the memory that the images have: a second copy would double it."""
    assert part.labels is not None
    for start in range(0, len(kept), IMAGES_AT_A_TIME):
        chosen = kept[start : start + IMAGES_AT_A_TIME]
        part.images[start : start + len(chosen)] = part.images[chosen]
    return Part(part.images[: len(kept)], part.labels[kept], None if part.ids is None else part.ids[kept])


def _unequal(title: str, what: str, part: Part) -> str:
    labels = 0 if part.labels is None else len(part.labels)
    return (
        f"{title} has {len(part.images):,} {what}images and {labels:,} labels for them: "
        "there must be one label per image."
    )
