"""The pipeline: from a picture to guesses, one pure stage after the other."""

import itertools
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
    is_line,
    is_noise,
    is_speck,
    rescaled,
    usual_darkness,
    usual_height,
)
from byhand.reading.foreground import Foreground, ForegroundSettings, subtract_background
from byhand.reading.grouping import Classify, GroupingSettings, Guess, group, guess
from byhand.reading.page import Page, PageSettings, find_pages
from byhand.reading.preparation import SIZE, mean_darkness, stroke_width
from byhand.reading.resizing import enlarged, reduced, small
from byhand.reading.rulings import RulingSettings, remove_rulings, without_thin
from byhand.reading.signs import FoundSign, SignSettings, take_signs
from byhand.reading.splitting import SplittingSettings, doubted, split

# What is fainter than this part of the usual darkness, and whose size times that darkness squared is below this part of
# the usual height, shines through from the back. Without the first condition, tiny digits beside huge ones are lost:
# 59 instead of 73 % of those on 24 such pages were read. Without both, marks from the back are read as digits.
SHINING_THROUGH_OF_DARKNESS = 0.6
LEAST_PROMINENT = 0.15
# Smaller than this part of the usual height, what clearly is a digit is written however faint its thin strokes are:
# 36 instead of 47 errors in 170 digits on 40 pages of mixed sizes.
TINY_OF_USUAL = 0.4
CLEAR = 0.97  # confidence of what clearly is a digit
GRAINLESS_PX = 160  # longer side of a picture in which the breadth of strokes is measured


@dataclass(frozen=True)
class Settings:
    """The settings of every stage; a stage whose settings are None is left out, where that is possible.

    Attributes:
        broad_window_of_shorter: the window of the background for strokes too broad for the usual one, as a part of the
            page's shorter side (with a plane as the background, 39 errors on 120 pages of one digit instead of 22);
            None if no strokes are too broad.
        broad_of_window: strokes broader than this part of the usual window are too broad for it.
        thinnest_of_shorter: what is thinner than this part of the page's shorter side is a line; where strokes are too
            broad for the usual window, half as much as they are at least: 8 instead of 20 errors on 90 such pages.
        hard_to_read: where digits are less than this part of all foreground, strokes may be broad, however thin they
            seem.
        evenly_dark: a broad stroke is so evenly dark, 0 to 1; a shadow with strokes in it is not.
        alternatives: whether several ways to see the picture are compared; else the likeliest is taken.
        enlarged_px: smaller pictures are enlarged to about this side, so that strokes are several pixels wide.
        compared_px: longer side of the picture in which they are.
        second_thought: a less likely way must be worth so many times as much, or with a reason less than that.
        legible: where digits are more than this part of all foreground, no other way is tried.
        outlined: a page whose outline is seen is worth at least so much, however little on it is legible in the
            reduced picture; and what shows fewer digits, such as that outline taken for one, is no better.
    """

    page: PageSettings | None = field(default_factory=PageSettings)
    foreground: ForegroundSettings = field(default_factory=ForegroundSettings)
    rulings: RulingSettings | None = field(default_factory=RulingSettings)
    components: ComponentSettings = field(default_factory=ComponentSettings)
    grouping: GroupingSettings | None = field(default_factory=GroupingSettings)
    splitting: SplittingSettings | None = field(default_factory=SplittingSettings)
    signs: SignSettings | None = None
    broad_window_of_shorter: float | None = 0.25
    broad_of_window: float = 0.5
    thinnest_of_shorter: float = 0.0
    hard_to_read: float = 0.5
    evenly_dark: float = 0.7
    alternatives: bool = True
    enlarged_px: int = 112
    compared_px: int = 640
    second_thought: float = 1.5
    legible: float = 0.9
    outlined: float = 0.1

    def needed(self, *, less: bool) -> float:
        """How many times as much as a likelier way another one must be worth, or less than as much."""
        return 1 / self.second_thought if less else self.second_thought


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
    little: list[Component] = []
    lines: list[Component] = []
    for piece in components:
        if is_speck(piece, usual, settings.components):
            little.append(piece)
        else:
            (lines if is_line(piece, usual, settings.components) else large).append(piece)
    guesses = split(group(large, classify, settings.grouping), classify, settings.splitting)
    clear = [one.component for one in guesses if one.digit > 1 and one.confidence > CLEAR]
    kinds: dict[str, list[Guess]] = {"written": [], "speck": [], "line": []}
    for one in guesses:
        if is_plus(one) or (len(guesses) > 1 and is_cut_off(one, best.page.grey.shape)):
            one = replace(one, probabilities=doubted(one.probabilities, 0.0))
        kinds[kind_of(one, usual, dark, clear)].append(one)
    specks = [one for one in little if not is_noise(one.height, one.width, one.amount, settings.components)]
    specks += [one.component for one in kinds["speck"]]
    found = replace(
        best,
        signs=signs,
        guesses=tuple(kinds["written"]),
        specks=(*best.specks, *(one.box for one in specks)),
        lines=(
            *(box for box in best.lines if all(box != one.box for one in signs)),
            *(one.box for one in (*lines, *(one.component for one in kinds["line"]))),
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
    pages = find_pages(rough, settings.page)
    first, *second = itertools.islice(pages, 2 if settings.alternatives else 1)
    best, most, fewest = (first, settings), -1.0, -1.0
    shown = Legibility(0, 0, 0, only_ones=False, evenness=0)
    for page in itertools.chain([first], second, pages if second else ()):
        broad = settings.alternatives and has_broad_strokes(page, settings)
        if not second and not broad:
            break
        window, seen = _in_either_window(page, classify, settings, broad=broad)
        # The likeliest comes first: a later one must show much more, but for 1s, which holes and gaps look like.
        holes = shown.only_ones and not seen.only_ones and seen.stroke_px > settings.second_thought * shown.stroke_px
        if seen.worth > settings.needed(less=holes) * most and seen.number > fewest:
            best, most, shown = (page, window), seen.worth, seen
            if page.inside is not None:
                most, fewest = max(most, settings.outlined), seen.number
        if seen.part > settings.legible and not seen.only_ones:
            break
    page, window = best
    return find_components(page.of(colours), window)


def _in_either_window(
    page: Page, classify: Classify, settings: Settings, *, broad: bool
) -> tuple[Settings, "Legibility"]:
    """Find the background in the usual window, or in the wide one if strokes may be broad and it shows more."""
    usual, wide = legibility(find_components(page, settings).components, classify), for_broad_strokes(settings)
    if wide is None or not (broad or usual.only_ones or usual.part < settings.hard_to_read):
        return settings, usual
    other = legibility(find_components(page, wide).components, classify)
    # In the usual window, broad strokes fall into pieces, thinner ones, some of which look like digits, most of them
    # like 1s; in the wide one, so do shadows, but they are darker where something is written in them.
    pieces = other.stroke_px > settings.second_thought * usual.stroke_px or usual.only_ones
    shadow = other.only_ones and other.evenness <= settings.evenly_dark
    least_px = settings.broad_of_window * settings.foreground.window_of_shorter * min(page.grey.shape)
    if other.stroke_px > least_px and other.worth > settings.needed(less=pieces and not shadow) * usual.worth:
        return wide, other
    return settings, usual


def for_broad_strokes(settings: Settings) -> Settings | None:
    """The same settings where strokes are too broad for the usual window; None if they never are."""
    if settings.broad_window_of_shorter is None:
        return None
    return replace(
        settings,
        foreground=replace(settings.foreground, window_of_shorter=settings.broad_window_of_shorter),
        thinnest_of_shorter=settings.broad_of_window * settings.foreground.window_of_shorter / 2,
    )


def has_broad_strokes(page: Page, settings: Settings) -> bool:
    """Tell whether there may be strokes too broad for the usual window in which the background is found."""
    wide = for_broad_strokes(settings)
    if wide is None:
        return False
    foreground = subtract_background(page, wide.foreground)
    strokes = np.where(foreground.mask, foreground.density, 0)
    window = settings.foreground.window_of_shorter * min(strokes.shape)
    return bool(smooth_width(strokes, GRAINLESS_PX) > settings.broad_of_window * window)


def smooth_width(strokes: NDArray[np.float32], side_px: int) -> float:
    """The width of strokes in pixels, 0 if there are none: without their grain, in a picture reduced to such a side."""
    few = small(strokes, side_px)
    width = stroke_width(few) * max(strokes.shape) / max(few.shape)
    return width if math.isfinite(width) else 0.0


def find_components(page: Page, settings: Settings, *, plane: bool = False) -> Found:
    """Find the connected components on a page, and the rulings that are taken out first."""
    foreground = subtract_background(page, settings.foreground, plane=plane)
    rest, lines = without_thin(foreground, settings.thinnest_of_shorter * min(foreground.mask.shape))
    if settings.rulings is not None:
        rest, more = remove_rulings(rest, page.inside, settings.rulings)
        lines += more
    components, faint = connected_components(rest, settings.components)
    return Found(page, foreground, components, lines, faint)


@dataclass(frozen=True)
class Legibility:
    """How much of what is found reads as digits.

    Attributes:
        number: of digits; a small one counts less beside a tall one, and a 1 half as much: so do fragments of strokes.
        part: of all foreground, 0 to 1.
        stroke_px: the width of the strokes of digits other than 1; of all if there are none.
        only_ones: whether there are none.
        evenness: how evenly dark the least even of the digits is, 0 to 1.
    """

    number: float
    part: float
    stroke_px: float
    only_ones: bool
    evenness: float

    @property
    def worth(self) -> float:
        """What this way to see the picture is worth beside others."""
        return math.sqrt(self.number) * self.part**3


def legibility(components: Sequence[Component], classify: Classify, most: int = 80) -> Legibility:
    """Ask the network how much of the foreground are digits, taking each component for one."""
    likely = sorted(components, key=lambda one: one.amount, reverse=True)[:most]
    likely = [one for one in likely if one.height >= 8 and one.height / 12 < one.width < 2 * one.height]
    confident = [one for one in guess(likely, classify) if one.confidence >= 0.7]
    part = sum(one.component.amount for one in confident) / max(sum(one.amount for one in components), 1)
    heights = sum(one.component.height * (0.5 if one.digit == 1 else 1) for one in confident)
    solid = [one for one in confident if one.digit != 1]
    widths = [(smooth_width(one.component.density, SIZE), one.component.amount) for one in solid or confident]
    stroke_px = sum(width * amount for width, amount in widths) / max(sum(amount for _, amount in widths), 1)
    evenness = min((mean_darkness(one.component.density) for one in confident), default=0.0)
    return Legibility(heights / max((one.height for one in likely), default=1), part, stroke_px, not solid, evenness)


def kind_of(one: Guess, usual_px: float, usual_darkness: float, clear: Sequence[Component]) -> str:
    """Tell whether a group of another size or darkness than the others is "written", or a "speck" or a "line".

    Args:
        one: the group, and what it looks like.
        usual_px: the height of most of the foreground.
        usual_darkness: its darkness, 0 to 1.
        clear: what clearly is a digit other than 0 and 1: strokes and rings are in every drawing.
    """
    height = one.component.height
    size = max(height, one.component.width) / usual_px
    if one.digit == 1 and size > 1.9:
        return "line"
    darkness = one.component.darkness / usual_darkness
    shines = darkness < SHINING_THROUGH_OF_DARKNESS and size * darkness**2 < LEAST_PROMINENT
    if size < TINY_OF_USUAL and one.confidence > CLEAR:
        company = any(0.6 * height < other.height < 1.6 * height for other in clear)
        # Beside a large digit, too, a ring is written; a stroke there may be a divider or the end of a line.
        ring = one.digit == 0 and any(is_beside(one.component, other) for other in clear)
        return "written" if one.digit > 1 or company or ring else "speck"
    if (size < 0.25 and one.confidence <= 0.9) or (one.digit == 1 and size < 0.4) or shines:
        return "speck"
    return "written"


def is_beside(small: Component, large: Component) -> bool:
    """Tell whether something stands beside the middle half of a larger one: neither a point nor a degree sign does."""
    middle = (small.top + small.bottom) / 2
    apart = small.right <= large.left or large.right <= small.left
    return apart and large.top + 0.25 * large.height < middle < large.bottom - 0.25 * large.height


def is_cut_off(one: Guess, size: tuple[int, ...]) -> bool:
    """Tell what the edge of a picture, of (h, w) pixels, cuts off: it reaches there, and is not clearly a digit."""
    left, top, right, bottom = one.component.box
    at_edge = left <= 0 or top <= 0 or right >= size[1] or bottom >= size[0]
    return at_edge and one.confidence <= CLEAR


def is_plus(one: Guess) -> bool:
    """Tell a plus from the 1 that it looks like to the network: wide, and its corners are empty."""
    height, width = one.component.density.shape
    if one.digit != 1 or not 0.6 * height < width < 1.7 * height:
        return False
    y, x = 3 * height // 10, 3 * width // 10
    cross = one.component.density[y : height - y].sum() + one.component.density[:, x : width - x].sum()
    cross -= one.component.density[y : height - y, x : width - x].sum()
    return bool(cross > 0.95 * one.component.amount)
