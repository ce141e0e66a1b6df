"""What is told from a digit by its form alone: a plus, and small faint things."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from byhand.reading.components import Component
from byhand.reading.grouping import Guess
from byhand.reading.pipeline import is_cut_off, is_in_a_word, is_plus, kind_of


def one(density: NDArray[Any], digit: int = 1, darkness: float = 1.0, confidence: float = 0.99) -> Guess:
    probabilities = np.full(10, (1 - confidence) / 9)
    probabilities[digit] = confidence
    return Guess(Component(density.astype(np.float32), 0, 0, darkness), np.zeros((28, 28), np.uint8), probabilities)


def plus() -> NDArray[Any]:
    shape = np.zeros((40, 36))
    shape[18:22] = shape[:, 16:20] = 1
    return shape


def test_a_plus_is_no_one() -> None:
    assert is_plus(one(plus()))
    assert not is_plus(one(plus(), digit=4))


@pytest.mark.parametrize("how", ["slanted", "flag and foot", "upright"])
def test_a_one_is_no_plus(how: str) -> None:
    shape = np.zeros((40, 36))
    if how == "slanted":
        shape = np.fliplr(np.eye(40)) + np.fliplr(np.eye(40, k=1))
    elif how == "upright":
        shape = np.ones((40, 6))
    else:
        shape[:, 16:20] = shape[36:] = 1
    assert not is_plus(one(shape))


@pytest.mark.parametrize(("place", "cut_off"), [(0, True), (10, True), (5, False)])
def test_what_the_edge_cuts_off(place: int, cut_off: bool) -> None:
    def moved(confidence: float) -> Guess:
        guess = one(np.ones((30, 20)), 6, confidence=confidence)
        return replace(guess, component=replace(guess.component, left=place, top=5))

    assert is_cut_off(moved(0.9), (60, 30)) == cut_off
    assert not is_cut_off(moved(0.99), (60, 30))


def kind(guess: Guess, *clear: Component) -> str:
    return kind_of(guess, usual_px=50, usual_darkness=0.8, clear=clear)


def digit_of(height: int, left: int, top: int) -> Component:
    return Component(np.ones((height, height // 2), np.float32), left, top)


def test_faint_is_a_speck() -> None:
    half, small = np.ones((25, 18)), np.ones((15, 10))
    assert kind(one(half, 0)) == "written"
    assert kind(one(half, 0, darkness=0.4)) == "speck"
    assert kind(one(small, 2, darkness=0.4, confidence=0.9)) == "speck"
    assert kind(one(small, 2, darkness=0.4)) == "written"  # thin strokes are faint


@pytest.mark.parametrize("digit", [0, 1])
def test_a_tiny_stroke_or_ring_needs_company(digit: int) -> None:
    tiny = one(np.ones((15, 3)), digit)
    middle = tiny.component.top + 7
    high, low = digit_of(50, 100, middle - 5), digit_of(50, 100, middle - 45)
    assert kind(tiny) == kind(tiny, high) == kind(tiny, low) == "speck"
    assert kind(tiny, high, digit_of(14, 200, 0)) == "written"  # as large
    assert kind(tiny, digit_of(50, 100, middle - 25)) == ("speck" if digit else "written")  # beside a large one


def test_a_row_of_small_things_most_of_which_are_no_digits_is_a_word() -> None:
    def row(*letters: tuple[int, float]) -> list[Guess]:
        guesses = [one(np.ones((12, 7)), digit, confidence=confidence) for digit, confidence in letters]
        return [
            replace(guess, component=replace(guess.component, left=10 * number)) for number, guess in enumerate(guesses)
        ]

    word = row((0, 0.99), (2, 0.4), (5, 0.99), (1, 0.99), (8, 0.3), (6, 0.5), (1, 0.99))
    number = row((0, 0.99), (6, 0.99), (1, 0.99), (8, 0.99), (2, 0.5), (5, 0.99))
    assert all(is_in_a_word(letter, word) for letter in word)
    assert not any(is_in_a_word(digit, number) for digit in number)
    few = word[:3]
    assert not any(is_in_a_word(letter, few) for letter in few)
    far = [*few, replace(word[3], component=replace(word[3].component, left=500))]
    assert not is_in_a_word(far[0], far)
