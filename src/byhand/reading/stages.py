"""What the stages of reading share: their settings, what they find, and the first of them, up to the components."""

from dataclasses import dataclass, field, replace

import numpy as np

from byhand.reading.components import Box, Component, ComponentSettings, connected_components, rescaled
from byhand.reading.foreground import Foreground, ForegroundSettings, subtract_background
from byhand.reading.grouping import Classify, GroupingSettings, Guess, guess, is_clear
from byhand.reading.page import Page, PageSettings
from byhand.reading.rulings import RulingSettings, remove_rulings, without_thin
from byhand.reading.signs import FoundSign, SignSettings
from byhand.reading.splitting import SplittingSettings

# In a picture cropped to its digits, they have at least this part of its shorter side. What is smaller, such as small
# print and noise at the edge, is not kept as a whole.
LEAST_WHOLE = 0.2


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
        compared_px: longer side of the picture in which they are; one longer than 4 by 3 is as large as one of 4 by 3.
        second_thought: a less likely way must be worth so many times as much, or with a reason less than that.
        legible: where digits are more than this part of all foreground,
        several: and at least so many, no other way is tried; one may be a blackboard that looks like a thick 2.
        hardly_legible: where the best way is worth less, the other polarity is tried, however clear polarity seemed,
        clearly_legible: and taken if it is worth more. A sheet with a shadow on a dark desk is darker than it is light:
            25 fewer errors on 450 pages; with 0.05, words of digits that touch seem illegible.
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
    second_thought: float = 1.6
    legible: float = 0.9
    several: float = 3.0
    hardly_legible: float = 0.02
    clearly_legible: float = 0.3
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
        cut: what was taken out as a line or a shadow, and may be a digit that meets the picture's edge.
        specks: boxes of what is too small or too faint to be written, but no noise.
        guesses: digits and what looks like none, in no particular order.
        signs: what may be a point or a minus, if signs are looked for.
    """

    page: Page
    foreground: Foreground
    components: tuple[Component, ...] = ()
    lines: tuple[Box, ...] = ()
    cut: tuple[Component, ...] = ()
    specks: tuple[Box, ...] = ()
    guesses: tuple[Guess, ...] = ()
    signs: tuple[FoundSign, ...] = ()


def find_components(page: Page, settings: Settings, *, plane: bool = False) -> Found:
    """Find the connected components on a page, and the rulings that are taken out first."""
    return components_of(page, subtract_background(page, settings.foreground, plane=plane), settings)


def components_of(page: Page, foreground: Foreground, settings: Settings) -> Found:
    """The same where the foreground has been found."""
    rest, lines = without_thin(foreground, settings.thinnest_of_shorter * min(foreground.mask.shape))
    cut: tuple[Component, ...] = ()
    if settings.rulings is not None:
        whole = rest
        rest, more, at_edge = remove_rulings(rest, page.inside, settings.rulings)
        lines += more
        if at_edge is not None:
            density = np.where(at_edge, whole.density, 0)
            cut, _ = connected_components(replace(whole, density=density, mask=at_edge), settings.components)
    components, faint = connected_components(rest, settings.components)
    return Found(page, foreground, components, lines, specks=faint, cut=cut)


def with_whole_digits(found: Found, classify: Classify) -> Found:
    """Keep what clearly is a digit at the picture's edge, though lines or shadows were seen in it.

    Not what is small, nor where something that is left of it clearly is a digit, too. Of 1,133 digits on 100 generated
    pages cropped to the ink, 60 instead of 127 are misread.
    """
    least = LEAST_WHOLE * min(found.page.grey.shape)
    tall = [one for one in found.cut if one.height >= least]
    whole = [one.component for one in guess(tall, classify) if is_clear(one)]
    parts = [one for one in found.components if any(is_within(one.box, digit.box) for digit in whole)]
    clear = [one.component for one in guess(parts, classify) if is_clear(one)]
    whole = [digit for digit in whole if not any(is_within(one.box, digit.box) for one in clear)]
    if not whole:
        return replace(found, cut=())

    def is_apart(box: Box) -> bool:
        return not any(is_within(box, digit.box) for digit in whole)

    return replace(
        found,
        components=(*(one for one in found.components if is_apart(one.box)), *whole),
        lines=tuple(filter(is_apart, found.lines)),
        specks=tuple(filter(is_apart, found.specks)),
        cut=(),
    )


def is_within(inner: Box, outer: Box) -> bool:
    """Tell whether one box lies within another."""
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


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
