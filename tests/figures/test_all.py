"""What holds for every figure."""

from pathlib import Path

import numpy as np
import pytest

from byhand.errors import ByhandError
from byhand.figures import DESCRIPTIONS, FIGURES, Examples, save
from byhand.model import Model

from .helpers import settings


def test_every_figure_has_a_description() -> None:
    assert list(FIGURES) == list(DESCRIPTIONS)
    assert all(text.endswith(".") and "\n" not in text for text in DESCRIPTIONS.values())


@pytest.mark.parametrize("name", FIGURES)
def test_same_input_same_bytes_and_settings_unchanged(
    name: str, digit_model: Model, digits: Examples, tmp_path: Path
) -> None:
    before = settings()
    contents = []
    for _ in range(2):
        save(FIGURES[name](digit_model, digits, count=None, seed=3), tmp_path / "figure.png")
        contents.append((tmp_path / "figure.png").read_bytes())
    assert contents[0] == contents[1]
    assert len(contents[0]) < 310_000
    assert settings() == before


@pytest.mark.parametrize("name", FIGURES)
def test_works_for_other_sizes_and_labels_and_nothing_is_cut_off(
    name: str, pet_model: Model, animals: Examples
) -> None:
    figure = FIGURES[name](pet_model, animals, count=None, seed=0)
    figure.draw_without_rendering()
    box = figure.get_tightbbox()  # in inches
    width, height = figure.get_size_inches()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("count", [0, -5, 10**6])
def test_impossible_counts(name: str, count: int, digit_model: Model, digits: Examples) -> None:
    with pytest.raises(ByhandError, match="count"):
        FIGURES[name](digit_model, digits, count=count, seed=0)


def test_no_images() -> None:
    with pytest.raises(ByhandError, match="no images to draw"):
        Examples(np.zeros((0, 28, 28)), np.zeros(0, int), ("0", "1"))
