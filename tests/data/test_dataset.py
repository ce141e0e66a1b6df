"""Labelled images: taken, chosen, renumbered and shown."""

import numpy as np
import pytest

from byhand.data import Dataset, LabelledImages
from byhand.errors import ByhandError

IMAGES = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3)
PETS = LabelledImages(IMAGES, np.array([0, 1, 1, 0, 1]), ("cat", "dog"))


def test_images_are_taken_with_their_labels() -> None:
    for chosen in (np.array([4, 0]), np.array([False, True, False, False, True]), slice(1, 3)):
        taken = PETS.take(chosen)
        assert len(taken) == 2
        np.testing.assert_array_equal(taken.images, IMAGES[chosen])
        np.testing.assert_array_equal(taken.labels, PETS.labels[chosen])
        assert taken.label_names == PETS.label_names


def test_some_are_different_images_by_their_seed() -> None:
    assert sorted(PETS.some(9, 0).tolist()) == [0, 1, 2, 3, 4]
    assert PETS.some(3, 1).tolist() == PETS.some(3, 1).tolist()
    assert len(set(PETS.some(3, 1).tolist())) == 3
    assert len({tuple(PETS.some(3, seed).tolist()) for seed in range(9)}) > 1


def test_classes_are_numbered_as_a_model_numbers_them() -> None:
    renumbered = PETS.with_classes_of(("dog", "hen", "cat"))
    assert renumbered.labels.tolist() == [2, 0, 0, 2, 0]
    assert renumbered.label_names == ("dog", "hen", "cat")
    assert renumbered.images is IMAGES
    with pytest.raises(ByhandError, match=r"label dog, and the model knows only cat, hen"):
        PETS.with_classes_of(("cat", "hen"))
    # A label that no image has need not be known.
    assert PETS.take(PETS.labels == 0).with_classes_of(("cat",)).labels.tolist() == [0, 0]


def test_what_is_shown_of_them_is_short_and_without_addresses() -> None:
    assert repr(PETS) == "5 images of 3 x 4 pixels, uint8, 2 labels: cat, dog"
    assert repr(Dataset("folder", PETS, PETS.take(slice(2)))) == (
        "<Dataset folder: 5 training images and, to test on, 2 images of 3 x 4 pixels, uint8, 2 labels: cat, dog>"
    )
    many = LabelledImages(IMAGES, PETS.labels, tuple(f"L{i}" for i in range(500)))
    assert repr(many).endswith("500 labels: L0, L1, L2, L3, L4, L5, L6, L7, L8, L9, L10, L11, ...")
    mnist = Dataset.mnist()
    for shown in (repr(PETS), repr(many), repr(mnist), repr(mnist.train)):
        assert "0x" not in shown
        assert len(shown) < 200
    assert "60,000" in repr(mnist) and "10,000" in repr(mnist)
