import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import center_of_mass, distance_transform_edt, label

import byhand
from byhand.augmentation.drawn_digits import DIGITS, draw_digits
from byhand.augmentation.outliers import SIGNS, draw_outliers
from byhand.augmentation.strokes import Hand, draw, draw_lines, parse

STEADY = Hand(wobble=0, slant=0, turn=0, stretch=1, thinnest=2, thickest=2)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_stick() -> None:
    (stick,) = draw("- 50 0 50 100", 1, rng(), STEADY)
    rows, columns = np.flatnonzero(stick.max(axis=1) > 127), np.flatnonzero(stick.max(axis=0) > 127)
    assert (rows[0], rows[-1]) == (4, 24)  # 20 pixels long
    assert (columns[0], columns[-1]) == (13, 15)  # and 2 wide, its middle in pixel 14
    assert stick.max() == 255


def test_a_line_is_as_far_as_its_nearest_point() -> None:
    corners = rng().uniform(0, 1, (3, 5, 2))
    drawn = draw_lines(corners, np.ones(4, bool), rng(), STEADY)
    for image in drawn:
        assert label(image > 0)[1] == 1  # one piece
        # A pen of 2 pixels and an edge of 1.3: nowhere much thicker, but where lines meet.
        assert np.median(distance_transform_edt(image > 127)[image > 127]) <= 2


def test_the_pen_is_lifted() -> None:
    (two,) = draw("- 0 0 0 100 / - 100 0 100 100", 1, rng(), STEADY)
    assert label(two > 0)[1] == 2


def test_a_curve_goes_through_its_points() -> None:
    points, mix, down = parse("~ 0 0 50 80 100 20 / - 10 10 20 20")
    line = mix @ points
    for point in points:
        assert np.linalg.norm(line - point, axis=1).min() < 1e-12
    assert down.sum() == len(down) - 1
    np.testing.assert_allclose(mix.sum(axis=1), 1)


@pytest.mark.parametrize("shape", [shape for ways in (*DIGITS, SIGNS) for shape in ways])
def test_shapes_have_mnists_form(shape: str) -> None:
    drawn = draw(shape, 20, rng())
    assert drawn.shape == (20, 28, 28)
    assert drawn.dtype == np.uint8
    for image in drawn:
        rows, columns = np.flatnonzero(image.max(axis=1) > 127), np.flatnonzero(image.max(axis=0) > 127)
        extent = max(np.ptp(rows), np.ptp(columns)) + 1
        assert 18 <= extent <= 21
        np.testing.assert_allclose(center_of_mass(image), 14, atol=1.5)


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(0, 2**32 - 1))
def test_same_seed_same_bits(count: int, seed: int) -> None:
    digits = np.full((2, 28, 28), 255, np.uint8)
    images, labels = draw_digits(count, rng(seed))
    assert images.shape == (count, 28, 28)
    assert images.tobytes() == draw_digits(count, rng(seed))[0].tobytes()
    assert ((labels >= 0) & (labels <= 9)).all()
    outliers = draw_outliers(count, digits, rng(seed))
    assert outliers.shape == (count, 28, 28)
    assert outliers.tobytes() == draw_outliers(count, digits, rng(seed)).tobytes()


def test_most_drawn_digits_are_read_by_a_network_that_knows_mnist() -> None:
    images, labels = draw_digits(1000, rng())
    read = byhand.load_model().predict(images)
    for digit in (0, 2, 3, 4, 5, 6, 8, 9):
        assert (read == labels)[labels == digit].mean() > 0.6, digit


def test_pairs_show_both_digits() -> None:
    def halves(images: NDArray[np.uint8]) -> tuple[float, float]:
        return images[:, :, :14].mean(), images[:, :, 14:].mean()

    digits = np.zeros((1, 28, 28), np.uint8)
    digits[:, 4:24, 10:18] = 255
    outliers = draw_outliers(400, digits, rng())[220:300]  # pairs come before negatives
    left, right = halves(outliers)
    assert left > 20
    assert right > 20
