"""Split: a group that holds several touching digits, cut apart along seams from top to bottom that cross few
strokes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from byhand.reading.components import Component, trimmed
from byhand.reading.grouping import Classify, Guess, guess, worth
from byhand.reading.preparation import prepare, stroke_width
from byhand.reading.resizing import small
from byhand.reading.touching import ClassifyPairs, Pair, guess_pairs, may_be_two

# Of touching pairs, generated ones: the geometric mean of width by height, and the standard deviation of its logarithm.
# Three digits, one of them a 1, pass for two that are too wide: without this, 52 instead of 61 % of 300 numbers of
# three digits are read.
PAIR_WIDTH, PAIR_SPREAD = 1.28, 0.23

Place = tuple[int, int]  # a part of a group, by the numbers of the seams on either side


@dataclass(frozen=True)
class SplittingSettings:
    """When a group is split, and where. Widths are parts of the group's height.

    Attributes:
        clear: what reads at least so well, 0 to 1,
        narrow_of_height: and is no wider than this, is one digit.
        several_of_height: what is wider is several, even if they are hard to read.
        least_part: a part must read at least so well, 0 to 1.
        price: what one more digit must gain, in log probability;
        stick: and a 1 as much again, for letters are made of sticks;
        stick_trust: parts one of which is a 1 are as likely as this, 0 to 1, for the same reason: so 100 instead of 152
            of 500 letters are taken for sure digits, and 96.3 instead of 97.0 % of the right digits are sure;
        crossing: and as much for each stroke that a seam crosses: digits touch in one place, and a 0 cut in half in
            two.
        height_px: seams are searched in a picture of this height.
        aside_px: a step aside costs so much foreground, pixels.
        most_seams: and five for each height of the group, if that is more; with 8, 61 instead of 52 errors in 385
            digits on 25 pages of numbers whose digits touch.
        apart_of_height: seams lie at least so far apart,
        deepest_of_height: and cross at most so much foreground.
        common_of_height: neighbours have at least this part of the lower one's rows in common; from 0.4 to
            0.6, 140 pages are read the same, and pieces of a bent 7 have 0.45.
        least_height, least_amount: a part has at least this part of the whole height and of the whole foreground.
        pairs: whether what may be two digits is read at once, too, where there is a network for that: on 60 pages of
            numbers whose digits touch, 92 instead of 88 % are read, in 100 pictures of one number 92 instead of 73 %.
    """

    clear: float = 0.9
    narrow_of_height: float = 0.95
    several_of_height: float = 1.3
    least_part: float = 0.6
    price: float = 0.35
    stick: float = 0.35
    stick_trust: float = 0.9
    crossing: float = 0.4
    height_px: int = 48
    aside_px: float = 0.06
    most_seams: int = 16
    apart_of_height: float = 0.1
    deepest_of_height: float = 0.45
    common_of_height: float = 0.5
    least_height: float = 0.45
    least_amount: float = 0.06
    pairs: bool = True


@dataclass(frozen=True)
class Seams:
    """Seams through a component, numbered from 1 from left to right, and the parts between them.

    Attributes:
        count: number of seams.
        parts: the foreground between two seams, by their numbers; 0 and `count + 1` are the component's edges. Each is
            one of several that follow one another from edge to edge.
        strokes: how many strokes each seam crosses, by its number; less than 1 where it grazes one.
    """

    count: int
    parts: dict[Place, Component]
    strokes: dict[int, float]


def split(
    guesses: Sequence[Guess],
    classify: Classify,
    settings: SplittingSettings | None = SplittingSettings(),
    classify_pairs: ClassifyPairs | None = None,
) -> tuple[Guess, ...]:
    """Cut groups into several digits where these read better than the whole.

    Args:
        guesses: what `group` has found.
        classify: gives the probabilities of images in MNIST's form; it is called once.
        settings: see `SplittingSettings`; None to split nothing.
        classify_pairs: gives the probabilities of pairs, see `byhand.reading.touching`; it is called once. None to
            read every digit by itself.
    """
    if settings is None:
        return tuple(guesses)
    seams = [Seams(0, {}, {}) if _is_one(one, settings) else find_seams(one.component, settings) for one in guesses]
    parts = iter(guess([part for some in seams for part in some.parts.values()], classify))
    read = [
        {place: next(parts) for place in some.parts} | {(0, some.count + 1): one}
        for one, some in zip(guesses, seams, strict=True)
    ]
    pairs = _as_pairs(read, classify_pairs if settings.pairs else None, settings)
    return tuple(
        part
        for some, own, two in zip(seams, read, pairs, strict=True)
        for part in _best_split(some, own, two, settings)
    )


def _as_pairs(
    groups: list[dict[Place, Guess]], classify_pairs: ClassifyPairs | None, settings: SplittingSettings
) -> list[dict[Place, Pair]]:
    """The parts of each group that may be two digits, read as two."""
    if classify_pairs is None:
        return [{} for _ in groups]
    wide = [
        {
            place: one.component
            for place, one in parts.items()
            if may_be_two(one.component) and not _is_one(one, settings)
        }
        for parts in groups
    ]
    pairs = iter(guess_pairs([one for parts in wide for one in parts.values()], classify_pairs))
    return [{place: next(pairs) for place in parts} for parts in wide]


def _is_one(one: Guess, settings: SplittingSettings) -> bool:
    """Tell whether there is nothing to split."""
    narrow = one.component.width < settings.narrow_of_height * one.component.height
    return one.confidence >= settings.clear and narrow


def _best_split(
    seams: Seams, guesses: dict[Place, Guess], pairs: dict[Place, Pair], settings: SplittingSettings
) -> list[Guess]:
    """Of all ways to cut along seams, and to read each part as one digit or two, the one that reads best."""
    last = seams.count + 1
    one = guesses[0, last]
    if len(guesses) == 1 and not pairs:
        return [one]
    several = one.component.width > settings.several_of_height * one.component.height
    least = settings.clear if one.confidence >= settings.clear else 0.0 if several else settings.least_part
    # The best way up to each seam: what it is worth, and its parts, each with the pair that it is read as, if it is.
    best: dict[int, tuple[float, list[tuple[Place, Pair | None]]]] = {
        0: (0.0, []),
        last: (one.score - settings.price, [((0, last), None)]),
    }
    for end in range(1, last + 1):
        for start in range(end):
            place = start, end
            if start not in best or place not in guesses:
                continue
            so_far, before = best[start]
            if before and not _are_side_by_side(guesses[before[-1][0]].component, guesses[place].component, settings):
                continue
            through = settings.crossing * seams.strokes.get(end, 0.0)
            for pair in (None, pairs[place]) if place in pairs else (None,):
                confidence, score = _worth(guesses[place], pair, several, settings)
                if confidence >= least and (end not in best or so_far + score - through > best[end][0]):
                    best[end] = so_far + score - through, [*before, (place, pair)]
    found = best[last][1]
    if found == [((0, last), None)]:
        return [one]
    digits: list[Guess] = []
    together = 1.0
    for place, pair in found:
        digits += [guesses[place]] if pair is None else _halves(place, guesses, pair)
        together *= guesses[place].confidence if pair is None else pair.confidence
    # A cut in the wrong place spoils both sides: no part is surer than all of them together.
    if any(digit.digit == 1 for digit in digits):
        together *= settings.stick_trust
    return [replace(one, probabilities=doubted(one.probabilities, min(1, together / one.confidence))) for one in digits]


def _worth(one: Guess, pair: Pair | None, several: bool, settings: SplittingSettings) -> tuple[float, float]:
    """How sure a part is, as one digit or as a pair, and what it is worth, in log probability."""
    if pair is not None:
        with_one = 1 in (pair.left.argmax(), pair.right.argmax())
        score = worth(pair.confidence, one.component, PAIR_WIDTH, PAIR_SPREAD, with_one=with_one)
        return pair.confidence, score - 2 * settings.price
    stick = settings.stick if one.digit == 1 and not several else 0.0
    return one.confidence, one.score - settings.price - stick


def _halves(place: Place, guesses: dict[Place, Guess], pair: Pair) -> tuple[Guess, Guess]:
    """The two digits of a pair, cut where they look most like what they are read as, or else in the middle."""
    start, end = place
    left, right = int(pair.left.argmax()), int(pair.right.argmax())
    cuts = [cut for cut in range(start + 1, end) if (start, cut) in guesses and (cut, end) in guesses]
    if cuts:
        cut = max(cuts, key=lambda x: guesses[start, x].probabilities[left] * guesses[x, end].probabilities[right])
        one, other = guesses[start, cut], guesses[cut, end]
    else:
        whole = guesses[place].component
        begin, middle, finish = (np.full(whole.height, x) for x in (0, whole.width // 2, whole.width))
        halves = _between(whole, begin, middle) or whole, _between(whole, middle, finish) or whole
        one, other = (Guess(half, prepare(half.density), pair.left) for half in halves)
    return replace(one, probabilities=pair.left), replace(other, probabilities=pair.right)


def _are_side_by_side(one: Component, other: Component, settings: SplittingSettings) -> bool:
    """Tell whether two parts have enough rows in common."""
    common = min(one.bottom, other.bottom) - max(one.top, other.top)
    return common >= settings.common_of_height * min(one.height, other.height)


def doubted(probabilities: NDArray[Any], trust: float) -> NDArray[Any]:
    """Probabilities that hold only with the probability `trust`; otherwise any digit is as likely."""
    return np.asarray(trust * probabilities + (1 - trust) / probabilities.size)


def find_seams(one: Component, settings: SplittingSettings) -> Seams:
    """Find seams along which a component may fall into digits."""
    scale = settings.height_px / one.height
    side = max(2, round(max(one.density.shape) * min(1, scale)))
    reduced = small(one.density, side)
    paths, crossed = _paths(reduced, settings)
    if not len(paths):
        return Seams(0, {}, {})
    rows = (np.arange(one.height) * len(reduced) // one.height).clip(0, len(reduced) - 1)
    factor = one.width / reduced.shape[1]
    cuts = [np.ceil((path[rows] + 0.5) * factor).astype(int) for path in paths]  # the first column right of each seam
    lines = np.array([np.zeros_like(rows), *cuts, np.full_like(rows, one.width)])
    left_of = np.pad(one.density.cumsum(axis=1, dtype=float), ((0, 0), (1, 0)))[np.arange(one.height), lines]
    least = settings.least_amount * one.amount
    parts = {}
    reached, last = {0}, len(lines) - 1
    for start in range(last):
        if start not in reached:
            continue
        for end in range(start + 1, len(lines)):
            too_light = (left_of[end] - left_of[start]).clip(0).sum() < 0.999 * least
            if too_light or (start, end) == (0, last):
                continue
            part = _between(one, lines[start], lines[end])
            if part and part.width >= 1.5 * one.height:
                break  # farther seams only make it wider
            if part and part.height >= settings.least_height * one.height and part.amount >= least:
                parts[start, end] = part
                reached.add(end)
    # Only parts that follow one another from edge to edge can be chosen: a third of all on photographs of rows.
    onward = {last}
    for start, end in reversed(list(parts)):
        if end in onward:
            onward.add(start)
        else:
            del parts[start, end]
    width = max(1.0, stroke_width(reduced))
    return Seams(len(paths), parts, {i + 1: foreground / width for i, foreground in enumerate(crossed)})


def _between(one: Component, left: NDArray[np.intp], right: NDArray[np.intp]) -> Component | None:
    """The part of a component from one column, row by row, up to another; None if there is no foreground."""
    first, last = int(left.min()), int(right.max())
    columns = np.arange(first, last)
    between = (columns >= left[:, np.newaxis]) & (columns < right[:, np.newaxis])
    return trimmed(Component(np.where(between, one.density[:, first:last], 0), one.left + first, one.top, one.darkness))


def _paths(foreground: NDArray[np.float32], settings: SplittingSettings) -> tuple[list[NDArray[np.intp]], list[float]]:
    """Columns of the best paths, row by row, and how much foreground they cross, in pixels; left to right.

    For each column of the middle row, the path through it that crosses least foreground: the cheapest from there to
    the top and to the bottom. Those that cross less than their surroundings come first, else all would graze the end
    of one stroke; then the others, in the order of that foreground, as long as they lie apart from those taken before.
    """
    height, width = foreground.shape
    if width < 4:
        return [], []
    middle = height // 2
    upper, from_top = _cheapest(foreground[: middle + 1], settings.aside_px)
    lower, from_bottom = _cheapest(foreground[middle:][::-1], settings.aside_px)
    price = upper + lower - foreground[middle]
    margin = max(1, round(settings.apart_of_height * height / 2))
    price[:margin] = price[-margin:] = np.inf
    apart = max(2, round(settings.apart_of_height * height))
    most = max(settings.most_seams, round(5 * width / height))
    lowest = price == ndimage.minimum_filter(price, 2 * apart + 1, mode="nearest")
    paths = np.concatenate([_followed(from_top), _followed(from_bottom)[::-1][1:]]).T
    found: list[int] = []
    for x in np.lexsort((price, ~lowest)):
        if len(found) == most:
            break
        if price[x] > settings.deepest_of_height * height:
            continue
        if (np.abs(paths[found] - paths[x]).mean(axis=1) >= apart / 2).all():
            found.append(x)
    found.sort(key=lambda x: int(paths[x].sum()))
    return [paths[x] for x in found], [float(price[x]) for x in found]


def _cheapest(foreground: NDArray[np.float32], aside: float) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The cost of the cheapest path from the first row to each column of the last, and every column's step to it."""
    cost = foreground[0].astype(float)
    step = np.zeros(foreground.shape, np.intp)
    before = np.full(len(cost) + 2, np.inf)
    for y in range(1, len(foreground)):
        before[1:-1] = cost
        choices = np.stack([before[:-2] + aside, before[1:-1], before[2:] + aside])
        step[y] = choices.argmin(axis=0) - 1
        cost = choices.min(axis=0) + foreground[y]
    return cost, step


def _followed(step: NDArray[np.intp]) -> NDArray[np.intp]:
    """The columns, row by row, of the paths that end in each column of the last row."""
    paths = np.empty_like(step)
    paths[-1] = np.arange(step.shape[1])
    for y in range(len(step) - 1, 0, -1):
        paths[y - 1] = paths[y] + step[y, paths[y]]
    return paths
