"""What the judge knows of a function: what is right, what to try it on, and what mistakes would give."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.nn.gradient_check import STEP

Arrays = tuple[Any, ...]


@dataclass(frozen=True)
class Mistake:
    """A fault.

    Attributes:
        says: its name, as a sentence for the learner.
        gives: what it would give, from the function's arguments.
    """

    says: str
    gives: Callable[..., Any]


@dataclass(frozen=True)
class Part:
    """One result of a function.

    Attributes:
        name: what messages call it.
        mistakes: that are known for it.
    """

    name: str
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class Subject:
    """What the judge knows of a function.

    Attributes:
        right: gives the results, one for each part, with the library.
        cases: arguments to try it on; no two sizes of an array are alike.
        parts: of the result.
        loss: for backward functions, the scalar whose gradient part i is, as a function of the number `moved` at
            position `at`: loss(arguments, part, at, moved).
        may_change: positions of arguments that may be changed in place.
    """

    right: Callable[..., Arrays]
    cases: tuple[Arrays, ...]
    parts: tuple[Part, ...]
    loss: Callable[[Arrays, int, tuple[int, ...], float], float] | None = None
    may_change: tuple[int, ...] = ()


def finite_difference(subject: Subject, arguments: Arrays, part: int, at: tuple[int, ...]) -> float | None:
    """Measure one derivative; None for functions that give no gradient."""
    if subject.loss is None:
        return None
    above, below = (subject.loss(arguments, part, at, move) for move in (STEP, -STEP))
    return (above - below) / (2 * STEP)


def moved(array: Any, at: tuple[int, ...], move: float) -> Any:
    """A copy of an array in which one number is larger by `move`."""
    array = np.array(array, np.float64)
    array[at] += move
    return array
