"""Paper: its colour and grain, printed lines, and what shines through from the back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Colours = NDArray[np.float32]  # red, green, blue, 0 to 1, shape (height, width, 3)


def any_sheet(height: int, width: int, digit: int, rng: np.random.Generator, ruling: str | None = None) -> Colours:
    """Blank, ruled, squared or dotted paper; lines are fainter than ink, as printers make them."""
    tone = rng.choice(4, p=[0.6, 0.2, 0.12, 0.08])
    paper = np.array([(0.97, 0.97, 0.96), (0.96, 0.93, 0.85), (0.82, 0.82, 0.82), (0.76, 0.64, 0.48)][tone])
    sheet = np.ones((height, width, 3), np.float32) * paper.astype(np.float32)
    grain = rng.standard_normal((height, width)) * rng.uniform(0.002, 0.012)
    grain += ndimage.gaussian_filter(rng.standard_normal((height, width)), 3) * rng.uniform(0, 0.03)
    sheet += grain[..., np.newaxis].astype(np.float32)
    ruling = ruling or str(rng.choice(["blank", "ruled", "squared"], p=[0.55, 0.25, 0.2]))
    if ruling != "blank":
        colour = [(0.55, 0.7, 0.9), (0.7, 0.7, 0.72), (0.75, 0.65, 0.8), (0.6, 0.8, 0.7)][rng.integers(4)]
        spacing = digit * (rng.uniform(0.9, 2) if ruling == "ruled" else rng.uniform(0.35, 1.1))
        line = max(1, round(rng.uniform(0.01, 0.03) * digit))
        strength = rng.uniform(0.4, 0.9)
        start = int(rng.integers(0, max(1, int(spacing))))
        for y in np.arange(start, height, spacing).astype(int):
            _print(sheet[y : y + line], colour, strength)
        if ruling == "squared":
            for x in np.arange(start, width, spacing).astype(int):
                _print(sheet[:, x : x + line], colour, strength)
        elif rng.random() < 0.4:
            x = int(width * rng.uniform(0.03, 0.1))
            _print(sheet[:, x : x + line], (0.9, 0.5, 0.5), strength)
    return sheet


def _print(place: Any, colour: tuple[float, float, float], strength: float) -> None:
    place *= 1 - strength * (1 - np.array(colour, np.float32))


def write(sheet: Colours, ink: NDArray[np.float32], left: int, top: int, colour: tuple[float, float, float]) -> None:
    """Put ink on the sheet; what lies beyond its edge is lost."""
    height, width = sheet.shape[:2]
    y, x = max(0, top), max(0, left)
    bottom, right = min(height, top + ink.shape[0]), min(width, left + ink.shape[1])
    if bottom <= y or right <= x:
        return
    part = ink[y - top : bottom - top, x - left : right - left, np.newaxis]
    sheet[y:bottom, x:right] *= 1 - part * (1 - np.array(colour, np.float32))
