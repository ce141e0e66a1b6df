"""Right solutions are never accused, and typical mistakes are called by their name."""

import math
import re
from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest

from byhand.exercises.judge import judge
from byhand.exercises.judge_loop import judge_loop
from byhand.exercises.mistakes import SUBJECTS, finite_difference
from byhand.exercises.tasks import EXERCISES, Function

from .right import RIGHT, RIGHT_LOOPS
from .wrong import WRONG, WRONG_LOOPS

FUNCTIONS: dict[str, Function] = {one.name: one for exercise in EXERCISES.values() for one in exercise.functions}


def written(name: str, body: str, **others: Any) -> Callable[..., Any]:
    values: dict[str, Any] = {"np": np, "math": math} | others
    exec(compile(FUNCTIONS[name].code(body), f"{name}.py", "exec"), values)
    function: Callable[..., Any] = values[name]
    return function


def others(choose: Callable[[tuple[str, ...]], str]) -> dict[str, Any]:
    """All functions but the loop, each in one of its right styles."""
    return {name: written(name, choose(bodies)) for name, bodies in RIGHT.items()}


def test_there_are_enough_of_both() -> None:
    assert sum(map(len, RIGHT.values())) + len(RIGHT_LOOPS) >= 50
    assert sum(map(len, WRONG.values())) + len(WRONG_LOOPS) >= 50
    assert set(RIGHT) | {"train_epoch"} == set(WRONG) | {"train_epoch"} == set(FUNCTIONS)


@pytest.mark.parametrize("name", RIGHT)
def test_right_solutions_are_accepted_in_every_style(name: str) -> None:
    for body in (*RIGHT[name], FUNCTIONS[name].solution):
        assert judge(name, written(name, body)) is None, body


def test_right_loops_are_accepted_with_fifty_random_choices_of_styles() -> None:
    random = Random(0)
    for _ in range(50):
        body = random.choice((*RIGHT_LOOPS, FUNCTIONS["train_epoch"].solution))
        # A step that gives nothing back goes with loops that do not ask for it.
        functions = others(lambda bodies: random.choice([one for one in bodies if "return" in one]))
        assert judge_loop(written("train_epoch", body, **functions)) is None, body


def test_a_loop_in_float32_throughout_is_accepted() -> None:
    body = (
        RIGHT_LOOPS[0]
        .replace("order =", "x = x.astype(np.float32)\norder =")
        .replace("W1, b1, W2, b2 = parameters", "W1, b1, W2, b2 = (one.astype(np.float32) for one in parameters)")
    )
    assert body.count("float32") == 2
    assert judge_loop(written("train_epoch", body, **others(lambda bodies: bodies[0]))) is None


@pytest.mark.parametrize("name", WRONG)
def test_mistakes_are_named(name: str) -> None:
    for body, words in WRONG[name]:
        fault = judge(name, written(name, body))
        assert fault and re.search(words, fault.message), (body, fault)


@pytest.mark.parametrize(("body", "words"), WRONG_LOOPS)
def test_mistakes_in_the_loop_are_named(body: str, words: str) -> None:
    # In-place steps would hide that the result is not kept.
    fault = judge_loop(written("train_epoch", body, **others(lambda bodies: bodies[0])))
    assert fault and re.search(words, fault.message), fault


def test_the_message_shows_the_library_and_the_finite_difference() -> None:
    fault = judge("loss_backward", written("loss_backward", "return (p - np.eye(p.shape[1])[labels]) ** 3 / len(p)"))
    assert fault
    found = re.search(r"the library says (\S+), and a finite difference (\S+)\.", fault.message)
    assert found and float(found[1]) == pytest.approx(float(found[2]), abs=1e-5)


def test_the_librarys_gradients_are_their_finite_differences() -> None:
    compared = 0
    for subject in SUBJECTS.values():
        if subject.loss is None:
            continue
        arguments = subject.cases[0]
        for part, values in enumerate(subject.right(*arguments)):
            for at, value in np.ndenumerate(values):
                assert finite_difference(subject, arguments, part, at) == pytest.approx(value, abs=1e-8)
                compared += 1
    assert compared > 50


def given_by(gives: Callable[..., Any], arguments: Any) -> Any:
    try:
        return np.asarray(gives(*arguments), float)
    except (ValueError, IndexError):
        return None  # with these shapes it would fail


def test_no_two_names_stand_for_the_same_numbers() -> None:
    """Else a name would depend on the order of the catalogue."""

    def same(a: Any, b: Any) -> bool:
        if a is None or b is None:
            return a is b
        return a.shape == b.shape and bool(np.allclose(a, b, 1e-4, equal_nan=True))

    with np.errstate(all="ignore"):
        for subject in SUBJECTS.values():
            for i, part in enumerate(subject.parts[: len(subject.right(*subject.cases[-1]))]):
                right = [np.asarray(subject.right(*arguments)[i]) for arguments in subject.cases]
                results = [
                    (mistake.says, [given_by(mistake.gives, arguments) for arguments in subject.cases])
                    for mistake in part.mistakes
                ]
                for says, given in results:
                    assert not all(map(same, given, right)), says
                    for other_says, other in results:
                        assert says == other_says or not all(map(same, given, other)), (says, other_says)


def test_the_order_of_exercises_is_that_in_which_they_need_each_other() -> None:
    names = list(EXERCISES)
    assert names[-1] == "loop" and all(a != b for a, b in pairwise(names))
