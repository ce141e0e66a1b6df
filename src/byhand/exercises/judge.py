"""Is one function right, and if not, what is the mistake?"""

import copy
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.exercises.mistakes import SUBJECTS, Arrays, Mistake, Part, Subject, finite_difference

# A right function in float32 is off by its seventh digit, and a few more where it adds up; a mistake changes the first.
RELATIVE, ABSOLUTE = 1e-4, 1e-6


NOT_WRITTEN = "Not written yet."
SHAPE_HINT = (
    "Write down the shape of each array: one of them is probably transposed, or a sum runs over the wrong axis."
)


@dataclass(frozen=True)
class Fault:
    """A mistake that was found; the message names it."""

    message: str


def judge(name: str, function: Callable[..., Any]) -> Fault | None:
    """Compare a function with the library.

    Args:
        name: one of `SUBJECTS`.
        function: the learner's.

    Returns:
        The mistake; None where the function is right.
    """
    subject = SUBJECTS[name]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        changed = None
        for arguments in subject.cases:
            given = copy.deepcopy(arguments)
            found = call(function, given)
            if isinstance(found, Fault):
                return (_where_all_shapes_fit(subject, function) if SHAPE_HINT in found.message else None) or found
            fault = _compare(subject, arguments, _results(subject, found, given))
            if fault:
                return fault
            changed = changed or _changed(subject, function, arguments, given)
        return changed


def _where_all_shapes_fit(subject: Subject, function: Callable[..., Any]) -> Fault | None:
    """Name the mistake of a function that fails for its shapes: where all sizes are alike, it gives numbers."""
    for arguments in subject.cases:
        sizes = {size for one in arguments for size in np.shape(one)}
        given = copy.deepcopy(arguments)
        found = None if len(sizes) > 1 else call(function, given)
        results = None if found is None or isinstance(found, Fault) else _results(subject, found, given)
        for part, result in zip(subject.parts, results if isinstance(results, list) else [], strict=False):
            named = _known(part, arguments, result)
            if named:
                return Fault(f"{_capital(part.name)}: {named.says}" if len(subject.parts) > 1 else named.says)
    return None


def call(function: Callable[..., Any], arguments: Arrays) -> Any:
    """Call the learner's function; a fault in a sentence if it fails."""
    try:
        return function(*arguments)
    except NotImplementedError:
        return Fault(NOT_WRITTEN)
    except (Exception, SystemExit) as error:
        return Fault(in_a_sentence(error))


def in_a_sentence(error: BaseException) -> str:
    """What went wrong in the learner's file, and where."""
    if isinstance(error, SyntaxError):
        place = f"{Path(error.filename or 'the file').name}, line {error.lineno}"
        return f"Python cannot read {place}: {error.msg}."
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if "byhand" not in Path(frame.filename).parts
    ]
    own = [frame for frame in frames if "site-packages" not in frame.filename and not frame.filename.startswith("<")]
    where = f" in {Path(own[-1].filename).name}, line {own[-1].lineno}" if own else ""
    what = " ".join(str(error).split()) or "no message"
    hint = ""
    shapes = isinstance(error, ValueError) and any(word in what for word in ("shape", "dimension", "broadcast"))
    if shapes or isinstance(error, IndexError):
        hint = f" {SHAPE_HINT}"
    if isinstance(error, OverflowError):
        hint = " e^1000 is beyond all numbers: subtract the largest first."
    return f"It stops with {type(error).__name__}{where}: {what.rstrip('.')}.{hint}"


def _results(subject: Subject, found: Any, given: Arrays) -> list[Any] | Fault:
    """The results as arrays, one for each part."""
    count = len(subject.right(*copy.deepcopy(given)))
    if found is None and subject.may_change:
        found = given[subject.may_change[0]]
    if found is None:
        return Fault("It gives nothing back: is there a return missing?")
    several = len(subject.parts) > 1
    if several:
        if isinstance(found, np.ndarray) and count == 1 and found.shape == np.shape(given[0][0]):
            found = [found]
        if isinstance(found, np.ndarray) or not hasattr(found, "__iter__"):
            return Fault(f"It gives one array back: {count} are wanted, {_names(subject, count)}.")
        found = list(found)
        if len(found) != count:
            return Fault(f"It gives {len(found)} results back: {count} are wanted, {_names(subject, count)}.")
    results = []
    for name, one in zip(subject.parts, found if several else [found], strict=False):
        if one is None:
            return Fault(f"{_capital(name.name)} is None.")
        if isinstance(one, list | tuple):
            return Fault(
                f"{_capital(name.name)} is a {type(one).__name__}; others need an array: np.array(...) makes one."
            )
        try:
            results.append(np.array(one, np.float64))
        except (TypeError, ValueError):
            return Fault(f"{_capital(name.name)} is no array of numbers, but {type(one).__name__}.")
    return results


def _names(subject: Subject, count: int) -> str:
    return ", ".join(part.name for part in subject.parts[:count])


def _compare(subject: Subject, arguments: Arrays, results: list[Any] | Fault) -> Fault | None:
    if isinstance(results, Fault):
        return results
    right = [np.asarray(one, np.float64) for one in subject.right(*copy.deepcopy(arguments))]
    wrong = [i for i, (found, wanted) in enumerate(zip(results, right, strict=True)) if not _same(found, wanted)]
    if not wrong:
        return None
    if len(right) > 1:
        for order in permutations(range(len(right))):
            if all(_same(results[i], right[j]) for i, j in enumerate(order)):
                names = ", ".join(subject.parts[i].name for i in range(len(right)))
                return Fault(f"The results are right, but in another order: give {names}.")
    said = {subject.parts[i].name: _explain(subject, arguments, i, results[i], right[i]) for i in wrong}
    if len(wrong) == len(right) and len(set(said.values())) == 1:
        return Fault(said[subject.parts[0].name])
    return Fault(" ".join(f"{_capital(name)}: {message}" for name, message in said.items()))


def _explain(subject: Subject, arguments: Arrays, at: int, found: NDArray[Any], wanted: NDArray[Any]) -> str:
    """Name the mistake in one result."""
    named = _known(subject.parts[at], arguments, found)
    if named:
        return named.says
    if found.shape != wanted.shape:
        shape = f"Its shape is {found.shape}, and {wanted.shape} is wanted"
        if found.size == wanted.size and _same(found.reshape(wanted.shape), wanted):
            return f"The numbers are right, but not the form. {shape}."
        if found.ndim == 2 and _same(found.T, wanted):
            return f"It is transposed. {shape}."
        return f"{shape}."
    if not np.isfinite(found).all():
        return "It holds NaN or infinity: something is divided by 0, or too large for e^x."
    if found.ndim == 2 and found.shape[0] == found.shape[1] and _same(found.T, wanted):
        return "It is transposed."
    factor = _factor(found, wanted)
    if factor is not None:
        return _scaled(factor, arguments)
    if not found.any():
        return "It is 0 throughout."
    return _entry(subject, arguments, at, found, wanted)


def _known(part: Part, arguments: Arrays, found: NDArray[Any]) -> Mistake | None:
    """The mistake that gives these very numbers."""
    for mistake in part.mistakes:
        try:
            other = np.asarray(mistake.gives(*copy.deepcopy(arguments)), np.float64)
        except (ValueError, IndexError):
            continue  # with these shapes it would fail
        if _same(found, other, nan=True):
            return mistake
    return None


def _factor(found: NDArray[Any], wanted: NDArray[Any]) -> float | None:
    """The number that `wanted` is multiplied by to give `found`; None where there is none."""
    if wanted.size < 2 or not wanted.any():
        return None
    factor = float(np.vdot(wanted, found) / np.vdot(wanted, wanted))
    return factor if abs(factor) > 1e-9 and _same(found, factor * wanted) else None


def _scaled(factor: float, arguments: Arrays) -> str:
    sizes = {len(one): "the number of images" for one in arguments if isinstance(one, np.ndarray) and one.ndim == 2}
    if abs(factor + 1) < 1e-3:
        return "The size is right and the direction is opposite: a sign is wrong."
    direction = "Right direction" if factor > 0 else "Opposite direction"
    size = abs(factor)
    times, small = (size, "large") if size > 1 else (1 / size, "small")
    why = ""
    for n, what in sizes.items():
        if n > 1 and abs(times / n - 1) < 1e-3:
            batch = "did you divide by the batch?" if small == "large" else "is it divided by the batch once too often?"
            why = f" {times:.4g} is {what} here: {batch}"
    return f"{direction}, {times:.4g} times too {small}.{why}"


def _entry(subject: Subject, arguments: Arrays, at: int, found: NDArray[Any], wanted: NDArray[Any]) -> str:
    """Show the number that is farthest off."""
    place = tuple(int(i) for i in np.unravel_index(int(np.abs(found - wanted).argmax()), found.shape))
    measured = finite_difference(subject, arguments, at, place)
    where = f"At [{', '.join(map(str, place))}] it" if place else "It"
    difference = f", and a finite difference {measured:.6g}" if measured is not None else ""
    return f"{where} is {float(found[place]):.6g}; the library says {float(wanted[place]):.6g}{difference}."


def _changed(subject: Subject, function: Callable[..., Any], before: Arrays, after: Arrays) -> Fault | None:
    """A right function that writes over what it was given spoils what others need."""
    names = function.__code__.co_varnames if hasattr(function, "__code__") else ()
    for i, (old, new) in enumerate(zip(before, after, strict=True)):
        if i in subject.may_change:
            continue
        pairs = zip(old, new, strict=True) if isinstance(old, list) else [(old, new)]
        if any(not np.array_equal(a, b) for a, b in pairs):
            name = names[i] if i < len(names) else f"argument {i + 1}"
            return Fault(
                f"The numbers are right, but {name} is overwritten in place, and others still need it: work on a copy "
                f"(such as {name}.copy()), or write {name} = {name} * ... instead of {name} *= ...."
            )
    return None


def _same(found: Any, wanted: Any, nan: bool = False) -> bool:
    found, wanted = np.asarray(found), np.asarray(wanted)
    if found.size == wanted.size == 1:
        found, wanted = found.reshape(()), wanted.reshape(())
    return found.shape == wanted.shape and bool(np.allclose(found, wanted, RELATIVE, ABSOLUTE, equal_nan=nan))


def _capital(text: str) -> str:
    return text if text[:1].isupper() or "_" in text or "/" in text else text[:1].upper() + text[1:]
