"""Pictures of exactly one digit: drawings, scans and crops, down to 16 x 16 pixels, clean or spoilt.

There is nothing to part and nothing to order, but little to tell foreground from background by. So the picture is
prepared in
several ways, and the network, which is less sure of what looks odd, says which of them to trust.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from byhand.reading.background import luminance, mean_polarity
from byhand.reading.components import Judge, Shape, combined, connected_components, rescaled
from byhand.reading.foreground import WINDOWS, Foreground, grey_of, separated
from byhand.reading.grouping import Guess, without_specks
from byhand.reading.preparation import SIZE, prepare

# Pictures up to this side have few pixels to be prepared from, and may have MNIST's form already.
SMALL = 64
# Smaller pictures are enlarged to about this side, so that strokes are several pixels wide.
ENLARGED_PX = 112
# Larger pictures are reduced to this side.
REDUCED_PX = 400
# How much a preparation must be surer to be trusted more: probabilities are weighted by this power of the largest.
TRUST = 4
# What counts how much beside others that are as sure: the picture as it is, as grey levels, as separated foreground.
AS_IT_IS, GREY, SEPARATED, PART = 2.0, 0.7, 1.0, 0.4
# With polarity less clear than this, the negative is looked at too. With an answer surer than this, nothing more is.
# The negative must be surer by this, times the square of the polarity.
CLEAR, UPRIGHT, SURE_ENOUGH = 0.8, 0.25, 0.9
# Up to this side, foreground and background are told apart by grey levels alone: in a window of a few pixels,
# foreground looks like background.
# Only where these say nothing is the window tried all the same.
TINY, TINY_CLEAR, UNLIKELY = 24, 0.2, 0.35
# Foreground that touches the picture's edge is left out in one of the preparations, if at least this part of all
# remains.
LEAST_INNER = 0.3
# Where all foreground at the edge is thinner than this part of the picture, it is a printed line, and the rest counts
# more.
THIN, FREED = 0.12, 3.0


@dataclass(frozen=True)
class View:
    """One way to see the picture.

    Attributes:
        image: in MNIST's form, uint8, shape (28, 28).
        shape: the foreground it shows, with its place in the picture.
        weight: how much it counts beside others that are as sure.
    """

    image: NDArray[np.uint8]
    shape: Shape
    weight: float


@dataclass(frozen=True)
class Best(Guess):
    """The guess that several views lead to; `first` is how sure it is before anything is cut out, 0 to 1."""

    first: float


def read_single(colours: NDArray[np.uint8], judge: Judge) -> tuple[Guess | None, Foreground | None, float]:
    """Give the best guess for a picture of one digit.

    Args:
        colours: uint8, shape (h, w, 3), in either polarity.
        judge: gives the probabilities of images in MNIST's form.

    Returns:
        The guess, None if the picture is all of one colour; the foreground it was made from; and the polarity, above 0
        for
        dark foreground.
    """
    factor = max(1.0, max(colours.shape) / REDUCED_PX)
    if factor > 1:
        # One digit is large enough in a small picture, and that is read many times as fast.
        image = Image.fromarray(colours)
        size = max(1, round(image.width / factor)), max(1, round(image.height / factor))
        guess, foreground, polarity = read_single(np.asarray(image.resize(size, Image.Resampling.BOX)), judge)
        return guess and replace(guess, shape=rescaled(guess.shape, factor)), foreground, polarity
    polarity = polarity_of(luminance(colours))
    upright = colours if polarity >= 0 else 255 - colours
    tiny = max(colours.shape) <= TINY
    windows = () if tiny else WINDOWS[-1:]
    views, foreground = views_of(upright, windows)
    guess = best_guess(views, judge)
    clear = abs(polarity) >= (TINY_CLEAR if tiny else CLEAR)
    if guess and guess.confidence >= SURE_ENOUGH and clear:
        return guess, foreground, polarity
    if max(colours.shape) > SMALL or (tiny and not (guess and guess.confidence >= UNLIKELY)):
        views, foreground = views_of(upright, WINDOWS)
        guess = best_guess(views, judge)
    if not clear:
        views, other_foreground = views_of(255 - upright, windows)
        other = best_guess(views, judge)
        # The network knows no negatives: they look like no digit to it.
        if other and (guess is None or other.first > guess.first * (1 + UPRIGHT * polarity**2)):
            return other, other_foreground, -polarity
    return guess, foreground, polarity


def polarity_of(grey: NDArray[np.float32]) -> float:
    """Tell dark foreground (above 0) from light foreground, -1 to 1; in a small picture the border says most."""
    if max(grey.shape) > SMALL:
        return mean_polarity(grey)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    low, high = float(grey.min()), float(grey.max())
    # Each pixel counts from -1 to 1, and nearly as much as that if it is clearly brighter or darker than halfway.
    return float(np.tanh(6 * (border - (low + high) / 2) / max(high - low, 1)).mean())


def best_guess(views: list[View], judge: Judge) -> Best | None:
    """Weigh what the network says of every view; None if there is none."""
    if not views:
        return None
    probabilities = judge(np.array([view.image for view in views]))
    weights = np.array([view.weight for view in views]) * probabilities.max(axis=1) ** TRUST
    mean = weights @ probabilities / weights.sum()
    # Show the view that counts most among those that agree.
    agree = np.where(probabilities.argmax(axis=1) == mean.argmax(), weights, -1)
    chosen = views[int(agree.argmax())]
    first = float(probabilities[0].max())
    if views[0].weight != AS_IT_IS:  # a line of the form may have spoilt the first view, and not the others
        first = (first + float(mean.max())) / 2
    return Best(chosen.shape, chosen.image, mean, first)


def views_of(colours: NDArray[np.uint8], windows: tuple[float, ...]) -> tuple[list[View], Foreground | None]:
    """Prepare a picture in every way that makes sense for it.

    Args:
        colours: foreground dark, uint8, shape (h, w, 3).
        windows: to tell foreground from background with, as parts of the shorter side.
    """
    grey = grey_of(colours)
    views: list[View] = []
    if max(grey.shape) <= SMALL:
        dark = 255 - luminance(colours)
        low, high = float(np.percentile(dark, 25)), float(np.percentile(dark, 99.5))
        if high - low < 1:
            high, low = float(dark.max()), float(dark.min())
        if high > low:
            soft = ((dark - low) / (high - low) * 1.15 - 0.15).clip(0, 1).astype(np.float32)
            whole = Shape(soft, 0, 0)
            if grey.shape == (SIZE, SIZE):
                views.append(View(np.floor(dark + 0.5).astype(np.uint8), whole, AS_IT_IS))
            views.append(View(prepare(soft), whole, GREY))
    enlarged, factor = enlarge(grey)
    inside = np.ones(enlarged.shape, bool)
    shown: Foreground | None = None
    for part in windows:
        foreground = separated(enlarged, inside, max(5, round(part * min(enlarged.shape))))
        if foreground is None:
            continue
        shown = foreground
        for choice, weight in choices(
            without_specks(connected_components(foreground.density, foreground.mask)), foreground.mask.shape
        ):
            whole = combined(choice)
            views.append(View(prepare(whole.foreground), rescaled(whole, 1 / factor), weight))
    return views, shown


def choices(pieces: list[Shape], size: tuple[int, ...]) -> list[tuple[list[Shape], float]]:
    """Which pieces of foreground may be the digit: all, those off the picture's edge, the largest; with their
    weights."""
    if not pieces:
        return []
    height, width = size
    inner = [p for p in pieces if p.left > 1 and p.top > 1 and p.right < width - 1 and p.bottom < height - 1]
    result = [(pieces, SEPARATED)]
    outer = [piece for piece in pieces if piece not in inner]
    if inner and outer and all(min(p.width, p.height) < THIN * min(size) for p in outer):
        result = [(pieces, PART), (inner, FREED)]
    elif inner and outer and sum(p.amount for p in inner) >= LEAST_INNER * sum(p.amount for p in pieces):
        result.append((inner, SEPARATED))
    if len(pieces) > 1 and len(inner) != 1:
        result.append(([max(pieces, key=lambda piece: piece.amount)], PART))
    return result


def enlarge(grey: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Enlarge a small picture, so that its strokes are more than a pixel or two wide; by which factor."""
    factor = -(-ENLARGED_PX // max(grey.shape))
    if factor <= 1:
        return grey, 1
    size = grey.shape[1] * factor, grey.shape[0] * factor
    return np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BICUBIC)).clip(0, None), factor
