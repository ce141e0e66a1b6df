"""The pipeline: from a picture to guesses, one pure stage after the other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from byhand.reading.components import (
    Box,
    Component,
    ComponentSettings,
    connected_components,
    is_noise,
    is_speck,
    rescaled,
    usual_darkness,
    usual_height,
)
from byhand.reading.foreground import Foreground, ForegroundSettings, subtract_background
from byhand.reading.grouping import Classify, GroupingSettings, Guess, group, guess
from byhand.reading.page import Page, PageSettings, find_pages
from byhand.reading.preparation import stroke_width
from byhand.reading.resizing import enlarged, reduced
from byhand.reading.rulings import RulingSettings, remove_rulings
from byhand.reading.signs import FoundSign, SignSettings, take_signs
from byhand.reading.splitting import SplittingSettings, doubted, split

# What is fainter than this part of the usual darkness, and whose size times that darkness squared is below this part of
# the usual height, shines through from the back. Without the first condition, tiny digits beside huge ones are lost:
# 59 instead of 73 % of those on 24 such pages were read. Without both, marks from the back are read as digits.
SHINING_THROUGH_OF_DARKNESS = 0.6
LEAST_PROMINENT = 0.15


@dataclass(frozen=True)
class Settings:
    """The settings of every stage; a stage whose settings are None is left out, where that is possible.

    Attributes:
        broad_of_window: strokes broader than this part of the background's window are read with a plane as the
            background, too.
        alternatives: whether several ways to see the picture are compared; else the likeliest is taken.
        enlarged_px: smaller pictures are enlarged to about this side, so that strokes are several pixels wide.
        compared_px: longer side of the picture in which they are.
        second_thought: a less likely way must be worth so many times as much: the root of the number of digits, times
            their part of all foreground, cubed.
        legible: where digits are more than this part of all foreground, no other way is tried.
    """

    page: PageSettings | None = field(default_factory=PageSettings)
    foreground: ForegroundSettings = field(default_factory=ForegroundSettings)
    rulings: RulingSettings | None = field(default_factory=RulingSettings)
    components: ComponentSettings = field(default_factory=ComponentSettings)
    grouping: GroupingSettings | None = field(default_factory=GroupingSettings)
    splitting: SplittingSettings | None = field(default_factory=SplittingSettings)
    signs: SignSettings | None = None
    broad_of_window: float = 0.5
    alternatives: bool = True
    enlarged_px: int = 112
    compared_px: int = 640
    second_thought: float = 1.5
    legible: float = 0.9


@dataclass(frozen=True)
class Found:
    """What is found on a page.

    Attributes:
        page: the page.
        foreground: what is written on it, rulings included.
        components: what is left without rulings.
        lines: boxes of the rulings.
        specks: boxes of what is too small or too faint to be written, but no noise.
        guesses: digits and what looks like none, in no particular order.
        signs: what may be a point or a minus, if signs are looked for.
    """

    page: Page
    foreground: Foreground
    components: tuple[Component, ...] = ()
    lines: tuple[Box, ...] = ()
    specks: tuple[Box, ...] = ()
    guesses: tuple[Guess, ...] = ()
    signs: tuple[FoundSign, ...] = ()


def find_digits(colours: NDArray[np.uint8], classify: Classify, settings: Settings | None = None) -> Found:
    """Find the digits in a picture, and what is written beside them.

    Args:
        colours: uint8, shape (h, w, 3).
        classify: gives the probabilities of images in MNIST's form.
        settings: see `Settings`.
    """
    settings = settings or Settings()
    colours, factor = enlarged(colours, settings.enlarged_px)
    best = _likeliest(colours, classify, settings)
    usual, dark = usual_height(best.components), usual_darkness(best.components)
    components = best.components
    signs: tuple[FoundSign, ...] = ()
    if settings.signs:
        components, signs = take_signs(components, best.lines, settings.signs)
    large: list[Component] = []
    small: list[Component] = []
    for piece in components:
        (small if is_speck(piece, usual, settings.components) else large).append(piece)
    guesses = split(group(large, classify, settings.grouping), classify, settings.splitting)
    kinds: dict[str, list[Guess]] = {"written": [], "speck": [], "line": []}
    for one in guesses:
        if is_plus(one):
            one = replace(one, probabilities=doubted(one.probabilities, 0.0))
        kinds[kind_of(one, usual, dark)].append(one)
    specks = [one for one in small if not is_noise(one.height, one.width, one.amount, settings.components)]
    specks += [one.component for one in kinds["speck"]]
    found = replace(
        best,
        signs=signs,
        guesses=tuple(kinds["written"]),
        specks=(*best.specks, *(one.box for one in specks)),
        lines=(
            *(box for box in best.lines if all(box != one.box for one in signs)),
            *(one.component.box for one in kinds["line"]),
        ),
    )
    return found if factor == 1 else in_smaller(found, factor)


def in_smaller(found: Found, factor: int) -> Found:
    """What was found in an enlarged picture, in pixels of the picture itself."""

    def smaller(box: Box) -> Box:
        left, top, right, bottom = box
        return left // factor, top // factor, -(-right // factor), -(-bottom // factor)

    return replace(
        found,
        guesses=tuple(replace(one, component=rescaled(one.component, 1 / factor)) for one in found.guesses),
        components=tuple(rescaled(one, 1 / factor) for one in found.components),
        lines=tuple(map(smaller, found.lines)),
        specks=tuple(map(smaller, found.specks)),
        signs=tuple(replace(one, box=smaller(one.box)) for one in found.signs),
    )


def _likeliest(colours: NDArray[np.uint8], classify: Classify, settings: Settings) -> Found:
    """Of all ways to see the picture, as a page in either polarity or on a desk, the one that shows most digits.

    They are compared in a reduced picture.
    """
    rough, _ = reduced(colours, settings.compared_px)
    pages = list(find_pages(rough, settings.page))
    planes = (False, True) if settings.alternatives else (False,)
    ways = [(page, plane) for page in pages[: None if settings.alternatives else 1] for plane in planes]
    ways = [(page, plane) for page, plane in ways if not plane or has_broad_strokes(page, settings)]
    best, most = 0, -1.0
    for i, (page, plane) in enumerate(ways if len(ways) > 1 else ()):
        count, part = legibility(find_components(page, settings, plane=plane).components, classify)
        worth = math.sqrt(count) * part**3
        # The likeliest comes first: a later one must show much more.
        if worth > settings.second_thought * most:
            best, most = i, worth
        if part > settings.legible:
            break
    page, plane = ways[best]
    return find_components(page.of(colours), settings, plane=plane)


def has_broad_strokes(page: Page, settings: Settings) -> bool:
    """Tell whether strokes are too broad for the window in which the background is found."""
    foreground = subtract_background(page, settings.foreground, plane=True)
    window = settings.foreground.window_of_shorter * min(page.grey.shape)
    usual = stroke_width(np.where(foreground.mask, foreground.density, 0))
    return bool(math.isfinite(usual) and usual > settings.broad_of_window * window)


def find_components(page: Page, settings: Settings, *, plane: bool = False) -> Found:
    """Find the connected components on a page, and the rulings that are taken out first."""
    foreground = subtract_background(page, settings.foreground, plane=plane)
    lines: tuple[Box, ...] = ()
    rest = foreground
    if settings.rulings is not None:
        rest, lines = remove_rulings(foreground, page.inside, settings.rulings)
    components, faint = connected_components(rest, settings.components)
    return Found(page, foreground, components, lines, faint)


def legibility(components: Sequence[Component], classify: Classify, most: int = 80) -> tuple[int, float]:
    """How many components read as digits, and which part of all foreground they are, 0 to 1."""
    likely = sorted(components, key=lambda one: one.amount, reverse=True)[:most]
    likely = [one for one in likely if one.height >= 8 and one.height / 12 < one.width < 2 * one.height]
    confident = [one for one in guess(likely, classify) if one.confidence >= 0.7]
    part = sum(one.component.amount for one in confident) / max(sum(one.amount for one in components), 1)
    return len(confident), part


def kind_of(one: Guess, usual_px: float, usual_darkness: float) -> str:
    """Tell whether a group of another size or darkness than the others is "written", or a "speck" or a "line"."""
    size = max(one.component.height, one.component.width) / usual_px
    if one.digit == 1 and size > 1.9:
        return "line"
    darkness = one.component.darkness / usual_darkness
    shines = darkness < SHINING_THROUGH_OF_DARKNESS and size * darkness**2 < LEAST_PROMINENT
    if (size < 0.25 and one.confidence <= 0.9) or (one.digit == 1 and size < 0.4) or shines:
        return "speck"
    return "written"


def is_plus(one: Guess) -> bool:
    """Tell a plus from the 1 that it looks like to the network: wide, and its corners are empty."""
    height, width = one.component.density.shape
    if one.digit != 1 or not 0.6 * height < width < 1.7 * height:
        return False
    y, x = 3 * height // 10, 3 * width // 10
    cross = one.component.density[y : height - y].sum() + one.component.density[:, x : width - x].sum()
    cross -= one.component.density[y : height - y, x : width - x].sum()
    return bool(cross > 0.95 * one.component.amount)
