"""Which foreground makes one digit: strokes combined, touching digits parted, and what is no digit told apart.

Where it is not clear, the network decides: every way to join or part is read, and the one that reads best wins.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from byhand.reading.components import Judge, Shape, combined
from byhand.reading.preparation import prepare, stroke_width
from byhand.reading.seams import cut

# Distances and sizes, as parts of the height of the larger of two shapes.
NEAR, TOUCHING = 0.22, 0.1
TALLEST_UNION = 1.35
# Pieces smaller than this part of the usual height, or than so many pixels, are specks; below SMALL, it depends.
SPECK, SMALLEST, SMALL = 0.07, 5, 0.25
# A short line is a 1 only if it is not much shorter than the other digits.
SMALL_ONE = 0.4
MOST_JOINED = 4
# Width by height of MNIST's digits other than 1: the geometric mean, and the standard deviation of the logarithm, 0.24,
# which is larger for other hands.
USUAL_SHAPE, SPREAD = 0.8, 0.35
# Below this confidence, or above this width for its height, a shape may be several digits that touch.
CLEAR, WIDE = 0.9, 0.95
# A 1 that is cut off must gain as much again: letters are made of sticks.
STICK = 0.35
SEVERAL = 1.3  # widths of a shape in heights
# A part that is cut off must look like a digit at least so much.
LEAST_PART = 0.6
# Among so many clear digits other than 1, strokes so many times thicker than the thickest, or thinner, are no 1.
COMPANY, UNLIKE = 2, 1.5
# What a cut must gain for each stroke that it crosses: digits touch in one place, and a 0 cut in half has two.
CROSSING = 0.4
# What one more digit must gain, in log probability.
PRICE = 0.35


@dataclass(frozen=True)
class Guess:
    """A shape and what the network says of it.

    Attributes:
        shape: the foreground.
        image: the foreground in MNIST's form, uint8, shape (28, 28).
        probabilities: of the ten digits, shape (10,).
    """

    shape: Shape
    image: NDArray[np.uint8]
    probabilities: NDArray[np.floating]

    @property
    def digit(self) -> int:
        """The most probable digit."""
        return int(self.probabilities.argmax())

    @property
    def confidence(self) -> float:
        """Its probability."""
        return float(self.probabilities.max())

    @property
    def score(self) -> float:
        """How well it reads: log probability, less for shapes that digits do not have."""
        unusual = math.log(self.shape.width / (USUAL_SHAPE * self.shape.height)) / SPREAD
        if unusual < 0:  # narrow: a 1 is, however much, and other digits may be
            unusual = 0 if self.digit == 1 else unusual / 2
        return math.log(max(self.confidence, 1e-6)) - unusual**2 / 2


def guess(shapes: Sequence[Shape], judge: Judge) -> list[Guess]:
    """Let the network look at shapes, all at once."""
    if not shapes:
        return []
    images = np.array([prepare(shape.foreground) for shape in shapes])
    return [Guess(s, i, p) for s, i, p in zip(shapes, images, judge(images), strict=True)]


def usual_height(shapes: Sequence[Shape]) -> float:
    """The height of most of the foreground: half of it belongs to shapes at least so high."""
    heights = np.array([max(s.height, 0.5 * s.width) for s in shapes], float)
    weights = heights**2  # about as much foreground: a hundred specks weigh no more than a digit
    order = np.argsort(heights)
    return float(heights[order][np.searchsorted(weights[order].cumsum(), weights.sum() / 2)])


def without_specks(shapes: Sequence[Shape]) -> list[Shape]:
    """Leave out what is too small to be written."""
    if not shapes:
        return []
    usual = usual_height(shapes)
    return [s for s in shapes if max(s.height, s.width) >= max(SPECK * usual, SMALLEST) and s.amount > 4]


def written(one: Guess, usual: float) -> bool:
    """Tell whether a shape much smaller than the others is more than a speck: a digit with some form to it."""
    size = max(one.shape.height, one.shape.width) / usual
    if one.digit == 1 and size < SMALL_ONE:
        return False
    return size >= SMALL or one.confidence > CLEAR


def with_one_pen(guesses: Sequence[Guess]) -> list[Guess]:
    """Doubt each 1 that is much thinner or thicker than the strokes of the others: a line, or the edge of a shadow."""
    widths = [stroke_width(one.shape.foreground) for one in guesses if one.confidence >= CLEAR and one.digit != 1]
    if len(widths) < COMPANY:
        return list(guesses)
    thinnest, thickest = min(widths) / UNLIKE, max(widths) * UNLIKE
    return [
        replace(one, probabilities=doubted(one.probabilities, 0.0))
        if one.digit == 1 and not thinnest <= stroke_width(one.shape.foreground) <= thickest
        else one
        for one in guesses
    ]


def find_digits(shapes: Sequence[Shape], judge: Judge) -> list[Guess]:
    """Group strokes into digits, or into other things that are one.

    Args:
        shapes: connected pieces of foreground.
        judge: gives the probabilities of images in MNIST's form.

    Returns:
        One guess for each digit or other thing, in no particular order.
    """
    pieces = without_specks(shapes)
    best = [one for cluster in clusters(pieces) for one in best_grouping(cluster, judge)]
    usual = usual_height(pieces) if pieces else 0.0
    return with_one_pen([part for one in best for part in parted(one, judge) if written(part, usual)])


def near(a: Shape, b: Shape) -> bool:
    """Tell whether two pieces may be strokes of one digit."""
    height = max(a.height, b.height)
    across = max(a.left, b.left) - min(a.right, b.right)
    down = max(a.top, b.top) - min(a.bottom, b.bottom)
    union = max(a.bottom, b.bottom) - min(a.top, b.top)
    if across > 0 and down > 0:
        return math.hypot(across, down) < NEAR * height and union < TALLEST_UNION * height
    if across > 0:
        return across < NEAR * height and union < TALLEST_UNION * height
    if down < TOUCHING * height:  # one above the other, as the halves of a 3 or 8 that the pen left apart
        return union < 2.1 * height
    return down < NEAR * height and union < (1.25 if min(a.height, b.height) > 0.6 * height else 1.7) * height


def clusters(shapes: Sequence[Shape]) -> list[list[Shape]]:
    """Pieces that are near each other, directly or through others."""
    group = list(range(len(shapes)))

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = i = group[group[i]]
        return i

    order = sorted(range(len(shapes)), key=lambda i: shapes[i].left)
    reach = NEAR * max((s.height for s in shapes), default=0)
    for place, i in enumerate(order):
        for j in order[place + 1 :]:
            if shapes[j].left > shapes[i].right + reach:
                break
            if near(shapes[i], shapes[j]):
                group[root(i)] = root(j)
    found: dict[int, list[Shape]] = {}
    for i in order:
        found.setdefault(root(i), []).append(shapes[i])
    return list(found.values())


def best_grouping(pieces: Sequence[Shape], judge: Judge) -> list[Guess]:
    """Of all ways to join neighbouring pieces, the one that reads best."""
    if len(pieces) == 1:
        return guess(pieces, judge)
    subsets = [
        subset
        for size in range(1, min(MOST_JOINED, len(pieces)) + 1)
        for subset in (itertools.combinations(range(len(pieces)), size) if len(pieces) <= 10 else _runs(pieces, size))
        if _hangs_together([pieces[i] for i in subset])
    ]
    guesses = dict(zip(subsets, guess([combined([pieces[i] for i in s]) for s in subsets], judge), strict=True))
    largest = max(p.height for p in pieces)

    def value(subset: tuple[int, ...]) -> float:
        one = guesses[subset]
        # A small piece on its own is hardly a digit beside larger ones.
        small = max(0.0, math.log(0.55 * largest / max(one.shape.height, 1)))
        return one.score - PRICE - 4 * small

    best: dict[int, tuple[float, tuple[tuple[int, ...], ...]]] = {0: (0.0, ())}
    everything = (1 << len(pieces)) - 1
    by_first: dict[int, list[tuple[int, ...]]] = {}
    for subset in subsets:
        by_first.setdefault(subset[0], []).append(subset)
    # The first piece not yet used goes into one of its groups; the best for each set of used pieces is kept.
    for used in range(everything + 1) if len(pieces) <= 10 else _prefixes(len(pieces)):
        if used not in best or used == everything:
            continue
        first = next(i for i in range(len(pieces)) if not used >> i & 1)
        for subset in by_first[first]:
            bits = sum(1 << i for i in subset)
            if used & bits:
                continue
            candidate = best[used][0] + value(subset)
            if used | bits not in best or candidate > best[used | bits][0]:
                best[used | bits] = candidate, (*best[used][1], subset)
    return [guesses[subset] for subset in best[everything][1]]


def _runs(pieces: Sequence[Shape], size: int) -> list[tuple[int, ...]]:
    """Groups of pieces that follow one another from left to right."""
    return [tuple(range(start, start + size)) for start in range(len(pieces) - size + 1)]


def _prefixes(count: int) -> list[int]:
    return [(1 << n) - 1 for n in range(count + 1)]


def _hangs_together(pieces: Sequence[Shape]) -> bool:
    """Tell whether pieces can be one digit: each near another, and the whole not much wider than high."""
    if len(pieces) == 1:
        return True
    whole_width = max(p.right for p in pieces) - min(p.left for p in pieces)
    whole_height = max(p.bottom for p in pieces) - min(p.top for p in pieces)
    tallest = max(p.height for p in pieces)
    if whole_width > 1.6 * whole_height or whole_height > 1.8 * tallest:
        return False
    return len(clusters(pieces)) == 1


def parted(one: Guess, judge: Judge) -> list[Guess]:
    """Cut a shape into several digits if these read better than the whole."""
    shape = one.shape
    if one.confidence >= CLEAR and shape.width < WIDE * shape.height:
        return [one]
    cuts = cut(shape)
    if not cuts.parts:
        return [one]
    guesses = dict(zip(cuts.parts, guess(list(cuts.parts.values()), judge), strict=True))
    # What is far too wide for a digit is several, even if they are hard to read.
    several = shape.width > SEVERAL * shape.height
    least = CLEAR if one.confidence >= CLEAR else 0.0 if several else LEAST_PART
    best: dict[int, tuple[float, list[Guess]]] = {0: (0.0, [])}
    for end in range(1, cuts.count + 2):
        for start in range(end):
            if start not in best or ((start, end) not in guesses and (start, end) != (0, cuts.count + 1)):
                continue
            part = one if (start, end) == (0, cuts.count + 1) else guesses[start, end]
            if part is not one and part.confidence < least:
                continue
            through = CROSSING * cuts.strokes[end] if end <= cuts.count else 0.0
            candidate = (
                best[start][0]
                + part.score
                - PRICE
                - through
                - (STICK if part is not one and part.digit == 1 and not several else 0)
            )
            if end not in best or candidate > best[end][0]:
                best[end] = candidate, [*best[start][1], part]
    found = best[cuts.count + 1][1]
    if len(found) == 1:
        return found
    # A cut in the wrong place spoils both sides: no part is surer than all of them together.
    together = math.prod(part.confidence for part in found)
    return [replace(part, probabilities=doubted(part.probabilities, together / part.confidence)) for part in found]


def doubted(probabilities: NDArray[np.floating], trust: float) -> NDArray[np.floating]:
    """Probabilities that hold only with the probability `trust`; otherwise any digit is as likely."""
    return trust * probabilities + (1 - trust) / probabilities.size
