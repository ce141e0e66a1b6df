import numpy as np
import pytest
from numpy.typing import NDArray

import byhand
from byhand.model import Model, load_model
from byhand.reading.views import bright_border, probabilities, probabilities_of_small


@pytest.fixture(scope="module")
def digits() -> NDArray[np.uint8]:
    return byhand.load_mnist().test_images[:100]


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


def test_the_mean_of_five_shifts(model: Model, digits: NDArray[np.uint8]) -> None:
    padded = np.pad(digits, [(0, 0), (1, 1), (1, 1)])
    looks = [
        model.predict_proba(padded[:, 1 - down : 29 - down, 1 - right : 29 - right])
        for down, right in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    np.testing.assert_allclose(probabilities(model, digits), np.mean(looks, axis=0), atol=1e-6)


def test_a_picture_and_its_negative_are_read_alike(model: Model, digits: NDArray[np.uint8]) -> None:
    striped = digits.copy()
    striped[:, :, :7] = 255 - striped[:, :, :7]
    striped[:, :, 21:] = 255 - striped[:, :, 21:]
    for pictures in (digits, striped):
        positive = probabilities_of_small(model, pictures, digits)
        np.testing.assert_allclose(positive.sum(axis=1), 1, atol=1e-6)
        np.testing.assert_allclose(probabilities_of_small(model, 255 - pictures, digits), positive, atol=1e-6)


def test_how_bright_the_border_is(digits: NDArray[np.uint8]) -> None:
    assert (bright_border(digits) < 0.1).all()
    assert (bright_border(255 - digits) > 0.9).all()
    picture = np.zeros((1, 28, 28), np.uint8)
    picture[:, :, :7] = picture[:, :, 21:] = 255
    assert bright_border(picture) == pytest.approx((2 * 28 + 2 * 12) / 108)


def test_both_views_count(model: Model, digits: NDArray[np.uint8]) -> None:
    blank = np.zeros_like(digits)
    whole, nothing = probabilities(model, digits), probabilities(model, blank)
    np.testing.assert_allclose(probabilities_of_small(model, digits, blank), (whole + nothing) / 2)
