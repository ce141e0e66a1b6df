"""Every piece of foreground larger than a speck of noise is in a digit's box or in another thing's."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from byhand.model import Model
from byhand.reading import decode, from_array, reading_model, stages_of
from byhand.reading.components import EIGHT, ComponentSettings
from byhand.reading.reader import Stages
from evaluation_sets.generated_pages.pages import make_page

LEAST_PX = ComponentSettings().least_px


@pytest.fixture(scope="module")
def model() -> Model:
    return reading_model()


def lost(stages: Stages) -> list[tuple[slice, ...]]:
    """Where there are pieces of foreground that are larger than noise, and mostly outside all boxes."""
    assert stages.found
    foreground = stages.found.foreground
    height, width = foreground.mask.shape
    across, down = width / stages.reading.size[0], height / stages.reading.size[1]
    outside = foreground.density.copy()
    for left, top, right, bottom in [one.box for one in stages.reading.digits] + [o.box for o in stages.reading.other]:
        outside[int(top * down) : math.ceil(bottom * down), int(left * across) : math.ceil(right * across)] = 0
    labels, count = ndimage.label(foreground.mask, EIGHT)
    whole, missing = (ndimage.sum_labels(ink, labels, range(1, count + 1)) for ink in (foreground.density, outside))
    return [
        place
        for place, amount, part in zip(ndimage.find_objects(labels), whole, missing, strict=True)
        if max(side.stop - side.start for side in place) >= LEAST_PX and amount > LEAST_PX and part > amount / 2
    ]


@pytest.mark.parametrize("seed", range(640, 648))
def test_nothing_is_lost_on_generated_pages(seed: int, model: Model) -> None:
    page = make_page(seed)
    assert not lost(stages_of(decode(page.file), model))


def sheet() -> NDArray[np.uint8]:
    """Two large digits on white."""
    picture = np.full((400, 600), 250, np.uint8)
    picture[100:300, 100:120] = 20
    picture[100:300, 400:420] = 20
    return picture


def test_a_dot_beside_large_digits_is_a_speck(model: Model) -> None:
    picture = sheet()
    picture[290:299, 250:259] = 20
    other = stages_of(from_array(picture), model).reading.other
    assert [one.kind for one in other] == ["speck"]
    assert other[0].box[0] <= 250 and other[0].box[2] >= 259


def test_what_shines_through_is_a_speck(model: Model) -> None:
    picture = sheet()
    picture[100:300, 250:270] = 225
    other = stages_of(from_array(picture), model).reading.other
    assert [one.kind for one in other] == ["speck"]
    assert other[0].box[0] <= 250 and other[0].box[2] >= 270


def test_noise_is_left_out(model: Model) -> None:
    picture = sheet()
    picture[290:292, 250:252] = 20
    assert stages_of(from_array(picture), model).reading.other == ()
