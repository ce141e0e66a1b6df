"""The figure of the corruptions."""

import numpy as np
import pytest

from byhand.augmentation.corruptions import KINDS
from byhand.data import LabelledImages
from byhand.errors import ByhandError
from byhand.figures.corruptions import draw_corruptions

from .helpers import settings, texts


def test_a_row_per_kind_begins_with_the_originals(digits: LabelledImages) -> None:
    before = settings()
    figure = draw_corruptions(digits, 3, seed=1)
    picture = figure.axes[0].images[0].get_array()
    assert picture is not None
    pixels = np.ma.masked_invalid(picture).compressed()
    tiles = pixels.reshape(1 + len(KINDS), 28, 3, 28).swapaxes(1, 2)
    np.testing.assert_allclose(tiles[0], digits.images[digits.some(3, 1)] / digits.grey_range[1], atol=1e-6)
    assert all(not np.array_equal(row, tiles[0]) for row in tiles[1:])
    assert any(text.startswith("squeeze") for text in texts(figure))
    assert settings() == before


def test_nothing_is_cut_off(animals: LabelledImages) -> None:
    figure = draw_corruptions(animals)
    figure.draw_without_rendering()
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


def test_impossible_counts(digits: LabelledImages) -> None:
    with pytest.raises(ByhandError, match="count"):
        draw_corruptions(digits, 0)
