"""Touching digits: two that no cut parts well are read at once, by a network of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data.mnist_form import PAIR_BOX_PX, PAIR_SHAPE
from byhand.reading.components import Component
from byhand.reading.preparation import boxed, resampler, usual_contrast, usual_weight

ClassifyPairs = Callable[[NDArray[np.uint8]], NDArray[Any]]  # images (n, 24, 44) to probabilities (n, 101)
# Nothing narrower or wider, as parts of its height, is taken for two digits.
NARROWEST, WIDEST = 0.55, 2.5


@dataclass(frozen=True)
class Pair:
    """Some foreground as two digits.

    Attributes:
        confidence: the probability of just these two, 0 to 1.
        left: the probabilities of the left one, shape (10,).
        right: those of the right one.
    """

    confidence: float
    left: NDArray[Any]
    right: NDArray[Any]


def may_be_two(one: Component) -> bool:
    """Tell whether something is as wide as two digits can be."""
    return NARROWEST * one.height <= one.width <= WIDEST * one.height


def guess_pairs(components: Sequence[Component], classify: ClassifyPairs) -> list[Pair]:
    """Let the network for pairs look at components, all at once.

    Args:
        components: foreground.
        classify: gives the probabilities of 00 to 99, in this order, and of what is no two digits.
    """
    if not components:
        return []
    pairs = []
    for probabilities in classify(np.array([prepare_pair(one.density) for one in components])):
        both, none = probabilities[:-1].reshape(10, 10), probabilities[-1]
        # Where it may be something else, any digit is as likely.
        pairs.append(Pair(float(both.max()), both.sum(axis=1) + none / 10, both.sum(axis=0) + none / 10))
    return pairs


def prepare_pair(foreground: NDArray[Any]) -> NDArray[np.uint8]:
    """Bring two digits to the form in which the network for pairs knows them: size, place, contrast, stroke weight.

    Args:
        foreground: 0 (background) to 1 (foreground), shape (height, width), of any size, with or without margins.

    Returns:
        Grey levels 0 (background) to 255 (foreground), shape (24, 44); all 0 where there is no foreground.
    """
    box = boxed(foreground)
    if not box.size:
        return np.zeros(PAIR_SHAPE, np.uint8)
    scale = min(room / length for room, length in zip(PAIR_BOX_PX, box.shape, strict=True))
    down, across = (
        resampler(length, scale, (size - length * scale) / 2, size)
        for length, size in zip(box.shape, PAIR_SHAPE, strict=True)
    )
    image = usual_weight(usual_contrast(down @ box @ across.T))
    grey: NDArray[np.uint8] = np.floor(255 * image + 0.5).astype(np.uint8)
    return grey
