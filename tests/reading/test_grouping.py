"""Touching digits cut apart, and strokes judged in company."""

import numpy as np
from numpy.typing import NDArray

from byhand.reading.components import Shape
from byhand.reading.grouping import CLEAR, Guess, with_one_pen
from byhand.reading.seams import cut


def ring() -> NDArray[np.float32]:
    y, x = np.indices((80, 60))
    away = np.hypot((y - 39.5) / 40, (x - 29.5) / 30)
    return ((away < 1) & (away > 0.8)).astype(np.float32)


def test_two_rings_are_cut_where_a_stroke_joins_them() -> None:
    bridge = np.zeros((80, 12), np.float32)
    bridge[37:43] = 1
    cuts = cut(Shape(np.concatenate([ring(), bridge, ring()], axis=1), 10, 20))
    between = [end for start, end in cuts.parts if start == 0 and 70 <= cuts.parts[start, end].right <= 82]
    assert between
    assert min(cuts.strokes[number] for number in between) < 1.3 < max(cuts.strokes.values())
    assert 70 <= cuts.parts[between[0], cuts.count + 1].left <= 82


def test_a_ring_has_two_strokes_to_cut() -> None:
    cuts = cut(Shape(ring(), 0, 0))
    assert min(cuts.strokes.values()) > 1


def guess(digit: int, width: int) -> Guess:
    probabilities = np.full(10, 0.002)
    probabilities[digit] = 0.982
    foreground = np.zeros((80, 60), np.float32)
    foreground[10:70, 25 : 25 + width] = 1
    return Guess(Shape(foreground, 0, 0), np.zeros((28, 28), np.uint8), probabilities)


def test_a_1_thinner_than_all_others_is_doubted() -> None:
    thin, alike, two, three = guess(1, 2), guess(1, 8), guess(2, 8), guess(3, 9)
    judged = with_one_pen([thin, alike, two, three])
    assert [one.confidence >= CLEAR for one in judged] == [False, True, True, True]
    assert with_one_pen([thin, two])[0].confidence >= CLEAR  # one other is no company
