"""What holds for every figure."""

from pathlib import Path

import numpy as np
import pytest

from byhand.data import LabelledImages
from byhand.errors import ByhandError
from byhand.figures import FIGURES, PICTURE, SWEEP, draw
from byhand.figures.style import save
from byhand.model import Model

from .helpers import settings

# Those of data and models; the others need a picture.
NAMES = [name for name, entry in FIGURES.items() if not {PICTURE, SWEEP} & {*entry.needs}]


def test_every_figure_has_a_description() -> None:
    descriptions = [entry.description for entry in FIGURES.values()]
    assert all(text.endswith(".") and "\n" not in text for text in descriptions)
    assert set(FIGURES) - set(NAMES) == {"reading", "sweep"}


@pytest.mark.parametrize("name", NAMES)
def test_same_input_same_bytes_and_settings_unchanged(
    name: str, digit_model: Model, digits: LabelledImages, tmp_path: Path
) -> None:
    before = settings()
    contents = []
    for _ in range(2):
        save(draw(name, digit_model, digits, seed=3), tmp_path / "figure.png")
        contents.append((tmp_path / "figure.png").read_bytes())
    assert contents[0] == contents[1]
    assert len(contents[0]) < 310_000
    assert settings() == before


@pytest.mark.parametrize("name", NAMES)
def test_works_for_other_sizes_and_labels_and_nothing_is_cut_off(
    name: str, pet_model: Model, animals: LabelledImages
) -> None:
    figure = draw(name, pet_model, animals)
    figure.draw_without_rendering()
    box = figure.get_tightbbox()  # in inches
    width, height = figure.get_size_inches()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", [0, -5, 10**6])
def test_impossible_counts(name: str, count: int, digit_model: Model, digits: LabelledImages) -> None:
    with pytest.raises(ByhandError, match="count"):
        draw(name, digit_model, digits, count=count)


@pytest.mark.parametrize("name", [name for name in NAMES if "examples" in FIGURES[name].needs])
def test_no_images(name: str, digit_model: Model) -> None:
    nothing = LabelledImages(np.zeros((0, 28, 28)), np.zeros(0, int), digit_model.label_names)
    with pytest.raises(ByhandError, match="no images to draw"):
        draw(name, digit_model, nothing)
