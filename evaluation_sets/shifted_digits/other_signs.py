"""What is no digit and was not drawn by byhand's own code: letters of fonts, bent, and doodles of Fourier curves."""

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from byhand.augmentation.deformations import Deformations

SIDE = 96
# Letters that look like some way to write a digit are left out: O like 0, l like 1, Z like 2, y like 4, S like 5, b
# like 6, T like 7, B like 8, g like 9, and so on.
LETTERS = "AEFHKMNPRWXadefhkmpwx&@#%?+=*"
FONTS = (
    "DejaVuSans.ttf",
    "DejaVuSerif.ttf",
    "DejaVuSansMono-Oblique.ttf",
    "DejaVuSerif-Italic.ttf",
    "DejaVuSans-Bold.ttf",
)


def letters(count: int, seed: int = 0) -> list[NDArray[np.uint8]]:
    """Letters and signs, dark on light, 96 pixels a side."""
    rng = np.random.default_rng(seed)
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    drawn = np.zeros((count, SIDE, SIDE), np.float32)
    for image in drawn:
        font = ImageFont.truetype(str(folder / rng.choice(FONTS)), int(rng.integers(50, 70)))
        page = Image.new("L", (SIDE, SIDE))
        ImageDraw.Draw(page).text((SIDE // 2, SIDE // 2), rng.choice(list(LETTERS)), 255, font, "mm")
        image[:] = np.asarray(page)
    return _written(drawn, rng)


def doodles(count: int, seed: int = 0) -> list[NDArray[np.uint8]]:
    """Curves that wander and cross themselves, hatching, stars: dark on light, 96 pixels a side."""
    rng = np.random.default_rng(seed)
    drawn = np.zeros((count, SIDE, SIDE), np.float32)
    for image in drawn:
        page = Image.new("L", (SIDE, SIDE))
        pen, width = ImageDraw.Draw(page), int(rng.integers(3, 8))
        kind = rng.integers(3)
        t = np.linspace(0, 2 * np.pi, 200)
        if kind == 0:  # a Fourier curve with several loops
            waves = np.arange(2, 7)
            size = rng.normal(0, 1, (2, 2, len(waves))) / np.sqrt(waves)
            x, y = (s[0] @ np.sin(np.outer(waves, t)) + s[1] @ np.cos(np.outer(waves, t)) for s in size)
            lines = [np.stack([x, y], axis=1) / max(np.abs([x, y]).max(), 1e-6)]
        elif kind == 1:  # hatching
            n = int(rng.integers(4, 8))
            start = np.stack([np.linspace(-0.8, 0.8, n), np.full(n, -0.8)], axis=1) + rng.normal(0, 0.08, (n, 2))
            end = start + np.array([rng.uniform(-0.5, 0.5), 1.5]) + rng.normal(0, 0.1, (n, 2))
            lines = [np.stack(pair) for pair in zip(start, end, strict=True)]
        else:  # a star or a flower
            rays = int(rng.integers(5, 9))
            radius = 0.55 + 0.45 * np.cos(rays * t) * rng.uniform(0.7, 1)
            lines = [np.stack([radius * np.cos(t), radius * np.sin(t)], axis=1)]
        for line in lines:
            pen.line([tuple(point) for point in (SIDE / 2 + 30 * line).tolist()], 255, width, "curve")
        image[:] = np.asarray(page)
    return _written(drawn, rng)


def _written(drawn: NDArray[np.float32], rng: np.random.Generator) -> list[NDArray[Any]]:
    """As if by hand: bent, dark on light."""
    how = Deformations(rotation=12, scale=0.2, shear=0.2, elastic=2.5, smoothness=12)
    bent = how.deform(drawn.reshape(len(drawn), -1), SIDE, SIDE, rng)
    return list(np.rint(255 - 0.8 * bent).clip(0, 255).astype(np.uint8).reshape(drawn.shape))
