"""Signs of numbers: a decimal point and a minus are told by where they stand beside a digit.

They are set aside before strokes are grouped into digits, since so small a stroke beside a digit would be taken for a
part of it; what then has no digit on its right is no sign.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from byhand.reading.components import Box, Component, usual_height
from byhand.reading.preparation import stroke_width
from byhand.reading.text_lines import SPACE

POINT, MINUS = ".", "-"


@dataclass(frozen=True)
class SignSettings:
    """What signs look like. Sizes and distances are parts of the height of the digit on the right.

    Chosen on 100 numbers with signs and 100 generated pages without, of development seeds: `python -m
    evaluation_sets.generated_pages.signed_numbers`.

    Attributes:
        large_of_usual: what is higher than this part of the page's usual height may be a digit.
        point_least, point_most: longer side of a point,
        first_least: the same, at least, where there is no digit on the left: dirt is mostly smaller,
        point_of_stroke: and the same, at least, as a part of the strokes' width.
        point_slender: its longer side by its shorter one, at most.
        point_filled: foreground in its box, at least.
        point_reach: from a point to the digit, at most.
        base: a point's middle is off the base line by no more.
        minus_least, minus_most: width of a minus.
        minus_slender: its width by its height, at least.
        minus_reach: from a minus to the digit, at most.
        middle: a minus is within this part of the digit's height, around its middle.
        free: left of a minus there is no digit so near.
    """

    large_of_usual: float = 0.5
    point_least: float = 0.06
    first_least: float = 0.1
    point_of_stroke: float = 0.6
    point_most: float = 0.28
    point_slender: float = 1.8
    point_filled: float = 0.45
    point_reach: float = 0.7
    base: float = 0.25
    minus_least: float = 0.2
    minus_most: float = 1.0
    minus_slender: float = 2.0
    minus_reach: float = 0.6
    middle: float = 0.56
    free: float = 0.6


@dataclass(frozen=True)
class FoundSign:
    """A sign: "." or "-", and its box in pixels."""

    sign: str
    box: Box


def take_signs(
    components: Sequence[Component], lines: Sequence[Box], settings: SignSettings
) -> tuple[tuple[Component, ...], tuple[FoundSign, ...]]:
    """Part components into what may be digits, and what may be signs before them.

    Args:
        components: without rulings.
        lines: boxes of the rulings; in a small picture, a minus alone is one of them.
        settings: see `SignSettings`.
    """
    usual = usual_height(components)
    large = [one for one in components if one.height >= settings.large_of_usual * usual]
    boxes = [one.box for one in large]
    bars = [one.box for one in components if one.width >= settings.minus_slender * one.height] + list(lines)
    stroke = float(np.median([stroke_width(one.density) for one in large])) if large else 0.0
    rest, signs = [], []
    for one in components:
        filled = one.amount / (one.width * one.height)
        if one.height >= settings.large_of_usual * usual:
            rest.append(one)
        elif _is_point(one.box, filled, stroke, boxes, settings):
            signs.append(FoundSign(POINT, one.box))
        elif _is_minus(one.box, boxes, bars, settings):
            signs.append(FoundSign(MINUS, one.box))
        else:
            rest.append(one)
    signs += [FoundSign(MINUS, box) for box in lines if _is_minus(box, boxes, bars, settings)]
    return tuple(rest), tuple(signs)


def _is_point(box: Box, filled: float, stroke_px: float, large: Sequence[Box], settings: SignSettings) -> bool:
    """Whether something may be a point: small and roundish, on the base line, and a digit on its right."""
    if (after := _after(box, large)) is None:
        return False
    left, top, right, bottom = box
    x, y = (left + right) / 2, (top + bottom) / 2
    height = large[after][3] - large[after][1]
    shorter, longer = sorted((right - left, bottom - top))
    follows = any(
        0 <= x - (one[0] + one[2]) / 2 <= 1.5 * height and one[1] <= y <= one[3] + height / 4 for one in large
    )
    least = settings.point_least if follows else settings.first_least
    return (
        max(least * height, settings.point_of_stroke * stroke_px) <= longer
        and longer <= min(settings.point_most * height, settings.point_slender * shorter)
        and filled >= settings.point_filled
        and large[after][0] - right <= settings.point_reach * height
        and abs(y - large[after][3]) <= settings.base * height
        and not any(_covers(one, x, y, height) for one in large)
    )


def _is_minus(box: Box, large: Sequence[Box], bars: Sequence[Box], settings: SignSettings) -> bool:
    """Whether something may be a minus: short and level, at mid height, a digit on its right and none on its left."""
    if (after := _after(box, large)) is None:
        return False
    left, top, right, bottom = box
    _, digit_top, _, digit_bottom = large[after]
    height, gap = digit_bottom - digit_top, large[after][0] - right
    return (
        settings.minus_least * height <= right - left <= settings.minus_most * height
        and right - left >= settings.minus_slender * (bottom - top)
        and gap <= settings.minus_reach * height
        and abs((top + bottom) / 2 - (digit_top + digit_bottom) / 2) <= settings.middle / 2 * height
        and not any(_beside_or_above(box, one, max(settings.free * height, gap), height) for one in large)
        and not any(_goes_on_or_doubles(box, bar, height) for bar in bars if bar != box)
    )


def _after(sign: Box, boxes: Sequence[Box]) -> int | None:
    """The nearest box on the right of a sign, in whose height the sign stands, or just below it."""
    if not boxes:
        return None
    left, top, _, bottom = np.array(boxes, float).T
    y, height = (sign[1] + sign[3]) / 2, bottom - top
    # A slanted digit may lean over a sign a little.
    ahead = (left >= sign[2] - 0.1 * height) & (top <= y) & (y <= bottom + 0.25 * height)
    return int(np.argmin(np.where(ahead, left, np.inf))) if ahead.any() else None


def _covers(box: Box, x: float, y: float, height: float) -> bool:
    """Whether a point would be within a digit or below it; the right third of a 7 may hang over the next point."""
    left, top, right, bottom = box
    width = right - left
    return left + 0.1 * width <= x <= right - 0.35 * width and top <= y <= bottom + 0.25 * height


def _beside_or_above(bar: Box, box: Box, free: float, height: float) -> bool:
    """Whether something stands so near the left of a bar that it subtracts, or above or below it as in a fraction."""
    left, top, right, bottom = box
    if left >= bar[2] - 0.1 * height:
        return False
    y = (bar[1] + bar[3]) / 2
    level = top - 0.25 * height <= y <= bottom + 0.25 * height
    return right > bar[0] - (free if level else 0) and top - 0.5 * height <= y <= bottom + 0.5 * height


def _goes_on_or_doubles(bar: Box, other: Box, height: float) -> bool:
    """Whether two bars are an equals sign, or pieces of one ruling."""
    common = min(bar[2], other[2]) - max(bar[0], other[0])
    off = abs(bar[1] + bar[3] - other[1] - other[3]) / 2
    return off < (0.6 if common > 0.5 * (bar[2] - bar[0]) else 0.15) * height


def signs_before(signs: Sequence[FoundSign], digits: Sequence[Box]) -> dict[int, list[FoundSign]]:
    """The signs before each digit, from left to right; what stands before none is left out.

    Args:
        signs: what may be signs.
        digits: boxes of all digits.
    """
    result: dict[int, list[FoundSign]] = {}
    for one in sorted(signs, key=lambda sign: sign.box[0]):
        after = _after(one.box, digits)
        if after is not None and digits[after][0] - one.box[2] <= digits[after][3] - digits[after][1]:
            result.setdefault(after, []).append(one)
    # A number has one point at most, the largest; nothing else is as small as dirt.
    for after, own in result.items():
        points = sorted((one for one in own if one.sign == POINT), key=lambda one: one.box[2] - one.box[0])
        result[after] = [one for one in own if one not in points[:-1]]
    return result


def with_signs(row: Sequence[Box], texts: Sequence[str], before: Sequence[Sequence[FoundSign]]) -> str:
    """Write a row's digits with their signs, and with a space in each wide gap that no point fills.

    Args:
        row: boxes of the digits, left to right.
        texts: of the digits.
        before: the signs before each digit.
    """
    usual = float(np.median([max(box[3] - box[1], box[2] - box[0]) for box in row]))
    line, end = "", None
    for box, text, signs in zip(row, texts, before, strict=True):
        start = min([box[0], *(sign.box[0] for sign in signs)])
        if end is not None and start - end >= SPACE * usual:
            line += " "
        line += "".join(sign.sign for sign in signs) + text
        end = box[2]
    return line
