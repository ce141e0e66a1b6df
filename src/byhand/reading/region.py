"""A region of a picture: only that part is read, and boxes stay in pixels of the whole upright picture."""

from collections.abc import Sequence
from dataclasses import replace

from byhand.data.decoding import Picture
from byhand.errors import ByhandError
from byhand.reading.components import Box

# Left, top, right, bottom: a number of pixels, or a text with % for a part of the width or height.
Region = Sequence[float | str]
SIDES = ("left", "top", "right", "bottom")


def check_region(region: Region | str) -> tuple[tuple[float, bool], ...]:
    """Four numbers, each with whether it is per cent.

    Args:
        region: four values, or one text with commas between them.

    Raises:
        ByhandError: not four numbers, or left and right, or top and bottom, are reversed or equal.
    """
    values = region.split(",") if isinstance(region, str) else list(region)
    if len(values) != 4:
        raise ByhandError(
            f"A region is LEFT,TOP,RIGHT,BOTTOM, in pixels or with %: {_written(values)} has {len(values)} values."
        )
    sides = []
    for value in values:
        text = str(value).strip()
        per_cent = text.endswith("%")
        try:
            number = float(text.removesuffix("%"))
        except ValueError:
            number = float("nan")
        if not (0 <= number < float("inf")) or (per_cent and number > 100):
            raise ByhandError(
                f"'{text}' in the region {_written(values)} is no number of pixels, 0 or more, and no 0% to 100%."
            )
        sides.append((number, per_cent))
    for low, high in ((0, 2), (1, 3)):
        if sides[low][1] == sides[high][1] and sides[low][0] >= sides[high][0]:
            raise _reversed(values, low)
    return tuple(sides)


def region_box(region: Region | str, size: tuple[int, int]) -> Box:
    """The region in pixels of a picture.

    Args:
        region: as `check_region` takes it.
        size: (width, height) of the upright picture.

    Raises:
        ByhandError: it is empty, reversed, or reaches beyond the picture.
    """
    values = region.split(",") if isinstance(region, str) else list(region)
    box = []
    for i, (number, per_cent) in enumerate(check_region(region)):
        whole = size[i % 2]
        place = round(number / 100 * whole) if per_cent else round(number)
        if place > whole:
            raise ByhandError(
                f"The region {_written(values)} reaches beyond the picture, which is {size[0]} x {size[1]} pixels."
            )
        box.append(place)
    for low, high in ((0, 2), (1, 3)):
        if box[low] >= box[high]:
            raise _reversed(values, low)
    return box[0], box[1], box[2], box[3]


def cut_out(picture: Picture, box: Box) -> tuple[Picture, tuple[int, int]]:
    """The part of a picture, and its left and top in pixels of the upright picture.

    A reduced picture is cut between its own pixels, so that the part may be larger by less than one of them.
    """
    across, down = picture.scale
    height, width = picture.colours.shape[:2]
    left, top = min(int(box[0] / across), width - 1), min(int(box[1] / down), height - 1)
    right, bottom = max(left + 1, -int(-box[2] // across)), max(top + 1, -int(-box[3] // down))
    part = picture.colours[top:bottom, left:right]
    size = round(part.shape[1] * across), round(part.shape[0] * down)
    return replace(picture, colours=part, size=(max(1, size[0]), max(1, size[1]))), (
        round(left * across),
        round(top * down),
    )


def moved(box: Box, by: tuple[int, int], size: tuple[int, int]) -> Box:
    """A box of the part, in pixels of the whole picture."""
    left, top, right, bottom = box
    return (
        min(left + by[0], size[0]), min(top + by[1], size[1]),
        min(right + by[0], size[0]), min(bottom + by[1], size[1]),
    )  # fmt: skip


def _written(values: Sequence[float | str]) -> str:
    return ",".join(str(value).strip() for value in values)


def _reversed(values: Sequence[float | str], low: int) -> ByhandError:
    return ByhandError(f"The region {_written(values)} is empty: its {SIDES[low + 2]} must be beyond its {SIDES[low]}.")
