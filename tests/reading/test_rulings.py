"""Printed lines, and what must stay when they go."""

import numpy as np
from numpy.typing import NDArray

from byhand.reading.rulings import remove_rulings

EVERYWHERE = np.ones((400, 600), bool)


def ring(radius: int = 40, width: int = 8) -> NDArray[np.bool_]:
    """A 0 in the middle of the page."""
    y, x = np.indices(EVERYWHERE.shape)
    away = np.hypot(y - 200, x - 300)
    return (away < radius) & (away > radius - width)


def squared() -> NDArray[np.bool_]:
    """Squared background, a little tilted."""
    y, x = np.indices(EVERYWHERE.shape)
    return ((y + x // 40) % 50 < 2) | ((x - y // 40) % 50 < 2)


def test_squared_paper_goes_and_the_digit_stays() -> None:
    left = remove_rulings(ring() | squared(), EVERYWHERE)
    assert (left & ring()).sum() > 0.9 * ring().sum()
    assert (left & ~ring()).sum() < 0.05 * squared().sum()


def test_remove_rulings_all_stays() -> None:
    assert np.array_equal(remove_rulings(ring(), EVERYWHERE), ring())


def test_a_long_stroke_that_ends_within_the_page_is_no_line() -> None:
    one = np.zeros_like(EVERYWHERE)
    one[100:300, 298:304] = True
    assert np.array_equal(remove_rulings(one, EVERYWHERE), one)


def test_a_line_to_the_edge_is_one() -> None:
    line = np.zeros_like(EVERYWHERE)
    line[:, 298:301] = True
    assert not remove_rulings(line, EVERYWHERE).any()
