"""Connected components: what belongs to a stroke, and what is too faint to be written."""

import numpy as np

from byhand.reading.components import Component, ComponentSettings, connected_components, is_line, usual_height
from byhand.reading.foreground import Foreground


def test_grain_is_left_out_however_much_there_is_of_it() -> None:
    y, x = np.indices((900, 900))
    density = np.where((y % 110 < 30) & (x % 110 < 30), 0.08, 0).astype(np.float32)
    density[400:520, 400:520] = 0
    ring = (np.hypot(y - 460, x - 460) < 50) & (np.hypot(y - 460, x - 460) > 38)
    density[ring] = 0.8
    mask = density > 0
    components, faint = connected_components(Foreground(density, mask, mask, np.ones((900, 900), np.float32)))
    assert len(components) == 1 and components[0].height > 90
    assert len(faint) > 50


def test_a_margin_line_is_no_measure_of_the_digits() -> None:
    margin = np.eye(900, 60, dtype=np.float32)  # a tilted line
    margin[np.arange(900), np.arange(900) * 60 // 900] = 1
    line = Component(margin, 0, 0, 1.0)
    digits = [Component(np.full((45, 30), 0.4, np.float32), 80, top, 1.0) for top in range(0, 800, 100)]
    assert usual_height([line, *digits]) == 45
    assert is_line(line, 45, ComponentSettings())
    touching = Component(np.full((45, 400), 0.3, np.float32), 80, 0, 1.0)
    assert not is_line(touching, 45, ComponentSettings())


def test_a_shadow_is_no_measure_of_the_digits() -> None:
    shadow = Component(np.ones((600, 90), np.float32), 0, 0, darkness=0.1)
    digits = [Component(np.full((60, 40), 0.4, np.float32), left, 100, darkness=0.8) for left in range(100, 700, 80)]
    assert usual_height([shadow, *digits]) == 60
