"""Pictures of one to three digits: cropped to the ink, a table's cell, thick strokes, a drawing board."""

import numpy as np
from PIL import Image
from scipy import ndimage

from evaluation_sets.generated_pages.drafts import Draft
from evaluation_sets.generated_pages.pages import Page, placed
from evaluation_sets.generated_pages.pens import Digits, Ink, Pen, any_pen, digit_ink, number_ink
from evaluation_sets.generated_pages.sheets import write

# How programs make small pictures larger.
METHODS = (Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
BLACK = (0.0, 0.0, 0.0)


def crop(rng: np.random.Generator) -> Page:
    """One digit cropped to its ink, as a bounding box gives it: 0 to 2 pixels around it, 20 to 320 pixels high."""
    label, image = Digits(rng).take()
    factor = float(np.exp(rng.uniform(0, np.log(16))))
    pen = any_pen(rng)
    if rng.random() < 0.5:  # of MNIST's own images
        ink = _enlarged(_boxed(np.asarray(image / 255, np.float32), rng.choice([0.01, 0.25, 0.5])), factor, rng)
        if rng.random() < 0.3:
            ink = (ink > 0.5).astype(np.float32)
        pen = Pen(BLACK, None)
    else:
        ink = digit_ink(image, round(20 * factor), pen, rng)
    ink = _boxed(ink, 0.3)
    above, below, left, right = (int(margin) for margin in rng.integers(0, 3, 4))
    height, width = ink.shape[0] + above + below, ink.shape[1] + left + right
    draft = Draft(height, width, height, rng)
    if pen.colour == BLACK:
        draft.sheet[:] = rng.uniform(0.75, 1)
    draft.put(ink * rng.uniform(0.7, 1), pen.colour, left, above, str(label), draft.digits)
    if rng.random() < 0.5:
        draft.sheet = 1 - draft.sheet
    return draft.exported("crop", single=True) if rng.random() < 0.5 else draft.taken("crop", small=True, single=True)


def cell(rng: np.random.Generator) -> Page:
    """Two or three digits in a picture of some 62 x 25 pixels: a table's cell cut out, perhaps with a bit of line."""
    digit = int(rng.integers(13, 21) * rng.choice([1, 1, 1, 2]))
    pen, supply = any_pen(rng), Digits(rng)
    written = [supply.take() for _ in range(rng.choice([2, 3], p=[0.7, 0.3]))]
    inks = [digit_ink(image, max(12, round(digit * rng.uniform(0.85, 1.05))), pen, rng) for _, image in written]
    gaps = [max(1.0, rng.uniform(0.08, 0.35) * digit) for _ in inks]
    total = sum(ink.shape[1] for ink in inks) + sum(gaps[1:])
    height, width = round(digit * rng.uniform(1.35, 1.8)), round(max(3.1 * digit, total + digit * rng.uniform(0.4, 1)))
    draft = Draft(height, width, digit, rng)
    if rng.random() < 0.25:
        grey = float(rng.uniform(0.1, 0.6))
        if rng.random() < 0.5:
            draft.rectangle(0, rng.choice([0, height - 1]), width, 1, (grey, grey, grey))
        else:
            draft.rectangle(rng.choice([0, width - 1]), 0, 1, height, (grey, grey, grey))
    left = 2 + rng.uniform(0.1, 0.9) * (width - total - 4)
    for ink, gap, (label, _) in zip(inks, gaps, written, strict=True):
        top = (height - ink.shape[0]) / 2 + rng.uniform(-1, 1)
        draft.put(ink, pen.colour, round(left), round(top), str(label), draft.digits)
        left += ink.shape[1] + gap
    if rng.random() < 0.15:
        draft.sheet = 1 - draft.sheet
    return draft.exported("cell") if rng.random() < 0.3 else draft.taken("cell", small=True)


def number(rng: np.random.Generator) -> Page:
    """A number of two or three digits of which some touch, and nothing else: 30 to 400 pixels wide or high."""
    height = int(np.exp(rng.uniform(np.log(14), np.log(220))))
    pen = any_pen(rng)
    ink, text = number_ink(int(rng.choice([2, 3], p=[0.6, 0.4])), height, Digits(rng), pen, rng)
    margin = round(height * rng.uniform(0.1, 0.6)) + 2
    draft = Draft(ink.shape[0] + 2 * margin, ink.shape[1] + 2 * margin, height, rng)
    write(draft.sheet, ink, margin, margin, pen.colour)
    draft.digits += placed(ink, text, margin, margin)
    if rng.random() < 0.25:
        draft.sheet = 1 - draft.sheet
    return draft.exported("number") if rng.random() < 0.4 else draft.taken("number", small=True)


def thick(rng: np.random.Generator) -> Page:
    """One to three digits in thick strokes, dark on light or light on dark, 200 to 500 pixels a side."""
    supply, side = Digits(rng), int(rng.integers(200, 501))
    if rng.random() < 0.5:  # MNIST, a pixel bolder, its whole image enlarged
        label, image = supply.take()
        shape = ndimage.generate_binary_structure(2, int(rng.integers(1, 3)))
        bolder = ndimage.grey_dilation(image / 255, footprint=shape)
        ink = np.zeros((side, side), np.float32)
        enlarged = _enlarged(np.asarray(bolder, np.float32), side / 28, rng)[:side, :side]
        ink[: enlarged.shape[0], : enlarged.shape[1]] = enlarged
        rows, columns = np.flatnonzero(ink.max(axis=1) > 0.3), np.flatnonzero(ink.max(axis=0) > 0.3)
        top, left = int(rows[0]), int(columns[0])
        draft = Draft(side, side, side // 2, rng)
        draft.sheet[:] = rng.uniform(0.9, 1)
        part = ink[top : rows[-1] + 1, left : columns[-1] + 1]
        draft.put(part, BLACK, left, top, str(label), draft.digits)
    else:
        draft = _side_by_side(rng, side, int(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1])), (0.13, 0.2))
    if rng.random() < 0.5:
        draft.sheet = 1 - draft.sheet
    return draft.exported("thick") if rng.random() < 0.6 else draft.taken("thick", small=True)


def board(rng: np.random.Generator) -> Page:
    """Two digits on a drawing board of 420 x 420 pixels, as the playground has one, in either polarity."""
    draft = _side_by_side(rng, 420, 2, (0.06, 0.16))
    if rng.random() < 0.5:
        draft.sheet = 1 - draft.sheet
    return draft.exported("board")


def _side_by_side(rng: np.random.Generator, side: int, count: int, widths: tuple[float, float]) -> Draft:
    """Digits beside each other on a plain square, drawn with a round pen of a width within parts of their height."""
    draft, supply = Draft(side, side, side // 2, rng), Digits(rng)
    draft.sheet[:] = 1
    pen = Pen(BLACK, float(rng.uniform(*widths)), 0.0)
    height = side * (rng.uniform(0.5, 0.8) if count == 1 else rng.uniform(0.45, 0.65))
    written = [supply.take() for _ in range(count)]
    inks = [digit_ink(image, round(height * rng.uniform(0.9, 1.1)), pen, rng) for _, image in written]
    gap = rng.uniform(0.12, 0.3) * height
    total = sum(ink.shape[1] for ink in inks) + gap * (count - 1)
    shrink = min(1.0, 0.94 * side / total)
    left = (side - total * shrink) * rng.uniform(0.2, 0.8)
    for ink, (label, _) in zip(inks, written, strict=True):
        size = max(1, round(ink.shape[1] * shrink)), max(1, round(ink.shape[0] * shrink))
        ink = np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BOX))
        top = (side - ink.shape[0]) * rng.uniform(0.35, 0.65)
        draft.put(ink, BLACK, round(left), round(top), str(label), draft.digits)
        left += ink.shape[1] + gap * shrink
    return draft


def _boxed(ink: Ink, level: float) -> Ink:
    """The box around what is darker than a level."""
    rows, columns = np.flatnonzero(ink.max(axis=1) >= level), np.flatnonzero(ink.max(axis=0) >= level)
    return np.asarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], np.float32)


def _enlarged(ink: Ink, factor: float, rng: np.random.Generator) -> Ink:
    """So many times as large, by one of the usual methods."""
    size = max(1, round(ink.shape[1] * factor)), max(1, round(ink.shape[0] * factor))
    method = METHODS[rng.integers(len(METHODS))]
    return np.asarray(Image.fromarray(np.asarray(ink, np.float32)).resize(size, method), np.float32).clip(0, 1)
