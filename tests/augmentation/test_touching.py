"""Pairs of touching digits to learn from, and what is none."""

import numpy as np
import pytest

import byhand
from byhand.augmentation.outliers import SIGNS
from byhand.augmentation.touching import (
    FOREGROUND,
    cut_off,
    draw_pairs,
    edges_of,
    first_columns,
    fitted,
    last_columns,
    side_by_side,
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def some_digits(count: int, seed: int = 0) -> np.ndarray:
    return byhand.load_mnist().train_images[rng(seed).integers(1000, size=count)].astype(np.float32)


def test_pairs_are_drawn_with_their_labels_and_others_after_them() -> None:
    mnist = byhand.load_mnist()
    images, labels = draw_pairs(40, 20, mnist.train_images[:500], mnist.train_labels[:500], SIGNS, rng())
    assert images.shape == (60, 24, 44)
    assert images.dtype == np.uint8
    assert set(labels[40:]) == {"other"}
    assert all(len(label) == 2 and label.isdigit() for label in labels[:40])
    again, _ = draw_pairs(40, 20, mnist.train_images[:500], mnist.train_labels[:500], SIGNS, rng())
    np.testing.assert_array_equal(again, images)


def test_labels_name_the_left_digit_first() -> None:
    tall, short = np.zeros((2, 28, 28), np.uint8)
    tall[4:24, 10:18], short[10:18, 10:18] = 255, 255
    images, labels = draw_pairs(40, 0, np.array([tall, short]), np.array([0, 1]), SIGNS, rng())
    assert {"01", "10"} < set(labels)
    for image, label in zip(images, labels, strict=True):
        written = np.flatnonzero(image.max(axis=0) > FOREGROUND)
        middle = (written[0] + written[-1]) // 2
        if label in {"01", "10"}:
            left, right = image[:, :middle].sum(dtype=float), image[:, middle:].sum(dtype=float)
            assert (left > right) == (label == "01")


def test_what_is_drawn_fills_its_box_and_stays_in_it() -> None:
    mnist = byhand.load_mnist()
    images, _ = draw_pairs(50, 50, mnist.train_images[:500], mnist.train_labels[:500], SIGNS, rng())
    top, bottom, left, right = edges_of(images)
    assert (np.minimum(top, left) >= 1).all()
    assert (bottom <= 23).all()
    assert (right <= 43).all()
    assert np.maximum((bottom - top) / 20, (right - left) / 40).min() > 0.6


@pytest.mark.parametrize("seed", range(3))
def test_digits_side_by_side_come_as_close_as_three_pixels_either_way(seed: int) -> None:
    left, right = some_digits(50, seed), some_digits(50, seed + 10)
    wide, extents = side_by_side(left, right, rng(seed))
    assert wide.shape == (50, 28, 56)
    for one, image in enumerate(wide):
        (begin, end), (begin_right, end_right) = extents[:, :, one]
        written = np.flatnonzero((image > FOREGROUND).any(axis=0))
        assert (written[0], written[-1] + 1) == (min(begin, begin_right), max(end, end_right))
        assert image.sum() == pytest.approx(left[one].sum() + right[one].sum(), rel=0.25)


def test_a_piece_of_one_digit_is_left_when_it_is_cut_off() -> None:
    wide, extents = side_by_side(some_digits(60), some_digits(60, 1), rng())
    before = wide.copy()
    cut_off(wide, extents, (0.1, 0.7), rng())
    left = wide.sum(axis=(1, 2)) / before.sum(axis=(1, 2))
    assert (left < 1).all()
    assert (left > 0.3).all()
    np.testing.assert_array_equal(wide[wide > 0], before[wide > 0])


def test_fitted_brings_what_is_written_to_a_size_and_leans_it_to_the_right() -> None:
    images = np.zeros((2, 28, 56), np.float32)
    images[:, 4:14, 8:12] = 255
    upright, leaning = fitted(images, edges_of(images), (20, 40), (24, 44), lean=np.array([0.0, 0.5]))
    top, bottom, left, right = edges_of(upright[np.newaxis])[:, 0]
    assert (bottom - top, right - left) == pytest.approx((20, 8), abs=2.5)
    assert (top + bottom, left + right) == pytest.approx((24, 44), abs=1.5)
    begins = first_columns(leaning[np.newaxis])[0]
    rows = np.flatnonzero(begins < leaning.shape[1])
    assert begins[rows[0]] > begins[rows[-1]] + 4
    broad = fitted(images[:1], edges_of(images[:1]), (20, 40), (24, 44), stretch=1.5)
    assert (last_columns(broad).max() - first_columns(broad).min()) == pytest.approx(12, abs=2.5)
