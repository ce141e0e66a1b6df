"""A page from a seed: what is written on it, and the photograph of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from evaluation_sets.generated_pages.camera import compressed, photograph
from evaluation_sets.generated_pages.layouts import Layout, any_layout
from evaluation_sets.generated_pages.pens import DOODLES, Digits, Ink, Pen, any_pen, digit_ink, doodle_ink, number_ink
from evaluation_sets.generated_pages.sheets import Colours, any_sheet, write

Placed = tuple[str, float, float, float, int]  # the fields of a `Mark`, in pixels of the sheet


@dataclass(frozen=True)
class Mark:
    """Something written: `text` is its digit, or a doodle's name; middle and height in pixels of the photograph."""

    text: str
    x: float
    y: float
    height: float
    row: int


@dataclass(frozen=True)
class Page:
    """A photograph with known labels.

    Attributes:
        file: a JPEG or PNG file.
        digits: in reading order.
        doodles: what is no digit.
        ordered: whether the reading order is beyond doubt.
        kind: of layout.
        scene: of the photograph.
        ignored: printed digits, which may be read or not: nothing there counts.
        single: whether it is to be read as a picture of one digit.
    """

    file: bytes
    digits: tuple[Mark, ...]
    doodles: tuple[Mark, ...]
    ordered: bool
    kind: str
    scene: tuple[str, ...]
    ignored: tuple[Mark, ...] = ()
    single: bool = False

    @property
    def text(self) -> str:
        """All digits in reading order."""
        return "".join(mark.text for mark in self.digits)


def make_page(
    seed: int,
    kind: str | None = None,
    *,
    scene: tuple[str, ...] | None = None,
    ruling: str | None = None,
    pen: Pen | None = None,
    doodles: int | None = None,
) -> Page:
    """Make a page; what is not given is drawn by chance."""
    rng = np.random.default_rng(seed)
    layout = any_layout(rng, kind)
    pen = pen or any_pen(rng)
    sheet = any_sheet(layout.height, layout.width, layout.digit, rng, ruling)
    supply = Digits(rng)
    make = _number if layout.touching else _digits
    written = [
        (ink, label, row)
        for row, group in enumerate(layout.rows)
        for n in group
        for ink, label in make(n, layout, supply, pen, rng)
    ]
    if rng.random() < 0.12:
        _from_the_back(sheet, supply, layout, rng)
    places = _places(layout, written, rng)
    marks: list[Placed] = []
    for (ink, labels, row), (left, top) in zip(written, places, strict=True):
        write(sheet, ink, left, top, pen.colour)
        marks += placed(ink, labels, left, top, row)
    count = (int(rng.integers(1, 4)) if rng.random() < 0.15 else 0) if doodles is None else doodles
    strange = _doodle(sheet, layout, places, written, count, pen, rng) if layout.name not in ("single", "edge") else []
    smallest = layout.digit * (0.15 if layout.name == "sizes" else 1)
    shot = photograph(sheet, smallest, rng, scene, still=layout.name == "edge")
    quality = int(rng.integers(30, 96))
    return Page(
        compressed(shot.colours, quality),
        tuple(seen(mark, shot.matrix) for mark in marks),
        tuple(seen(mark, shot.matrix) for mark in strange),
        layout.ordered, layout.name, shot.scene,
    )  # fmt: skip


def placed(ink: Ink, labels: str, left: float, top: float, row: int = 0) -> list[Placed]:
    """Where each digit of what is written there stands, all as wide."""
    height, part = ink.shape[0], ink.shape[1] / len(labels)
    return [(label, left + part * (i + 0.5), top + height / 2, height, row) for i, label in enumerate(labels)]


def _digits(n: int, layout: Layout, supply: Digits, pen: Pen, rng: np.random.Generator) -> list[tuple[Ink, str]]:
    """Digits apart from each other."""
    result = []
    for _ in range(n):
        label, image = supply.take()
        height = layout.digit * rng.uniform(0.85, 1.1)
        if layout.name == "sizes":
            height = layout.digit * rng.choice([0.12, 0.3, 1])
        result.append((digit_ink(image, max(12, round(height)), pen, rng), str(label)))
    return result


def _number(n: int, layout: Layout, supply: Digits, pen: Pen, rng: np.random.Generator) -> list[tuple[Ink, str]]:
    """Digits of which some touch the next one, as one piece of ink."""
    return [number_ink(n, layout.digit, supply, pen, rng)]


def _places(layout: Layout, written: list[tuple[Ink, str, int]], rng: np.random.Generator) -> list[tuple[int, int]]:
    """Left and top of everything written."""
    if not layout.ordered:
        return _scatter(layout, written, rng)
    rows = max(row for *_, row in written) + 1
    pitch = layout.height / (rows + 0.3)
    places = []
    for row in range(rows):
        inks = [ink for ink, _, r in written if r == row]
        groups = layout.rows[row]
        gaps = []
        for n in groups:
            gaps += [0.0] * (0 if layout.touching else n - 1) + [1.0]
        if layout.name in ("numbers",):
            small, wide = 0.25 * layout.digit, 1.3 * layout.digit
        else:
            room = 0.95 * layout.width - sum(ink.shape[1] for ink in inks)
            small = wide = max(0.25 * layout.digit, min(1.2 * layout.digit, room / max(1, len(inks))))
        total = sum(ink.shape[1] for ink in inks) + sum(wide if gap else small for gap in gaps[:-1])
        free = max(0.0, layout.width - total)
        left = free * rng.uniform(0.15, 0.6)
        if layout.name == "edge":
            left = -2.0 if rng.random() < 0.5 else layout.width - total + 2
        base = pitch * (row + 0.65) + layout.digit / 2
        if layout.name == "edge":
            base = rng.choice([layout.digit * 1.0, layout.height - 1, layout.height / 2])
        for ink, gap in zip(inks, gaps, strict=True):
            off = rng.normal(0, 0.04) * layout.digit if layout.name != "sizes" else rng.uniform(-0.3, 0) * layout.digit
            middle = base - layout.digit / 2 + off
            places.append((round(left), round(middle - ink.shape[0] / 2)))
            left += ink.shape[1] + (wide if gap else small) * rng.uniform(0.85, 1.15)
    return places


def _scatter(layout: Layout, written: list[tuple[Ink, str, int]], rng: np.random.Generator) -> list[tuple[int, int]]:
    """Anywhere, but apart."""
    boxes: list[tuple[float, float, float, float]] = []
    apart = 0.35 * layout.digit
    for ink, _, _ in written:
        height, width = ink.shape
        for _ in range(300):
            left = rng.uniform(apart, max(apart + 1, layout.width - width - apart))
            top = rng.uniform(apart, max(apart + 1, layout.height - height - apart))
            if all(
                left > r + apart or left + width < x - apart or top > b + apart or top + height < t - apart
                for x, t, r, b in boxes
            ):
                break
        boxes.append((left, top, left + width, top + height))
    return [(round(left), round(top)) for left, top, *_ in boxes]


def _doodle(
    sheet: Colours, layout: Layout, places: list[tuple[int, int]], written: list[tuple[Ink, str, int]], count: int,
    pen: Pen, rng: np.random.Generator,
) -> list[Placed]:  # fmt: skip
    """Letters and doodles where there is room."""
    taken = [(x, y, x + ink.shape[1], y + ink.shape[0]) for (x, y), (ink, *_) in zip(places, written, strict=True)]
    marks = []
    apart = 0.4 * layout.digit
    for _ in range(count):
        name = str(rng.choice(list(DOODLES)))
        ink = doodle_ink(name, max(16, round(layout.digit * rng.uniform(0.8, 1.3))), pen, rng)
        height, width = ink.shape
        for _ in range(100):
            left = int(rng.uniform(2, max(3, layout.width - width - 2)))
            top = int(rng.uniform(2, max(3, layout.height - height - 2)))
            if all(
                left > r + apart or left + width < x - apart or top > b + apart or top + height < t - apart
                for x, t, r, b in taken
            ):
                write(sheet, ink, left, top, pen.colour)
                taken.append((left, top, left + width, top + height))
                marks.append((name, left + width / 2, top + height / 2, float(max(ink.shape)), 0))
                break
    return marks


def _from_the_back(sheet: Colours, supply: Digits, layout: Layout, rng: np.random.Generator) -> None:
    """Digits on the other side of the sheet, mirrored and faint."""
    pen = Pen((0.2, 0.2, 0.4), 0.07, 0.1)
    strength = rng.uniform(0.06, 0.14)
    for _ in range(int(rng.integers(3, 10))):
        ink = digit_ink(supply.take()[1], layout.digit, pen, rng)[:, ::-1]
        faint = ndimage.gaussian_filter(ink, 0.02 * layout.digit) * strength
        write(
            sheet, faint, int(rng.uniform(0, max(0, layout.width - ink.shape[1]))),
            int(rng.uniform(0, max(0, layout.height - ink.shape[0]))), pen.colour,
        )  # fmt: skip


def seen(mark: Placed, matrix: NDArray[np.float64]) -> Mark:
    """Where a mark is in the photograph."""
    text, x, y, height, row = mark
    points = matrix @ np.array([[x, y - height / 2, 1], [x, y + height / 2, 1]]).T
    (x0, x1), (y0, y1) = points[:2] / points[2]
    return Mark(text, float((x0 + x1) / 2), float((y0 + y1) / 2), float(np.hypot(x1 - x0, y1 - y0)), row)
