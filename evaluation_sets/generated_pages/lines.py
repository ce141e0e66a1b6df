"""Rows of digits that are hard to take apart or together: faint strokes, slanted neighbours, arithmetic."""

from collections.abc import Callable

import numpy as np
from scipy import ndimage
from skimage.morphology import skeletonize

from evaluation_sets.generated_pages.drafts import Draft
from evaluation_sets.generated_pages.pages import Page
from evaluation_sets.generated_pages.pens import Digits, Ink, any_pen, digit_ink, stroke_ink

OPERATORS: dict[str, list[list[tuple[float, float]]]] = {
    "+": [[(0.5, 0), (0.5, 1)], [(0, 0.5), (1, 0.5)]],
    "-": [[(0, 0.5), (1, 0.5)]],
    "x": [[(0, 0), (1, 1)], [(1, 0), (0, 1)]],
    "÷": [[(0, 0.5), (1, 0.5)], [(0.5, 0.1), (0.52, 0.12)], [(0.5, 0.88), (0.52, 0.9)]],
    "=": [[(0, 0.3), (1, 0.3)], [(0, 0.7), (1, 0.7)]],
    "%": [
        [(0.95, 0), (0.05, 1)], [(0.2, 0), (0.02, 0.12), (0.05, 0.3), (0.3, 0.3), (0.35, 0.1), (0.2, 0)],
        [(0.8, 0.7), (0.63, 0.82), (0.68, 1), (0.9, 1), (0.96, 0.8), (0.8, 0.7)],
    ],
}  # fmt: skip


def broken(rng: np.random.Generator) -> Page:
    """Rows of digits, half of which a faint or missing stretch of stroke takes into pieces."""
    return _rows(rng, "broken", lambda ink, digit: _interrupted(ink, digit, rng) if rng.random() < 0.5 else ink)


def slanted(rng: np.random.Generator) -> Page:
    """Rows of digits that lean so much that neighbours share columns without touching."""
    slant = rng.uniform(0.3, 0.65)
    digit, rows = int(rng.integers(40, 130)), int(rng.integers(1, 4))
    gap = max(2, round(rng.uniform(0.05, 0.15) * digit))
    draft = Draft(round(digit * (1.7 * rows + 0.6)), round(digit * 8), digit, rng)
    pen, supply = any_pen(rng), Digits(rng)
    for row in range(rows):
        left, middle = round(digit * rng.uniform(0.4, 1.5)), digit * (1.7 * row + 1.1)
        before: Ink = np.zeros((1, 1), np.float32)
        for number in range(rng.integers(3, 7)):
            label, image = supply.take()
            ink = _leaning(digit_ink(image, round(digit * rng.uniform(0.9, 1.05)), pen, rng), slant)
            if number:
                left += _advance(before, ink, gap)
            draft.put(ink, pen.colour, left, round(middle - ink.shape[0] / 2), str(label), draft.digits)
            before = ink
    return draft.taken("slanted")


def operators(rng: np.random.Generator) -> Page:
    """Sums, one below the other: numbers with + - x ÷ = % between them, written with the same pen."""
    digit, rows = int(rng.integers(40, 130)), int(rng.integers(1, 5))
    draft = Draft(round(digit * (1.7 * rows + 0.6)), round(digit * 9.5), digit, rng)
    pen, supply = any_pen(rng), Digits(rng)
    for row in range(rows):
        left, middle = digit * rng.uniform(0.4, 0.9), digit * (1.7 * row + 1.1)
        for part in _sum(rng):
            if part.isdigit():
                for _ in part:
                    label, image = supply.take()
                    ink = digit_ink(image, round(digit * rng.uniform(0.9, 1.05)), pen, rng)
                    top = middle - ink.shape[0] / 2 + rng.normal(0, 0.03) * digit
                    draft.put(ink, pen.colour, round(left), round(top), str(label), draft.digits)
                    left += ink.shape[1] + rng.uniform(0.15, 0.3) * digit
            else:
                size = rng.uniform(0.7, 1) if part == "%" else rng.uniform(0.4, 0.7)
                ink = stroke_ink(OPERATORS[part], max(10, round(size * digit)), pen, rng)
                left += rng.uniform(0.1, 0.3) * digit
                top = middle - ink.shape[0] / 2
                draft.put(ink, pen.colour, round(left), round(top), part, draft.doodles)
                left += ink.shape[1] + rng.uniform(0.25, 0.5) * digit
    return draft.taken("operators")


def _rows(rng: np.random.Generator, kind: str, change: Callable[[Ink, int], Ink]) -> Page:
    """Rows of digits apart from each other, each changed by a function of its ink and the digits' height."""
    digit, rows, count = int(rng.integers(40, 140)), int(rng.integers(1, 4)), int(rng.integers(3, 9))
    draft = Draft(round(digit * (1.8 * rows + 0.6)), round(digit * (1.35 * count + 1)), digit, rng)
    pen, supply = any_pen(rng), Digits(rng)
    for row in range(rows):
        left, middle = digit * rng.uniform(0.3, 0.7), digit * (1.8 * row + 1.2)
        for _ in range(count):
            label, image = supply.take()
            ink = change(digit_ink(image, round(digit * rng.uniform(0.9, 1.05)), pen, rng), digit)
            top = middle - ink.shape[0] / 2 + rng.normal(0, 0.03) * digit
            draft.put(ink, pen.colour, round(left), round(top), str(label), draft.digits)
            left += ink.shape[1] + rng.uniform(0.3, 0.5) * digit
    return draft.taken(kind)


def _interrupted(ink: Ink, digit: int, rng: np.random.Generator) -> Ink:
    """Take ink away at a place of a stroke where that leaves one piece more."""
    strokes = ink > 0.4
    radius = ndimage.distance_transform_edt(np.pad(strokes, 1))[1:-1, 1:-1]
    # A broad stroke does not fail all at once.
    points = np.argwhere(skeletonize(strokes) & (radius < 0.06 * digit))  # type: ignore[no-untyped-call]
    rows, columns = np.indices(ink.shape)
    pieces = ndimage.label(strokes, np.ones((3, 3)))[1]
    for row, column in rng.permutation(points)[:12]:
        reach = radius[row, column] + max(1.0, rng.uniform(0.01, 0.03) * digit)
        outside = np.clip(np.hypot(rows - row, columns - column) - reach + 0.5, 0, 1)
        fainter = np.asarray(ink * (outside + rng.uniform(0, 0.1) * (1 - outside)), np.float32)
        labels, count = ndimage.label(fainter > 0.4, np.ones((3, 3)))
        sizes = np.bincount(labels.ravel())[1:]
        if count > pieces and sizes.min() > 0.08 * sizes.sum():
            return fainter
    return ink


def _leaning(ink: Ink, slant: float) -> Ink:
    """Shear: a row slides to the right by `slant` for each row it is higher."""
    height = ink.shape[0]
    wide = np.pad(ink, ((0, 0), (0, round(slant * height))))
    # Output (y, x) comes from x - slant * (height - 1 - y).
    leant = ndimage.affine_transform(wide, [[1, 0], [slant, 1]], (0, -slant * (height - 1)), order=1)
    columns = np.flatnonzero(leant.max(axis=0) > 0.3)
    return np.asarray(leant[:, columns[0] : columns[-1] + 1], np.float32)


def _advance(before: Ink, ink: Ink, gap: int) -> int:
    """How far right of its predecessor's left edge a digit can begin so that `gap` pixels stay free between them."""
    height = max(before.shape[0], ink.shape[0])
    width = before.shape[1] + ink.shape[1] + gap
    taken = np.zeros((height, width), bool)
    top = (height - before.shape[0]) // 2
    taken[top : top + before.shape[0], : before.shape[1]] = before > 0.2
    taken = ndimage.distance_transform_edt(~taken) <= gap
    top = (height - ink.shape[0]) // 2
    for left in range(before.shape[1] + gap, 0, -1):
        here = taken[top : top + ink.shape[0], left - 1 : left - 1 + ink.shape[1]]
        if (here & (ink > 0.2)).any():
            return left
    return 1


def _sum(rng: np.random.Generator) -> list[str]:
    """A sum as numbers and operators; only how many digits a number has is of interest."""

    def number() -> str:
        return "0" * int(rng.choice([1, 2], p=[0.6, 0.4]))

    kind = rng.integers(3)
    if kind == 0:
        return [number(), "%"]
    parts = [number(), str(rng.choice(["+", "-", "x", "÷"])), number()]
    return parts if kind == 1 else [*parts, "=", number()]
