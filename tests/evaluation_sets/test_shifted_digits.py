"""The imitations are what they say, differ by seed only, and still show their digits."""

import numpy as np
import pytest
from numpy.typing import NDArray

import byhand
from byhand.model import load_model, shipped_model
from evaluation_sets.shifted_digits.corruptions import CORRUPTIONS, HELD_OUT, corrupt
from evaluation_sets.shifted_digits.hands import form_cuttings, mouse_drawings, postal_scans
from evaluation_sets.shifted_digits.other_signs import doodles, letters


@pytest.fixture(scope="module")
def digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    mnist = byhand.load_mnist()
    return mnist.test_images[:200], mnist.test_labels[:200]


def test_fifteen_kinds_three_of_them_held_out() -> None:
    assert len(CORRUPTIONS) == 15
    assert len(HELD_OUT) == 3
    assert set(HELD_OUT) <= set(CORRUPTIONS)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_corruptions_spoil_but_can_be_read(name: str, digits: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> None:
    images, labels = digits
    spoilt = corrupt(images, name, 1)
    assert spoilt.shape == images.shape
    assert spoilt.dtype == np.uint8
    assert np.array_equal(spoilt, corrupt(images, name, 1))
    assert (spoilt != images).any(axis=(1, 2)).mean() > 0.9
    # As they are, with nothing taken away or cut out: the network itself has learned what to make of them.
    read = load_model(shipped_model("reader")).predict(spoilt)
    assert (read == labels).mean() > 0.8


def test_hands(digits: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> None:
    images, labels = digits[0][:12], digits[1][:12]
    for make, size in ((mouse_drawings, (28, 28)), (postal_scans, (16, 16))):
        pictures, again = make(images, 3), make(images, 3)
        assert {picture.shape for picture in pictures} == {size}
        assert all(np.array_equal(*pair) for pair in zip(pictures, again, strict=True))
        assert all(int(picture.max()) - int(picture.min()) > 100 for picture in pictures)
    cuttings, truth = form_cuttings(images, labels, 3)
    assert np.array_equal(truth, labels)
    for picture in cuttings:
        assert 34 <= len(picture) <= 46
        assert np.median(picture) > picture.min() + 50  # dark on light


def test_other_signs() -> None:
    for make in (letters, doodles):
        pictures, again = make(9, 3), make(9, 3)
        assert all(np.array_equal(*pair) for pair in zip(pictures, again, strict=True))
        assert all(picture.min() < 100 < np.median(picture) for picture in pictures)
