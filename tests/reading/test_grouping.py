"""Strokes grouped to digits, and touching digits split."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from byhand.reading.components import Component
from byhand.reading.grouping import GroupingSettings, connected, group, neighbours
from byhand.reading.splitting import SplittingSettings, find_seams


def ring() -> NDArray[np.float32]:
    y, x = np.indices((80, 60))
    away = np.hypot((y - 39.5) / 40, (x - 29.5) / 30)
    return ((away < 1) & (away > 0.8)).astype(np.float32)


def block(left: int, top: int, width: int, height: int) -> Component:
    return Component(np.ones((height, width), np.float32), left, top)


def test_two_rings_have_a_seam_where_a_stroke_joins_them() -> None:
    bridge = np.zeros((80, 12), np.float32)
    bridge[37:43] = 1
    seams = find_seams(Component(np.concatenate([ring(), bridge, ring()], axis=1), 10, 20), SplittingSettings())
    between = [end for start, end in seams.parts if start == 0 and 70 <= seams.parts[start, end].right <= 82]
    assert between
    assert min(seams.strokes[number] for number in between) < 1.3 < max(seams.strokes.values())
    assert 70 <= seams.parts[between[0], seams.count + 1].left <= 82


def test_a_ring_has_two_strokes_to_cross() -> None:
    seams = find_seams(Component(ring(), 0, 0), SplittingSettings())
    assert min(seams.strokes.values()) > 1


@given(st.integers(0, 60), st.integers(0, 80), st.integers(0, 1000))
def test_what_is_connected_is_what_scipy_says(count: int, links: int, seed: int) -> None:
    linked = np.zeros((count, count), bool)
    if count:
        ends = np.random.default_rng(seed).integers(count, size=(2, links))
        linked[*ends] = linked[*ends[::-1]] = True
    labels, expected = connected(linked), connected_components(linked, directed=False)[1] if count else []
    first = [list(expected).index(number) for number in expected]
    assert labels.tolist() == first


def test_strokes_close_together_are_neighbours() -> None:
    stem, bar, far = block(0, 0, 6, 60), block(10, 25, 20, 6), block(90, 0, 6, 60)
    assert sorted(len(cluster) for cluster in neighbours([stem, bar, far], GroupingSettings())) == [1, 2]


def test_the_network_is_asked_once_and_the_surer_way_wins() -> None:
    asked = []

    def classify(images: NDArray[np.uint8]) -> NDArray[np.float64]:
        asked.append(len(images))
        probabilities = np.full((len(images), 10), 0.05)
        probabilities[:, 3] = 0.55
        probabilities[-1] = 0.001
        probabilities[-1, 7] = 0.991  # the last is the two together
        return probabilities

    pieces = [block(0, 0, 6, 60), block(10, 0, 34, 6)]
    (one,) = group(pieces, classify)
    assert one.digit == 7
    assert one.component.box == (0, 0, 44, 60)
    assert asked == [3]
    assert len(group(pieces, classify, None)) == 2


def test_a_shadow_beside_a_digit_is_no_stroke_of_it() -> None:
    shadow, digit = block(0, 0, 40, 300), block(48, 100, 40, 60)
    settings = GroupingSettings()
    assert len(neighbours([shadow, digit], settings)) == 1
    assert len(neighbours([replace(shadow, darkness=0.15), replace(digit, darkness=0.8)], settings)) == 2
