"""Numbers with a decimal point or a minus: MNIST's test digits in a row, with drawn signs between them.

`python -m evaluation_sets.generated_pages.signed_numbers` counts how many are read right with `--signs`, and how many
signs are invented on generated pages that have none.
"""

import argparse
import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from byhand.data.mnist import load_mnist


@dataclass(frozen=True)
class SignedNumber:
    """A picture, uint8, shape (h, w), and the number in it."""

    picture: NDArray[np.uint8]
    text: str


def signed_number(seed: int, *, signed: bool = True) -> SignedNumber:
    """Draw a number: one to three digits, perhaps a minus before them, and perhaps a point and one or two digits."""
    rng = np.random.default_rng(seed)
    mnist = load_mnist()
    minus, point = (rng.random() < 0.6, rng.random() < 0.7) if signed else (False, False)
    if signed and not (minus or point):
        point = True
    whole, decimals = int(rng.integers(1, 4)), int(rng.integers(1, 3)) if point else 0
    height = int(rng.choice([24, 36, 50, 80, 120, 200]))
    thick = max(2, round(height * rng.uniform(0.07, 0.13)))
    gap = height * rng.uniform(0.12, 0.25)
    picture = Image.new("L", (round(height * (whole + decimals + 5)), 3 * height), 255)
    draw = ImageDraw.Draw(picture)
    x, top, text = 1.2 * height, height, ""
    if minus:
        length = height * rng.uniform(0.3, 0.6)
        y, drop = top + height * rng.uniform(0.42, 0.6), height * rng.uniform(-0.05, 0.05)
        draw.line([x, y, x + length, y + drop], fill=40, width=thick)
        x += length + height * rng.uniform(0.15, 0.35)
        text = "-"
    for i in range(whole + decimals):
        if point and i == whole:
            radius = max(1.2, thick * rng.uniform(0.5, 0.9))
            x += rng.uniform(0, 0.08) * height
            y = top + height - radius + rng.uniform(-0.06, 0.08) * height
            draw.ellipse([x, y - radius, x + 2 * radius, y + radius], fill=40)
            x += 2 * radius + height * rng.uniform(0.12, 0.25)
            text += "."
        number = int(rng.integers(len(mnist.test_images)))
        image = mnist.test_images[number]
        rows, columns = np.flatnonzero(image.max(axis=1) > 60), np.flatnonzero(image.max(axis=0) > 60)
        own = Image.fromarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
        size = max(2, round(own.width * height / own.height)), height
        mask = own.resize(size, Image.Resampling.BICUBIC)
        picture.paste(40, (round(x), top + round(rng.uniform(-0.05, 0.05) * height)), mask)
        x += size[0] + gap
        text += str(mnist.test_labels[number])
    pixels = np.asarray(picture, np.float32) + rng.normal(0, 4, picture.size[::-1])
    return SignedNumber(pixels.clip(0, 255).astype(np.uint8), text)


def main() -> None:
    """Measure."""
    from byhand.reading import read, reading_model
    from evaluation_sets.generated_pages.pages import make_page

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="Of the first page; those from 1,000 on are for reporting.")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--show", action="store_true", help="Print what was read wrong.")
    arguments = parser.parse_args()
    model = reading_model()
    seeds = range(arguments.seed, arguments.seed + arguments.pages)
    counts = {"numbers": 0, "right": 0, "signs_right": 0, "pages": 0, "pages_with_invented_signs": 0, "invented": 0}
    for seed in seeds:
        number = signed_number(seed)
        text = read(number.picture, model=model, signs=True).text
        counts["numbers"] += 1
        counts["right"] += text == number.text
        signs = [sign_places(one) for one in (text, number.text)]
        counts["signs_right"] += signs[0] == signs[1]
        if text != number.text and arguments.show:
            print(seed, number.text, "read as", repr(text))
        page = read(make_page(seed).file, model=model, signs=True)
        counts["pages"] += 1
        counts["invented"] += len(page.signs or ())
        counts["pages_with_invented_signs"] += bool(page.signs)
        if page.signs and arguments.show:
            print(seed, "invented", page.signs, repr(page.text))
    print(json.dumps(counts))


def sign_places(text: str) -> list[tuple[int, str]]:
    """Each sign with its place, counted from the end, where all other letters are alike."""
    return [(len(text) - i, letter) for i, letter in enumerate(text) if letter in ".-"]


if __name__ == "__main__":
    main()
