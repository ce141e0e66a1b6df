"""Group: which connected components are strokes of one digit.

Where it is not clear, the network decides: every way to group neighbours is read, and the one that reads best wins.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.reading.components import Component, combined, usual_height
from byhand.reading.preparation import prepare

Classify = Callable[[NDArray[np.uint8]], NDArray[Any]]  # images (n, 28, 28) to probabilities (n, 10)
CLEAR = 0.97  # confidence of what clearly is a digit


@dataclass(frozen=True)
class GroupingSettings:
    """How components are grouped. Distances and sizes are parts of the height of the taller of two.

    Attributes:
        near_of_height: strokes of one digit are no farther apart,
        touching_of_height: nor are parts of a digit that stand above each other, whatever their heights;
        union_of_height: and together, side by side, they are no taller.
        alike: the fainter of two strokes of one digit has more than this part of the darkness of the other.
        most: components of one digit.
        exhaustive: among so many neighbours, every group is tried; among more, those that follow one another.
        price: what one more digit must gain, in log probability.
        small_of_height: what is smaller than this part of its largest neighbour, or of the usual height, is hardly a
        digit.
    """

    near_of_height: float = 0.22
    touching_of_height: float = 0.1
    union_of_height: float = 1.35
    alike: float = 0.4
    most: int = 4
    exhaustive: int = 10
    price: float = 0.35
    small_of_height: float = 0.55


@dataclass(frozen=True)
class Guess:
    """Some foreground and what the network says of it.

    Attributes:
        component: the foreground.
        image: the same in MNIST's form, uint8, shape (28, 28).
        probabilities: of the ten digits, shape (10,).
    """

    component: Component
    image: NDArray[np.uint8] = field(repr=False)
    probabilities: NDArray[Any]

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
        """How well it reads, as log probability; less for shapes that digits do not have.

        Measured on MNIST's digits other than 1: the geometric mean of width by height is 0.8, and the standard
        deviation of its logarithm 0.24, taken as 0.35 for other hands.
        """
        return worth(self.confidence, self.component, 0.8, 0.35, with_one=self.digit == 1)


def worth(confidence: float, one: Component, usual: float, spread: float, *, with_one: bool) -> float:
    """How well something reads, as log probability; less for a shape that is not usual.

    Args:
        confidence: its probability, 0 to 1.
        one: the foreground.
        usual: the geometric mean of width by height.
        spread: the standard deviation of its logarithm.
        with_one: whether it is a 1, or has one: it is narrow, then, however much.
    """
    unusual = math.log(one.width / (usual * one.height)) / spread
    if unusual < 0:
        unusual = 0 if with_one else unusual / 2
    return math.log(max(confidence, 1e-6)) - unusual**2 / 2


def is_clear(one: Guess) -> bool:
    """Tell what clearly is a digit other than 1, which any stroke looks like."""
    return one.digit > 1 and one.confidence > CLEAR


def guess(components: Sequence[Component], classify: Classify) -> list[Guess]:
    """Let the network look at components, all at once."""
    if not components:
        return []
    images = np.array([prepare(one.density) for one in components])
    return [Guess(*one) for one in zip(components, images, classify(images), strict=True)]


def group(
    components: Sequence[Component], classify: Classify, settings: GroupingSettings | None = GroupingSettings()
) -> tuple[Guess, ...]:
    """Group components into digits, or into other things that are one.

    Args:
        components: connected pieces of foreground.
        classify: gives the probabilities of images in MNIST's form; it is called once.
        settings: see `GroupingSettings`; None to take each component for one thing.

    Returns:
        One guess for each digit or other thing, in no particular order.
    """
    if settings is None:
        return tuple(guess(components, classify))
    clusters = neighbours(components, settings)
    usual = usual_height(components)
    subsets = [_subsets(cluster, usual, settings) for cluster in clusters]
    flat = [
        combined([cluster[i] for i in subset])
        for cluster, some in zip(clusters, subsets, strict=True)
        for subset in some
    ]
    guesses = iter(guess(flat, classify))
    return tuple(
        one
        for cluster, some in zip(clusters, subsets, strict=True)
        for one in _best_partition(cluster, {subset: next(guesses) for subset in some}, usual, settings)
    )


def neighbours(components: Sequence[Component], settings: GroupingSettings) -> list[list[Component]]:
    """Clusters of components that are near each other, directly or through others."""
    if not components:
        return []
    left, top, right, bottom = np.array([one.box for one in components], float).T
    height = np.maximum.outer(bottom - top, bottom - top)
    lower = np.minimum.outer(bottom - top, bottom - top)
    across = np.maximum.outer(left, left) - np.minimum.outer(right, right)
    down = np.maximum.outer(top, top) - np.minimum.outer(bottom, bottom)
    union = np.maximum.outer(bottom, bottom) - np.minimum.outer(top, top)
    near = settings.near_of_height * height
    beside = (np.hypot(across, down.clip(0)) < near) & (union < settings.union_of_height * height)
    # One above the other, as the halves of a 3 or 8 that the pen left apart.
    touching = (down < settings.touching_of_height * height) & (union < 2.1 * height)
    above = (down < near) & (union < np.where(lower > 0.6 * height, 1.25, 1.7) * height)
    darkness = np.array([one.darkness for one in components])
    alike = np.minimum.outer(darkness, darkness) > settings.alike * np.maximum.outer(darkness, darkness)
    linked = alike & np.where(across > 0, beside, touching | above)
    labels = connected(linked)
    clusters: dict[int, list[Component]] = {}
    for i in np.argsort(left, kind="stable"):
        clusters.setdefault(int(labels[i]), []).append(components[i])
    return list(clusters.values())


def connected(linked: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Number what is linked directly or through others: each gets the least number among them.

    To load SciPy's function for graphs, and the solvers that come along, takes 70 ms, longer than to read a digit.

    Args:
        linked: True where two are linked, shape (n, n), symmetric.

    Returns:
        Shape (n,).
    """
    labels = np.arange(len(linked))
    while True:
        least = np.minimum(labels, np.where(linked, labels, len(labels)).min(axis=1, initial=len(labels)))
        least = least[least]  # the least number that the one with the least number knows of: twice as far each time
        if (least == labels).all():
            return labels
        labels = least


def _subsets(pieces: Sequence[Component], usual_px: float, settings: GroupingSettings) -> list[tuple[int, ...]]:
    """The groups of pieces that could be one digit, by their positions."""
    count, most = len(pieces), min(settings.most, len(pieces))
    few = count <= settings.exhaustive
    return [
        subset
        for size in range(1, most + 1)
        for subset in (
            itertools.combinations(range(count), size)
            if few
            else (tuple(range(start, start + size)) for start in range(count - size + 1))
        )
        if _hangs_together([pieces[i] for i in subset], usual_px, settings)
    ]


def _hangs_together(pieces: Sequence[Component], usual_px: float, settings: GroupingSettings) -> bool:
    """Tell whether pieces can be one digit: each near another, and the whole not much wider than high."""
    if len(pieces) == 1:
        return True
    width = max(p.right for p in pieces) - min(p.left for p in pieces)
    height = max(p.bottom for p in pieces) - min(p.top for p in pieces)
    if width > 1.6 * height or height > max(1.8 * max(p.height for p in pieces), 1.2 * usual_px):
        return False
    return len(neighbours(pieces, settings)) == 1


def _best_partition(
    pieces: Sequence[Component], guesses: dict[tuple[int, ...], Guess], usual_px: float, settings: GroupingSettings
) -> list[Guess]:
    """Of all ways to part pieces into groups, the one that reads best."""
    tallest = max(usual_px, *(p.height for p in pieces))

    def value(subset: tuple[int, ...]) -> float:
        one = guesses[subset]
        small = max(0.0, math.log(settings.small_of_height * tallest / one.component.height))
        return one.score - settings.price - 4 * small

    starting: dict[int, list[tuple[int, tuple[int, ...], float]]] = {}
    for subset in guesses:
        starting.setdefault(subset[0], []).append((sum(1 << i for i in subset), subset, value(subset)))
    everything = (1 << len(pieces)) - 1
    # The first piece not yet used goes into one of its groups; the best for each set of used pieces is kept.
    best: dict[int, tuple[float, tuple[tuple[int, ...], ...]]] = {0: (0.0, ())}
    for first in range(len(pieces)):
        for used in [used for used in best if used & ((2 << first) - 1) == (1 << first) - 1]:
            score, chosen = best.pop(used)
            for bits, subset, gain in starting.get(first, []):
                if used & bits:
                    continue
                if used | bits not in best or score + gain > best[used | bits][0]:
                    best[used | bits] = score + gain, (*chosen, subset)
    return [guesses[subset] for subset in best[everything][1]]
