"""Printed text in the fonts that Matplotlib brings along, alone or on a form that is filled in by hand."""

from functools import lru_cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from evaluation_sets.generated_pages.drafts import Colour, Draft
from evaluation_sets.generated_pages.pages import Page
from evaluation_sets.generated_pages.pens import Digits, any_pen, digit_ink

# Only this family: the reader may have learned from others.
FONTS = (
    "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf",
    "DejaVuSerif-Italic.ttf", "DejaVuSansMono.ttf",
)  # fmt: skip
WORDS = (
    "Name", "Class", "Date of birth", "Street", "Total", "Amount", "Account", "Mathematics", "Exercise", "Page",
    "Daily puzzle", "Fill in the grid", "Sudoku", "Results", "Points", "Grade", "Please write clearly", "Telephone",
    "Postcode", "Signature", "Number of pupils", "Meter reading", "Temperature", "Height and weight", "Answer",
    "Every row adds up", "HARD", "EASY", "SCORE", "PRICE LIST",
)  # fmt: skip


@lru_cache(maxsize=64)
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A font of so many pixels."""
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)


def print_text(draft: Draft, text: str, name: str, size: int, left: float, top: float, colour: Colour) -> float:
    """Print a line of text, each letter noted down, digits among the ignored, and give its right edge."""
    face = font(name, size)
    for place, letter in enumerate(text):
        if letter == " ":
            continue
        x = left + face.getlength(text[:place])
        image = Image.new("L", (2 * size, 2 * size))
        ImageDraw.Draw(image).text((size // 2, size // 4), letter, 255, face)
        box = image.getbbox()
        if box:
            ink = np.asarray(image.crop(box), np.float32) / np.float32(255)
            marks = draft.ignored if letter.isdigit() else draft.doodles
            draft.put(ink, colour, x + box[0] - size // 2, top + box[1] - size // 4, letter, marks)
    return left + face.getlength(text)


def any_text(rng: np.random.Generator, longest: int) -> str:
    """Words, now and then with a number after them."""
    text = str(rng.choice(WORDS))
    while len(text) < longest and rng.random() < 0.6:
        text += " " + str(rng.choice(WORDS))
    if rng.random() < 0.2:
        text += f" {rng.integers(1, 1000)}"
    return text[:longest].rstrip()


def printed(rng: np.random.Generator) -> Page:
    """Lines of printed text; on half of the pages, handwritten numbers stand beside some of them."""
    size = int(rng.integers(18, 49))
    name = str(rng.choice(FONTS))
    rows, width = int(rng.integers(2, 9)), int(rng.integers(600, 1200))
    digit = round(size * rng.uniform(1.1, 2.2))
    pitch = round(max(1.7 * size, 1.25 * digit))
    draft = Draft(rows * pitch + 2 * size, width, size, rng)
    filled_in = rng.random() < 0.5
    pen, supply = any_pen(rng), Digits(rng)
    grey = float(rng.uniform(0.02, 0.3))
    longest = int(width * (0.5 if filled_in else 0.9) / (0.65 * size))
    for row in range(rows):
        middle = size + (row + 0.5) * pitch
        right = print_text(draft, any_text(rng, longest), name, size, size, middle - 0.6 * size, (grey, grey, grey))
        if not filled_in or rng.random() < 0.3:
            continue
        left = right + rng.uniform(0.8, 2) * digit
        for _ in range(rng.integers(1, 5)):
            label, image = supply.take()
            ink = digit_ink(image, max(12, round(digit * rng.uniform(0.85, 1.05))), pen, rng)
            if left + ink.shape[1] > width - 0.5 * digit:
                break
            draft.put(ink, pen.colour, round(left), round(middle - ink.shape[0] / 2), str(label), draft.digits)
            left += ink.shape[1] + rng.uniform(0.15, 0.35) * digit
    return draft.taken("printed")
