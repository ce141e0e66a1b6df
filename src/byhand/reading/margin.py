"""Margin: a picture cropped to its digits gets back some of the paper around them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from byhand.reading.background import luminance
from byhand.reading.components import Box, Component
from byhand.reading.page import edges_of
from byhand.reading.stages import Found

# As a part of the shorter side: of 150 numbers of two touching digits cropped to their ink, 73 instead of 40 % are
# read.
MARGIN_OF_SHORTER, LEAST_PX = 0.02, 2
# Where this part of the rim is of one colour, but for so many levels of grey, that is the paper's: broad strokes that
# meet the rim take up to four tenths of it.
RIM, RIM_LEVELS = 0.55, 24
# Larger pictures are pages, and take longer.
MOST_PX = 1600


def with_margin(colours: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Add a margin in the colour of the picture's rim, if that has one: the picture and the margin's width in pixels.

    Args:
        colours: uint8, shape (h, w, 3).
    """
    rim = np.concatenate(edges_of(luminance(colours)))
    alike = np.abs(rim - np.median(rim)) <= RIM_LEVELS
    if max(colours.shape[:2]) > MOST_PX or alike.mean() < RIM:
        return colours, 0
    px = max(LEAST_PX, round(MARGIN_OF_SHORTER * min(colours.shape[:2])))
    height, width = colours.shape[:2]
    larger = np.empty((height + 2 * px, width + 2 * px, 3), np.uint8)
    larger[:] = np.median(np.concatenate(edges_of(colours))[alike], axis=0)
    larger[px:-px, px:-px] = colours
    return larger, px


def without_margin(found: Found, px: int) -> Found:
    """What was found in a picture with a margin, in pixels of the picture itself."""
    if not px:
        return found
    height, width = (side - 2 * px for side in found.page.grey.shape)
    inner = slice(px, px + height), slice(px, px + width)

    def box(one: Box) -> Box:
        left, top, right, bottom = (side - px for side in one)
        return max(0, left), max(0, top), min(width, right), min(height, bottom)

    def component(one: Component) -> Component:
        left, top, right, bottom = box(one.box)
        rows = slice(top - one.top + px, bottom - one.top + px)
        columns = slice(left - one.left + px, right - one.left + px)
        return replace(one, density=one.density[rows, columns], left=left, top=top)

    page, ground = found.page, found.foreground
    return replace(
        found,
        page=replace(page, grey=page.grey[inner], inside=None if page.inside is None else page.inside[inner]),
        foreground=replace(
            ground, density=ground.density[inner], mask=ground.mask[inner], weak=ground.weak[inner],
            level=ground.level[inner],
        ),
        components=tuple(map(component, found.components)),
        cut=tuple(map(component, found.cut)),
        guesses=tuple(replace(one, component=component(one.component)) for one in found.guesses),
        lines=tuple(map(box, found.lines)),
        specks=tuple(map(box, found.specks)),
        signs=tuple(replace(one, box=box(one.box)) for one in found.signs),
    )  # fmt: skip
