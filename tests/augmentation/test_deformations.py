from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from byhand.augmentation.deformations import Deformations
from byhand.preprocessing.resampling import affine, resample

NONE = Deformations()
ALL = Deformations(rotation=15, scale=0.15, shear=0.15, shift=2, elastic=1.2, smoothness=4)
SEEDS = st.integers(0, 2**32 - 1)


def noise(n: int, height: int, width: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).random((n, height * width), np.float32)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(st.integers(1, 7), st.integers(1, 9), st.integers(1, 9), st.sampled_from([0.3, 2, 50]), SEEDS)
def test_resampling_is_bilinear_with_0_outside(n: int, height: int, width: int, far: float, seed: int) -> None:
    images = noise(n, height, width, seed)
    bends = rng(seed).normal(0, far, (n, 2, height, width))
    sources = (np.indices((height, width)) + bends).astype(np.float32)
    deformed = resample(images, sources).reshape(n, height, width)
    for got, image, source in zip(deformed, images.reshape(n, height, width), sources, strict=True):
        # Within a pixel of the edge SciPy's own "constant" cuts off; a border of 0 makes both the same.
        truth = map_coordinates(np.pad(image, 2), source.astype(np.float64) + 2, order=1, cval=0)
        np.testing.assert_allclose(got, truth, atol=2e-5)


@given(arrays(np.float32, (5, 12), elements=st.floats(-1, 1, width=32)), st.integers(1, 6), SEEDS)
def test_without_strength_nothing_changes(images: NDArray[np.float32], group: int, seed: int) -> None:
    assert np.array_equal(replace(NONE, group=group).deform(images, 3, 4, rng(seed)), images)


def test_weaker_deformations_move_pixels_less_in_proportion() -> None:
    half, full = (ALL.weaker(strength).fields(3, 28, 28, rng()) for strength in (0.5, 1))
    still = np.indices((28, 28))
    ratio = np.abs(half - still).mean() / np.abs(full - still).mean()
    assert ratio == pytest.approx(0.5, abs=0.02)
    assert np.array_equal(ALL.weaker(0).fields(3, 28, 28, rng())[0], still)


@given(st.integers(-9, 9), st.integers(-9, 9))
def test_shifts_by_whole_pixels_are_exact(down: int, right: int) -> None:
    images = noise(2, 7, 5)
    sources = (np.indices((7, 5)) - np.array([down, right])[:, None, None]).astype(np.float32)
    framed = np.pad(images.reshape(2, 7, 5), [(0, 0), (9, 9), (9, 9)])
    truth = framed[:, 9 - down : 16 - down, 9 - right : 14 - right]
    assert np.array_equal(resample(images, sources[np.newaxis], group=2).reshape(2, 7, 5), truth)


def test_a_quarter_turn_clockwise() -> None:
    images = noise(3, 28, 28)
    matrix = affine(np.full(3, np.pi / 2), np.ones((2, 3)), np.zeros(3))
    away = np.indices((28, 28)) - 13.5
    sources = (np.einsum("nij,jyx->niyx", matrix, away) + 13.5).astype(np.float32)
    turned = resample(images, sources).reshape(3, 28, 28)
    np.testing.assert_allclose(turned, np.rot90(images.reshape(3, 28, 28), -1, (1, 2)), atol=1e-5)


@given(st.floats(-3, 3), st.floats(0.5, 2), st.floats(0.5, 2), st.floats(-1, 1))
def test_affine_is_scale_then_shear_then_rotation(angle: float, rows: float, columns: float, shear: float) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    truth = turn @ np.array([[1, 0], [shear, 1]]) @ np.diag([rows, columns])
    got = affine(np.array([angle]), np.array([[rows], [columns]]), np.array([shear]))
    np.testing.assert_allclose(got[0], truth, atol=1e-12)


@pytest.mark.parametrize(
    ("deformations", "strongest"),
    [
        # How far the corner of 21 x 21 pixels, 10 rows and 10 columns from the centre, moves at most along an axis.
        (Deformations(rotation=30), 10 * np.sin(np.radians(30)) + 10 * (1 - np.cos(np.radians(30)))),
        (Deformations(scale=0.2), 2.0),
        (Deformations(shear=0.3), 3.0),
        (Deformations(shift=1.5), 1.5),
    ],
)
def test_affine_strengths_are_the_farthest(deformations: Deformations, strongest: float) -> None:
    moved = np.abs(deformations.fields(2000, 21, 21, rng()) - np.indices((21, 21)))
    assert 0.99 * strongest < moved.max() <= strongest + 1e-5
    centre = moved[:, :, 10, 10].max()
    assert centre == pytest.approx(deformations.shift, rel=0.01)


@pytest.mark.parametrize("smoothness", [1, 4, 6])
def test_bending_is_white_noise_smoothed_by_a_gaussian(smoothness: float) -> None:
    bends = Deformations(elastic=1.5, smoothness=smoothness).fields(4000, 20, 16, rng()) - np.indices((20, 16))
    np.testing.assert_allclose(bends.std(axis=0), 1.5, rtol=0.06)
    assert abs(np.mean(bends[:, 0] * bends[:, 1])) < 0.05
    # The same by the book: noise on a plane much larger than the image.
    smooth = gaussian_filter(rng(1).standard_normal((800, 800)), smoothness)
    for distance in (1, 3, 6):
        truth = np.mean(smooth[distance:] * smooth[:-distance]) / np.mean(smooth**2)
        correlation = np.mean(bends[:, :, distance:] * bends[:, :, :-distance]) / 1.5**2
        assert correlation == pytest.approx(truth, abs=0.04)


def test_strength_by_simard_steinkraus_platt() -> None:
    smooth = 34 * gaussian_filter(rng().uniform(-1, 1, (1000, 1000)), 4)
    assert smooth.std() == pytest.approx(1.38, rel=0.03)


@given(st.integers(0, 9), st.integers(1, 4), SEEDS)
def test_same_seed_same_bits(n: int, group: int, seed: int) -> None:
    deformations = replace(ALL, group=group)
    images = noise(n, 9, 8)
    kept = images.copy()
    first = deformations.deform(images, 9, 8, rng(seed))
    assert np.array_equal(images, kept)
    assert first.dtype == np.float32
    assert first.shape == images.shape
    assert deformations.deform(images, 9, 8, rng(seed), out=images) is images
    assert first.tobytes() == images.tobytes()


@given(arrays(np.float64, (3, 30), elements=st.floats(-5, 5)), SEEDS)
def test_no_value_beyond_those_of_the_image_and_0(images: NDArray[Any], seed: int) -> None:
    deformed = ALL.deform(images, 6, 5, rng(seed))
    assert deformed.dtype == np.float64
    assert deformed.min() >= min(0, images.min()) - 1e-12
    assert deformed.max() <= max(0, images.max()) + 1e-12


@pytest.mark.parametrize(("n", "group"), [(1, 4), (11, 4), (150, 1), (150, 7), (150, 64), (150, 1000)])
def test_who_is_deformed_alike(n: int, group: int) -> None:
    deformed = replace(ALL, group=group).deform(np.repeat(noise(1, 8, 8), n, axis=0), 8, 8, rng())
    alike = [np.array_equal(*pair) for pair in pairwise(deformed)]
    assert alike == [place % group != 0 for place in range(1, n)]
