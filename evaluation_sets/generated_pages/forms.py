"""What is filled in: grids with tinted cells and a headline, boxes for digits, tables with two digits a cell."""

import numpy as np
from numpy.typing import NDArray

from evaluation_sets.generated_pages.drafts import Colour, Draft
from evaluation_sets.generated_pages.pages import Page
from evaluation_sets.generated_pages.pens import Digits, Ink, Pen, any_pen, digit_ink, stroke_ink
from evaluation_sets.generated_pages.printing import FONTS, any_text, print_text

# How the plainest 1 is written: a stick.
STICK = [[(0.5, 0.0), (0.5, 1.0)]]
PLAIN_1_SHARE = 0.15


def grid(rng: np.random.Generator) -> Page:
    """A grid of single digits below a printed headline, some of its cells tinted, some empty, some printed."""
    rows, columns, side = int(rng.integers(2, 8)), int(rng.integers(3, 10)), int(rng.integers(40, 91))
    digit = round(side * rng.uniform(0.5, 0.75))
    title = round(side * rng.uniform(0.4, 1.1))
    draft = Draft(rows * side + 2 * title + side, columns * side + side, digit, rng)
    name, grey = str(rng.choice(FONTS)), float(rng.uniform(0.02, 0.25))
    text = any_text(rng, max(4, int(columns * side / (0.65 * title))))
    print_text(draft, text, name, title, 0.5 * side, 0.4 * title, (grey, grey, grey))
    left, top = side // 2, 2 * title + side // 3
    tint = _tint(rng)
    for row, column in np.argwhere(_tinted(rows, columns, rng)):
        draft.rectangle(left + column * side, top + row * side, side, side, tint)
    thin = max(1, round(rng.uniform(0.01, 0.05) * side))
    thicker = thin * int(rng.choice([1, 3]))
    _lines(draft, left, top, side, side, rows, columns, thin, thicker, _print_colour(rng))
    filled = 1.0 if rng.random() < 0.5 else rng.uniform(0.6, 0.9)
    in_print = 0.4 if rng.random() < 0.25 else 0.0
    pen, supply = any_pen(rng), Digits(rng)
    for row in range(rows):
        for column in range(columns):
            if rng.random() > filled:
                continue
            x, y = left + (column + 0.5) * side, top + (row + 0.5) * side
            if rng.random() < in_print:
                figure, black = str(rng.integers(10)), (grey, grey, grey)
                print_text(draft, figure, name, digit, x - 0.3 * digit, y - 0.6 * digit, black)
                continue
            label, ink = _written(supply, digit, pen, rng)
            x, y = x + rng.normal(0, 0.03) * side, y + rng.normal(0, 0.03) * side
            draft.put(ink, pen.colour, x - ink.shape[1] / 2, y - ink.shape[0] / 2, label, draft.digits)
    return draft.taken("grid")


def boxes(rng: np.random.Generator) -> Page:
    """Boxes for one digit each, joined or apart, or a comb of short dividers; some of the 1s are plain sticks."""
    rows, count = int(rng.choice([1, 1, 2, 3])), int(rng.integers(4, 12))
    width = int(rng.integers(36, 120))
    height = round(width * rng.uniform(1, 1.4))
    digit = round(min(width, height) * rng.uniform(0.5, 0.75))
    pitch = round(height * rng.uniform(1.3, 1.8))
    draft = Draft(rows * pitch + height, (count + 2) * width, digit, rng)
    line = max(1, round(rng.choice([rng.uniform(0.01, 0.03), rng.uniform(0.03, 0.1)]) * width))
    colour, style = _print_colour(rng), str(rng.choice(["joined", "apart", "comb"], p=[0.45, 0.3, 0.25]))
    pen, supply = any_pen(rng), Digits(rng)
    for row in range(rows):
        left, top = width, height // 2 + row * pitch
        if style == "joined":
            _lines(draft, left, top, width, height, 1, count, line, line, colour)
        elif style == "apart":
            for column in range(count):
                _lines(draft, left + column * width, top, round(0.85 * width), height, 1, 1, line, line, colour)
        else:
            draft.rectangle(left, top + height, count * width + line, line, colour)
            short = height * rng.uniform(0.3, 0.9)
            for column in range(count + 1):
                draft.rectangle(left + column * width, top + height - short, line, short, colour)
        for column in range(count):
            label, ink = _written(supply, digit, pen, rng)
            if rng.random() < PLAIN_1_SHARE:
                label, ink = "1", stroke_ink(STICK, digit, pen, rng)
            inner = (0.85 if style == "apart" else 1) * width
            x = left + column * width + inner / 2 + line / 2 + rng.normal(0, 0.03) * width
            y = top + height / 2 + rng.normal(0, 0.03) * height
            draft.put(ink, pen.colour, x - ink.shape[1] / 2, y - ink.shape[0] / 2, label, draft.digits)
    return draft.taken("boxes")


def table(rng: np.random.Generator) -> Page:
    """A ruled table with numbers of two digits, its cells some 62 x 25 pixels or a few times as large."""
    scale = rng.uniform(1, 3)
    width, height = round(62 * scale), round(25 * scale)
    digit = max(12, round(height * rng.uniform(0.55, 0.75)))
    rows, columns = int(rng.integers(3, 9)), int(rng.integers(2, 6))
    draft = Draft((rows + 1) * height, (columns + 1) * width, digit, rng)
    left, top, line = width // 2, height // 2, max(1, round(rng.uniform(0.01, 0.05) * height))
    _lines(draft, left, top, width, height, rows, columns, line, line, _print_colour(rng))
    pen, supply = any_pen(rng), Digits(rng)
    for row in range(rows):
        for column in range(columns):
            written = [_written(supply, digit, pen, rng) for _ in range(2)]
            gap = max(1.0, rng.uniform(0.1, 0.3) * digit)
            total = sum(ink.shape[1] for _, ink in written) + gap
            x = left + column * width + line + 1 + (width - total - 2 * line - 2) * rng.uniform(0.25, 0.75)
            for label, ink in written:
                y = top + (row + 0.5) * height + rng.normal(0, 0.03) * height
                draft.put(ink, pen.colour, x, y - ink.shape[0] / 2, label, draft.digits)
                x += ink.shape[1] + gap
    return draft.taken("table")


def _written(supply: Digits, digit: int, pen: Pen, rng: np.random.Generator) -> tuple[str, Ink]:
    label, image = supply.take()
    return str(label), digit_ink(image, max(12, round(digit * rng.uniform(0.85, 1.05))), pen, rng)


def _tinted(rows: int, columns: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which cells are tinted: none, every second, every second row, the first row, or a few."""
    row, column = np.indices((rows, columns))
    patterns = (
        row < 0, (row + column) % 2 == 0, row % 2 == 0, row == 0,
        (abs(row - rows // 2) < 1) & (abs(column - columns // 2) < 2), (row // 3 + column // 3) % 2 == 0,
    )  # fmt: skip
    return np.asarray(patterns[rng.integers(len(patterns))])


def _tint(rng: np.random.Generator) -> Colour:
    """How much of red, green and blue a printed tint leaves."""
    colours = ((0.7, 0.82, 0.95), (0.85, 0.85, 0.85), (0.95, 0.9, 0.65), (0.75, 0.92, 0.75), (0.95, 0.75, 0.72))
    red, green, blue = colours[rng.integers(len(colours))]
    return red, green, blue


def _print_colour(rng: np.random.Generator) -> Colour:
    """Of printed lines: mostly black or grey, sometimes red, blue or green."""
    if rng.random() < 0.7:
        grey = float(rng.uniform(0.03, 0.55))
        return grey, grey, grey
    colours = ((0.8, 0.25, 0.25), (0.25, 0.4, 0.75), (0.3, 0.6, 0.4))
    red, green, blue = colours[rng.integers(len(colours))]
    return red, green, blue


def _lines(
    draft: Draft, left: int, top: int, width: int, height: int, rows: int, columns: int, thin: int, thick: int,
    colour: Colour,
) -> None:  # fmt: skip
    """The lines of a grid of cells of width x height; the outer ones and every third are thick."""
    for row in range(rows + 1):
        line = thick if row % 3 == 0 or row == rows else thin
        draft.rectangle(left, top + row * height, columns * width + thick, line, colour)
    for column in range(columns + 1):
        line = thick if column % 3 == 0 or column == columns else thin
        draft.rectangle(left + column * width, top, line, rows * height + thick, colour)
