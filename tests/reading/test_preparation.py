"""`prepare` gives MNIST's own images back, and the same image for a digit of any size, place or pen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import byhand
from byhand.reading.preparation import THICKEST, THINNEST, prepare, stroke_width


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return byhand.load_mnist().test_images[:200]


def enlarge(image: np.ndarray, times: int) -> np.ndarray:
    return np.asarray(np.kron(image / 255, np.ones((times, times))))


def test_images_of_mnist_come_back(images: np.ndarray) -> None:
    difference = np.array([np.abs(prepare(image / 255).astype(float) - image).mean() for image in images])
    assert np.median(difference) < 0.01  # of 255
    assert difference.mean() < 3


def test_they_are_still_read(images: np.ndarray) -> None:
    labels = byhand.load_mnist().test_labels[:200]
    model = byhand.load_model()
    read = model.predict(np.array([prepare(enlarge(image, 7)) for image in images]))
    assert (read == labels).mean() >= (model.predict(images) == labels).mean() - 0.02


def test_margins_change_nothing(images: np.ndarray) -> None:
    foreground = enlarge(images[0], 3)
    assert np.array_equal(prepare(np.pad(foreground, ((5, 40), (60, 0)))), prepare(foreground))


@pytest.mark.parametrize("times", [2, 5, 20])
def test_size_changes_little(images: np.ndarray, times: int) -> None:
    for image in images[:10]:
        once, enlarged = prepare(image / 255).astype(float), prepare(enlarge(image, times)).astype(float)
        assert np.abs(once - enlarged).mean() < 8


def stroke(width: float) -> np.ndarray:
    """A ring of radius 80 drawn with a pen of so many pixels."""
    y, x = np.indices((300, 300)) - 150
    return np.asarray(np.clip(width / 2 - np.abs(np.hypot(y, x) - 80) + 0.5, 0, 1))


@pytest.mark.parametrize("width", [1.5, 4, 10, 20, 40, 60])
def test_every_pen_gets_a_usual_width_and_full_contrast(width: float) -> None:
    image = prepare(stroke(width))
    assert THINNEST - 0.1 <= stroke_width(image / np.float32(255)) <= THICKEST + 0.4
    assert image.max() > 240
    assert image[14, 14] < 100  # the hole stays


def test_faint_ink_is_as_good_as_dark() -> None:
    assert np.abs(prepare(0.1 * stroke(20)).astype(int) - prepare(stroke(20))).max() <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (300, 20), (20, 300), (3, 3)])
def test_flat_and_tiny_things_fit(shape: tuple[int, int]) -> None:
    image = prepare(np.ones(shape))
    assert image.shape == (28, 28)
    assert image.max() > 200
    assert not (image[[0, -1]].any() or image[:, [0, -1]].any())


@pytest.mark.parametrize("shape", [(0, 0), (5, 7), (28, 28)])
def test_no_ink_gives_an_empty_image(shape: tuple[int, int]) -> None:
    assert not prepare(np.zeros(shape)).any()


@given(arrays(np.float64, st.tuples(st.integers(1, 60), st.integers(1, 60)), elements=st.floats(0, 1)))
def test_any_ink_gives_an_image(foreground: np.ndarray) -> None:
    image = prepare(foreground)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
