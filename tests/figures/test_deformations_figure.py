"""The figure of the deformations."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure

from byhand.data import LabelledImages
from byhand.errors import ByhandError
from byhand.figures.deformations import EACH, KINDS, draw_deformations

from .helpers import settings, texts


def picture(figure: Figure) -> np.ma.MaskedArray:
    pixels = figure.axes[0].images[0].get_array()
    assert pixels is not None
    return np.ma.masked_invalid(pixels)


def test_a_row_per_image_begins_with_the_original(digits: LabelledImages) -> None:
    figure = draw_deformations(digits, 3, seed=1)
    pixels = picture(figure)
    per_row = 1 + EACH * len(KINDS)
    tiles = pixels.compressed().reshape(3, 28, per_row, 28).swapaxes(1, 2)
    assert np.array_equal(tiles[:, 0], digits.images[digits.some(3, 1)])
    assert len(np.unique(tiles.reshape(-1, 784), axis=0)) == 3 * per_row
    assert {"original", "affine", "elastic", "both"} <= set(texts(figure))


def test_same_seed_same_figure_and_settings_unchanged(digits: LabelledImages) -> None:
    before = settings()
    first, again, other = (picture(draw_deformations(digits, 2, seed=seed)) for seed in (0, 0, 1))
    assert np.array_equal(first.filled(-1), again.filled(-1))
    assert not np.array_equal(first.filled(-1), other.filled(-1))
    assert settings() == before


def test_nothing_is_cut_off_or_overlaps_with_narrow_images(animals: LabelledImages) -> None:
    figure = draw_deformations(animals)
    figure.draw_without_rendering()
    box = figure.get_tightbbox()  # in inches
    width, height = figure.get_size_inches()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
    names = [text.get_window_extent() for text in figure.axes[0].texts]
    assert all(one.x1 < other.x0 for one, other in pairwise(names))


@pytest.mark.parametrize("count", [0, 10**6])
def test_impossible_counts(count: int, digits: LabelledImages) -> None:
    with pytest.raises(ByhandError, match="count"):
        draw_deformations(digits, count)
