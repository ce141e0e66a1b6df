"""A page while it is put together: the sheet, what stands on it, and the picture that is taken of it in the end."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evaluation_sets.generated_pages.camera import compressed, photograph
from evaluation_sets.generated_pages.pages import Page, Placed, seen
from evaluation_sets.generated_pages.pens import Ink
from evaluation_sets.generated_pages.sheets import any_sheet, write

Colour = tuple[float, float, float]  # red, green, blue, 0 to 1


class Draft:
    """A sheet that remembers what was put on it.

    Attributes:
        sheet: its colours.
        digits, doodles, ignored: what was put on it, as in `Page`; digits in reading order.
    """

    def __init__(self, height: int, width: int, digit: int, rng: np.random.Generator) -> None:
        self.sheet = any_sheet(height, width, digit, rng, "blank")
        self.digit, self.rng = digit, rng
        self.digits: list[Placed] = []
        self.doodles: list[Placed] = []
        self.ignored: list[Placed] = []

    def put(self, ink: Ink, colour: Colour, left: float, top: float, text: str, marks: list[Placed]) -> None:
        """Write with the upper left corner there, and note it down in one of the three lists."""
        write(self.sheet, ink, round(left), round(top), colour)
        height, width = ink.shape
        size = float(height if marks is self.digits else max(height, width))
        marks.append((text, left + width / 2, top + height / 2, size, 0))

    def rectangle(self, left: float, top: float, width: float, height: float, colour: Colour) -> None:
        """Print a filled rectangle; a line is a thin one."""
        rows = slice(max(0, round(top)), max(1, round(top) + max(1, round(height))))
        columns = slice(max(0, round(left)), max(1, round(left) + max(1, round(width))))
        self.sheet[rows, columns] *= np.array(colour, np.float32)

    def taken(self, kind: str, *, small: bool = False, single: bool = False) -> Page:
        """Photograph or scan it; where `small`, it lies flat and no shadow falls on it."""
        rng = self.rng
        names = ("gradient",) if small else ("tilt", "gradient", "shadow")
        scene = tuple(name for name in names if rng.random() < 0.4) if rng.random() < 0.6 else ()
        shot = photograph(self.sheet, self.digit, rng, scene)
        if not self._inside(shot.matrix):
            shot = photograph(self.sheet, self.digit, rng, tuple(name for name in scene if name != "tilt"))
        return self._page(compressed(shot.colours, int(rng.integers(50, 96))), kind, shot.matrix, shot.scene, single)

    def exported(self, kind: str, *, single: bool = False) -> Page:
        """Save it as a program would: nothing blurred, nothing lost."""
        colours = np.rint(255 * self.sheet.clip(0, 1)).astype(np.uint8)
        return self._page(lossless(colours), kind, np.eye(3), ("exported",), single)

    def _inside(self, matrix: NDArray[np.float64]) -> bool:
        """Whether all that was put on the sheet is in the picture."""
        height, width = self.sheet.shape[:2]
        marks = [seen(mark, matrix) for mark in (*self.digits, *self.doodles, *self.ignored)]
        return all(
            mark.height / 2 <= mark.x <= width - mark.height / 2
            and mark.height / 2 <= mark.y <= height - mark.height / 2
            for mark in marks
        )

    def _page(self, file: bytes, kind: str, matrix: NDArray[np.float64], scene: tuple[str, ...], single: bool) -> Page:
        digits, doodles, ignored = (
            tuple(seen(mark, matrix) for mark in marks) for marks in (self.digits, self.doodles, self.ignored)
        )
        return Page(file, digits, doodles, True, kind, scene, ignored, single)


def lossless(colours: NDArray[np.uint8]) -> bytes:
    """A picture as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(colours).save(file, "PNG")
    return file.getvalue()
