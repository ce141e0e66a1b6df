import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.data import load_mnist
from byhand.preprocessing.deskewing import LARGEST_SHRINKING, SMALLEST_SHRINKING, TARGET_SPREAD_OF_SIDE, deskew
from byhand.preprocessing.resampling import affine, resample


def moments(images: np.ndarray) -> np.ndarray:
    """Centre, spread along rows and columns, and slant of each image: shape (5, n)."""
    n, height, width = images.shape
    rows, columns = np.indices((height, width)).reshape(2, -1)
    ink = images.reshape(n, -1) / images.reshape(n, -1).sum(axis=1, keepdims=True)
    r, c = ink @ rows, ink @ columns
    rr = (ink * (rows - r[:, None]) ** 2).sum(axis=1)
    cc = (ink * (columns - c[:, None]) ** 2).sum(axis=1)
    rc = (ink * (rows - r[:, None]) * (columns - c[:, None])).sum(axis=1)
    return np.array([r, c, np.sqrt(rr), np.sqrt(cc), rc / rr])


def test_digits_become_upright_central_and_of_one_size() -> None:
    images = load_mnist().train_images[:500]
    before, after = moments(images), moments(deskew(images))
    assert np.abs(after[:2] - 13.5).max() < 0.5
    assert np.abs(after[4]).mean() < 0.03 < np.abs(before[4]).mean() / 5
    limits = before[2] / (28 * TARGET_SPREAD_OF_SIDE[0, 0])
    free = (limits > SMALLEST_SHRINKING[0, 0]) & (limits < LARGEST_SHRINKING[0, 0])
    assert free.mean() > 0.9
    assert after[2][free].std() < before[2].std() / 4
    assert after[2][free].mean() == pytest.approx(28 * TARGET_SPREAD_OF_SIDE[0, 0], rel=0.05)


def test_a_slanted_stretched_and_moved_digit_gives_the_same_image() -> None:
    images = load_mnist().train_images[:200]
    n = len(images)
    matrix = affine(np.zeros(n), np.full((2, n), 1.1), np.full(n, 0.3))
    away = np.indices((28, 28)) - 13.5
    sources = (np.einsum("nij,jyx->niyx", matrix, away) + 13.5 + np.array([1, -2])[:, None, None]).astype(np.float32)
    changed = resample(images.reshape(n, -1).astype(np.float32), sources).reshape(n, 28, 28)
    before = np.abs(changed - images).mean()
    assert np.abs(deskew(changed) - deskew(images.astype(np.float32))).mean() < before / 4


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_any_image_keeps_shape_type_and_range(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (3, height, width)).astype(np.uint8)
    images *= rng.random((3, 1, width)) < 0.5
    straight = deskew(images)
    assert straight.shape == images.shape and straight.dtype == np.uint8
    assert (straight.max(axis=(1, 2)) <= images.max(axis=(1, 2))).all()
    floats = deskew(images / 255)
    assert floats.dtype == np.float64 and np.isfinite(floats).all()
    np.testing.assert_allclose(255 * floats, straight, atol=0.51)


def test_an_empty_image_stays_empty_and_a_line_stands_up() -> None:
    images = np.zeros((2, 28, 28), np.uint8)
    images[1, 14, 5:20] = 255
    straight = deskew(images)
    assert not straight[0].any()
    assert moments(straight[1:])[0] == pytest.approx(13.5, abs=0.1)
