"""The pipeline: from a picture to guesses, one pure stage after the other."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from byhand.reading.components import Component, is_line, is_noise, is_speck, usual_darkness, usual_height
from byhand.reading.grouping import CLEAR, Classify, Guess, group, is_clear
from byhand.reading.hypotheses import LEGIBLE, likeliest
from byhand.reading.margin import with_margin, without_margin
from byhand.reading.resizing import enlarged
from byhand.reading.signs import FoundSign, take_signs
from byhand.reading.splitting import doubted, split
from byhand.reading.stages import Found, Settings, in_smaller
from byhand.reading.touching import ClassifyPairs

# What is fainter than this part of the usual darkness, and whose size times that darkness squared is below this part of
# the usual height, shines through from the back. Without the first condition, tiny digits beside huge ones are lost:
# 59 instead of 73 % of those on 24 such pages were read. Without both, marks from the back are read as digits.
SHINING_THROUGH_OF_DARKNESS = 0.6
LEAST_PROMINENT = 0.15
# Smaller than this part of the usual height, what clearly is a digit is written however faint its thin strokes are:
# 36 instead of 47 errors in 170 digits on 40 pages of mixed sizes.
TINY_OF_USUAL = 0.4
# Where digits are less than this part of what is written, the picture may be cropped too close to be seen rightly.
HARD_TO_READ = 0.7
# Letters of a word, or digits of a number, have another at most so many heights away among the next.
WORD = 4.0
# Where nothing clearly is a digit, what has this part of the usual height, or more, is left out if then so many are.
GIANT, CLEAR_WITHOUT_GIANTS = 0.5, 2


def find_digits(
    colours: NDArray[np.uint8],
    classify: Classify,
    settings: Settings | None = None,
    classify_pairs: ClassifyPairs | None = None,
) -> Found:
    """Find the digits in a picture, and what is written beside them.

    Args:
        colours: uint8, shape (h, w, 3).
        classify: gives the probabilities of images in MNIST's form.
        settings: see `Settings`.
        classify_pairs: gives the probabilities of pairs of touching digits; None to read every digit by itself.
    """
    settings = settings or Settings()
    colours, factor = enlarged(colours, settings.enlarged_px)
    found = _find_digits(colours, classify, settings, classify_pairs)
    if not any(is_clear(one) for one in found.guesses) or legible_part(found) < HARD_TO_READ:
        # A picture cropped to its digits is hard to see without the paper around them.
        larger, margin = with_margin(colours)
        other = _find_digits(larger, classify, settings, classify_pairs) if margin else found
        if legible(other) > legible(found):
            found = without_margin(other, margin)
    return found if factor == 1 else in_smaller(found, factor)


def _find_digits(
    colours: NDArray[np.uint8], classify: Classify, settings: Settings, classify_pairs: ClassifyPairs | None
) -> Found:
    """Find them in a picture that is large enough, as it is."""
    best = likeliest(colours, classify, settings, classify_pairs)
    components = best.components
    signs: tuple[FoundSign, ...] = ()
    if settings.signs:
        components, signs = take_signs(components, best.lines, settings.signs)
    guesses, little, lines = _read(components, classify, settings, classify_pairs)
    if not any(is_clear(one) for one in guesses):
        # What is so large is a shadow, perhaps, and what then seemed to be specks is written.
        giant = GIANT * usual_height(components)
        rest = [one for one in components if one.height < giant]
        smaller, specks_of_rest, lines_of_rest = _read(rest, classify, settings, classify_pairs)
        if sum(is_clear(one) for one in smaller) >= CLEAR_WITHOUT_GIANTS:
            guesses, little = smaller, specks_of_rest
            lines = [*lines_of_rest, *(one for one in components if one.height >= giant)]
            components = tuple(rest)
    usual, dark = usual_height(components), usual_darkness(components)
    clear = [one.component for one in guesses if is_clear(one)]
    kinds: dict[str, list[Guess]] = {"written": [], "speck": [], "line": []}
    for one in guesses:
        if (
            is_plus(one)
            or (len(guesses) > 1 and is_cut_off(one, best.page.grey.shape))
            or (one.component.height < TINY_OF_USUAL * usual and is_in_a_word(one, guesses))
        ):
            one = replace(one, probabilities=doubted(one.probabilities, 0.0))
        kinds[kind_of(one, usual, dark, clear)].append(one)
    specks = [one for one in little if not is_noise(one.height, one.width, one.amount, settings.components)]
    specks += [one.component for one in kinds["speck"]]
    return replace(
        best,
        signs=signs,
        guesses=tuple(kinds["written"]),
        specks=(*best.specks, *(one.box for one in specks)),
        lines=(
            *(box for box in best.lines if all(box != one.box for one in signs)),
            *(one.box for one in (*lines, *(one.component for one in kinds["line"]))),
        ),
    )


def legible(found: Found) -> int:
    """How many digits other than 1, which any stroke looks like, can be read."""
    return sum(one.digit != 1 and one.confidence >= LEGIBLE for one in found.guesses)


def legible_part(found: Found) -> float:
    """How much of what is written they are, 0 to 1."""
    amount = sum(one.component.amount for one in found.guesses)
    return sum(one.component.amount for one in found.guesses if one.confidence >= LEGIBLE) / max(amount, 1)


def _read(
    components: Sequence[Component], classify: Classify, settings: Settings, classify_pairs: ClassifyPairs | None
) -> tuple[tuple[Guess, ...], list[Component], list[Component]]:
    """Group and split components; apart from them, those that are too small, and lines."""
    usual = usual_height(components)
    large: list[Component] = []
    little: list[Component] = []
    lines: list[Component] = []
    for piece in components:
        if is_speck(piece, usual, settings.components):
            little.append(piece)
        else:
            (lines if is_line(piece, usual, settings.components) else large).append(piece)
    groups = group(large, classify, settings.grouping)
    return split(groups, classify, settings.splitting, classify_pairs), little, lines


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


def is_in_a_word(one: Guess, guesses: Sequence[Guess]) -> bool:
    """Tell whether something stands in a row of its size most of which clearly is no digit: what is printed small."""
    height, middle = one.component.height, (one.component.top + one.component.bottom) / 2
    row = [
        other
        for other in guesses
        if other.component.top < middle < other.component.bottom
        and 0.5 * height < other.component.height < 2 * height
        and max(other.component.left - one.component.right, one.component.left - other.component.right) < WORD * height
    ]
    solid = [other for other in row if other.digit != 1]  # a 1 may be a letter, and a letter a 1
    return len(row) > 3 and sum(other.confidence > CLEAR for other in solid) < 0.6 * len(solid)


def is_plus(one: Guess) -> bool:
    """Tell a plus from the 1 that it looks like to the network: wide, and its corners are empty."""
    height, width = one.component.density.shape
    if one.digit != 1 or not 0.6 * height < width < 1.7 * height:
        return False
    y, x = 3 * height // 10, 3 * width // 10
    cross = one.component.density[y : height - y].sum() + one.component.density[:, x : width - x].sum()
    cross -= one.component.density[y : height - y, x : width - x].sum()
    return bool(cross > 0.95 * one.component.amount)
