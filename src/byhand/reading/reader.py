"""`read`: from pictures to their digits in reading order, every step in its own file."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data.decoding import Picture, decode, from_array
from byhand.errors import ByhandError
from byhand.model import OTHER, SURE, Model, load_model, shipped_model
from byhand.reading.components import Box, trimmed
from byhand.reading.grouping import Classify, GroupingSettings, Guess
from byhand.reading.pipeline import Found, Settings, find_digits
from byhand.reading.single_digit import SingleSettings, find_single_digits
from byhand.reading.text_lines import text_lines, with_spaces

# With a picture of one digit, such an answer needs no second look.
CERTAIN = 0.99
# A very small picture that is read as one digit with at least this confidence may be one.
LIKELY = 0.7
# What is cut by the picture's edge is a digit with at least this confidence.
CUT = 0.8
# What one more digit must gain, in log probability.
PRICE = GroupingSettings().price


@dataclass(frozen=True)
class Digit:
    """A digit that was read.

    Attributes:
        digit: 0 to 9, or the label that the model has for it.
        confidence: its probability, 0 to 1.
        box: left, top, right, bottom in pixels of the upright picture.
        sure: whether it can be relied on.
        image: what the network saw, uint8, shape (28, 28).
        probabilities: of all the model's labels, shape (classes,).
    """

    digit: Any
    confidence: float
    box: Box
    sure: bool
    image: NDArray[np.uint8] = field(repr=False, compare=False)
    probabilities: NDArray[np.floating] = field(repr=False, compare=False)

    @property
    def marked(self) -> str:
        """The digit, with a question mark if it is not sure."""
        return f"{self.digit}{'' if self.sure else '?'}"


@dataclass(frozen=True)
class Other:
    """Foreground that is no digit.

    Attributes:
        box: as for digits.
        kind: "line" for a ruling line, a frame or a shadow's edge, "speck" for what is too small beside the digits,
            "unknown" for the rest: letters, signs, doodles.
    """

    box: Box
    kind: str = "unknown"


@dataclass(frozen=True)
class Reading:
    """What is written in a picture.

    Attributes:
        lines: one text per row, with a space in each wide gap.
        digits: in reading order.
        other: foreground that is no digit, specks of noise apart.
        size: (width, height) of the upright picture, pixels.
    """

    lines: tuple[str, ...]
    digits: tuple[Digit, ...]
    other: tuple[Other, ...]
    size: tuple[int, int]

    @property
    def text(self) -> str:
        """All rows."""
        return "\n".join(self.lines)

    def to_json(self) -> dict[str, Any]:
        """The reading as values that JSON knows: "text", "lines", "digits" and "other", boxes as lists."""
        return {
            "text": self.text,
            "lines": list(self.lines),
            "digits": [
                {"digit": one.digit, "confidence": one.confidence, "box": list(one.box), "sure": one.sure}
                for one in self.digits
            ],
            "other": [{"box": list(one.box), "kind": one.kind} for one in self.other],
        }


@dataclass(frozen=True)
class Stages:
    """What each step of the pipeline made of a picture, for those who want to look at it.

    Attributes:
        picture: as decoded.
        found: the page, its foreground, components and guesses; None if a small picture was judged as it is.
        reading: the result.
    """

    picture: Picture
    found: Found | None
    reading: Reading


def read(
    picture: str | Path | bytes | NDArray[Any], *, model: Model | str | Path | None = None, single: bool = False
) -> Reading:
    """Read the digits in a picture.

    Args:
        picture: a file, its content, or an array: grey (h, w) or colours (h, w, 3 or 4).
        model: what reads them: a model of 28 x 28 images, or its place; None for the one that comes along.
        single: the picture holds exactly one digit: give the best guess.

    Returns:
        The digits; none if there is no foreground.

    Raises:
        ByhandError: not a picture, or a model that cannot read one.
    """
    decoded = from_array(picture) if isinstance(picture, np.ndarray) else decode(picture)
    return read_picture(decoded, _checked(model) if isinstance(model, Model) else reading_model(model), single=single)


def reading_model(path: str | Path | None = None) -> Model:
    """Load the model that reads pictures: the `reader` that comes with byhand, or another.

    Raises:
        ByhandError: it cannot be loaded, or reads other images than MNIST's.
    """
    return _reading_model(str(path or shipped_model("reader")))


@lru_cache(maxsize=1)
def _reading_model(path: str) -> Model:
    return _checked(load_model(path))


def _checked(model: Model) -> Model:
    """Refuse a model that reads other images than MNIST's."""
    if model.image_shape != (28, 28):
        height, width = model.image_shape
        raise ByhandError(f"This model reads images of {height} x {width} pixels; pictures need one for 28 x 28.")
    return model


def read_picture(picture: Picture, model: Model, *, single: bool = False) -> Reading:
    """Read a decoded picture; arguments as for `read`."""
    return stages_of(picture, model, single=single).reading


def read_pictures(pictures: Sequence[Picture], model: Model, *, single: bool = False) -> list[Reading]:
    """Read decoded pictures, and single digits with few calls of the network; arguments as for `read`."""
    if not single:
        return [read_picture(picture, model) for picture in pictures]
    return [stages.reading for stages in _stages_of_singles(pictures, model)]


def stages_of(picture: Picture, model: Model, *, single: bool = False, settings: Settings | None = None) -> Stages:
    """Read a decoded picture and keep the stages on the way; arguments as for `read`."""
    if single:
        return _stages_of_singles([picture], model)[0]
    classify = model.predict_proba
    found = find_digits(picture.colours, classify, settings)
    if max(picture.colours.shape) <= SingleSettings().small_px:
        found = _or_single(found, picture, classify)
    return Stages(picture, found, _reading(found, found.guesses, picture, model, least=OTHER))


def _or_single(found: Found, picture: Picture, classify: Classify) -> Found:
    """So small a picture is mostly one of a digit, whose strokes fall apart easily: what reads better counts."""
    (one,) = find_single_digits([picture.colours], classify)
    if one is None or one.guess.confidence < LIKELY:
        return found
    component = trimmed(one.guess.component)
    alone = replace(one.guess, component=component or one.guess.component)
    several = sum(guess.score - PRICE for guess in found.guesses)
    left, top, right, bottom = alone.component.box
    whole = all(left <= x <= right and top <= y <= bottom for x, y in (_middle(one) for one in found.guesses))
    return replace(found, guesses=(alone,)) if whole and alone.score - PRICE > several else found


def _middle(one: Guess) -> tuple[float, float]:
    return (one.component.left + one.component.right) / 2, (one.component.top + one.component.bottom) / 2


def _stages_of_singles(pictures: Sequence[Picture], model: Model) -> list[Stages]:
    """Read pictures of one digit each; what may show more than it also as a page, and the surer answer counts."""
    result = []
    classify = model.predict_proba
    for picture, best in zip(
        pictures, find_single_digits([picture.colours for picture in pictures], classify), strict=True
    ):
        guess, found = (best.guess, best.found) if best else (None, None)
        if max(picture.colours.shape) > SingleSettings().small_px and not (guess and guess.confidence >= CERTAIN):
            page = find_digits(picture.colours, classify)
            # A whole digit has more foreground than what else may look like one.
            most = max(page.guesses, key=lambda one: one.component.amount * one.confidence**2, default=None)
            if most and (guess is None or most.confidence >= guess.confidence):
                guess, found = most, page
        guesses = (guess,) if guess else ()
        result.append(Stages(picture, found, _reading(None, guesses, picture, model, least=0.0)))
    return result


def _reading(found: Found | None, guesses: Sequence[Guess], picture: Picture, model: Model, least: float) -> Reading:
    """Put digits into reading order, and everything into pixels of the upright picture."""
    digits = [one for one in guesses if one.confidence >= (CUT if least and _is_cut(one, picture) else least)]
    boxes = [one.component.box for one in digits]
    rows = text_lines(boxes)
    lines = tuple(
        with_spaces([boxes[i] for i in row], [str(model.label_names[digits[i].digit]) for i in row]) for row in rows
    )
    ordered = tuple(
        Digit(
            _plain(model.labels[one.digit]), one.confidence, _upright(one.component.box, picture),
            one.confidence >= SURE, one.image, one.probabilities,
        )
        for row in rows
        for one in (digits[i] for i in row)
    )  # fmt: skip
    others = [Other(_upright(one.component.box, picture)) for one in guesses if all(one is not d for d in digits)]
    if found:
        others += [Other(_upright(box, picture), "speck") for box in found.specks]
        others += [Other(_upright(box, picture), "line") for box in found.lines]
    return Reading(lines, ordered, tuple(others), picture.size)


def _is_cut(one: Guess, picture: Picture) -> bool:
    """Tell whether the picture's edge may have cut something off."""
    left, top, right, bottom = one.component.box
    height, width = picture.colours.shape[:2]
    return left <= 1 or top <= 1 or right >= width - 1 or bottom >= height - 1


def _upright(box: Box, picture: Picture) -> Box:
    """A box in pixels of the upright picture, which may be larger than what was looked at."""
    (across, down), (width, height) = picture.scale, picture.size
    left, top, right, bottom = box
    return (
        max(0, int(left * across)), max(0, int(top * down)),
        min(width, round(right * across)), min(height, round(bottom * down)),
    )  # fmt: skip


def _plain(label: Any) -> Any:
    """A label as Python's own number or text."""
    return label.item() if hasattr(label, "item") else label
