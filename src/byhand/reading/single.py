"""Pictures of exactly one digit: drawings, scans and crops, down to 16 x 16 pixels, clean or spoilt.

There is nothing to part and nothing to order, but little to tell ink from paper by. So the picture is prepared in
several ways, and the network, which is less sure of what looks odd, says which of them to trust.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from byhand.reading.digits import Guess, without_specks
from byhand.reading.ink import Ink
from byhand.reading.preparation import BOX, SIZE, prepare
from byhand.reading.shapes import Judge, Shape, connected, joined, rescaled

# Pictures up to this side may have MNIST's form already, pixels.
SMALL = 40
# How much a preparation must be surer to be trusted more: probabilities are weighted by this power of the largest.
TRUST = 4
# Ink that touches the picture's edge is left out in one of the preparations, if at least this part of all remains.
LEAST_INNER = 0.3


@dataclass(frozen=True)
class View:
    """One way to see the picture.

    Attributes:
        image: in MNIST's form, uint8, shape (28, 28).
        shape: the ink it shows.
        weight: how much it counts beside others that are as sure.
    """

    image: NDArray[np.uint8]
    shape: Shape
    weight: float = 1.0


def best_guess(views: list[View], judge: Judge) -> Guess | None:
    """Weigh what the network says of every view; None if there is none."""
    if not views:
        return None
    probabilities = judge(np.array([view.image for view in views]))
    weights = np.array([view.weight for view in views]) * probabilities.max(axis=1) ** TRUST
    mean = weights @ probabilities / weights.sum()
    # Show the view that counts most among those that agree.
    agree = np.where(probabilities.argmax(axis=1) == mean.argmax(), weights, -1)
    chosen = views[int(agree.argmax())]
    return Guess(chosen.shape, chosen.image, mean)


def views_of(grey: NDArray[np.float32], ink: Ink | None) -> list[View]:
    """Prepare a picture in every way that makes sense for it.

    Args:
        grey: ink dark, 0 to 255, shape (h, w).
        ink: what stands out from the paper, if anything does, at any scale.
    """
    views = as_it_is(grey)
    if ink is None:
        return views
    factor = len(ink.mask) / len(grey)
    pieces = without_specks(connected(ink.density, ink.mask))
    if not pieces:
        return views
    height, width = ink.mask.shape
    inner = [p for p in pieces if p.left > 1 and p.top > 1 and p.right < width - 1 and p.bottom < height - 1]
    amounts = [p.amount for p in pieces]
    choices = [pieces]
    if inner and len(inner) < len(pieces) and sum(p.amount for p in inner) >= LEAST_INNER * sum(amounts):
        choices.append(inner)
    largest = [pieces[int(np.argmax(amounts))]]
    if largest not in choices and len(pieces) > 1:
        choices.append(largest)
    for choice in choices:
        whole = joined(choice)
        views.append(View(prepare(whole.ink), rescaled(whole, 1 / factor)))
    return views


def as_it_is(grey: NDArray[np.float32]) -> list[View]:
    """A small picture as it is, bright ink on dark; made 28 x 28 if it is not."""
    height, width = grey.shape
    if max(height, width) > SMALL or min(height, width) < 8:
        return []
    ink = 255 - grey
    low, high = float(np.percentile(ink, 10)), float(np.percentile(ink, 99.5))
    if high - low < 1:
        return []
    stretched = ((ink - low) / (high - low)).clip(0, 1).astype(np.float32)
    shape = Shape(stretched, 0, 0)
    if (height, width) == (SIZE, SIZE):
        return [View(np.floor(255 * stretched + 0.5).astype(np.uint8), shape)]
    side = max(height, width)
    # Such pictures are cut out closely: the digit fills them as it fills the middle 20 x 20 pixels of MNIST's.
    target = BOX if side <= BOX else min(SIZE, side)
    size = max(1, round(width * target / side)), max(1, round(height * target / side))
    resized = np.asarray(Image.fromarray(stretched).resize(size, Image.Resampling.BICUBIC)).clip(0, 1)
    image = np.zeros((SIZE, SIZE), np.float32)
    top, left = (SIZE - size[1]) // 2, (SIZE - size[0]) // 2
    image[top : top + size[1], left : left + size[0]] = resized
    return [View(np.floor(255 * image + 0.5).astype(np.uint8), shape)]
