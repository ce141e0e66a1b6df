"""`read`: from a picture to its digits in reading order, every step in its own file."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data.decoding import Picture, decode, from_array
from byhand.errors import ByhandError
from byhand.model import OTHER, SURE, Model, load_model, shipped_model
from byhand.reading.background import luminance, mean_polarity, polarity_within
from byhand.reading.components import Box, Judge, connected_components, rescaled
from byhand.reading.foreground import Foreground, Legible, find_foreground, grey_of
from byhand.reading.grouping import Guess, find_digits
from byhand.reading.page import find_page
from byhand.reading.single_digit import SMALL, enlarge, read_single
from byhand.reading.text_lines import text_lines, with_spaces

# With a picture of one digit, such an answer needs no second look.
CERTAIN = 0.99
# A very small picture that is read as one digit with at least this confidence is one.
LIKELY = 0.7
# A dark page covers at least this part of the picture: smaller dark things are foreground or shadows.
LEAST_DARK_PAGE = 0.2
# Polarity less clear than this is tried both ways; a less likely way to see the picture must be worth more than so many
# times as much, with more foreground in it that looks like digits, or with less.
CLEAR_POLARITY, SECOND_THOUGHT, THIRD_THOUGHT = 0.8, 1.5, 4


@dataclass(frozen=True)
class Digit:
    """A digit that was read.

    Attributes:
        digit: 0 to 9, or the label that the model has for it.
        confidence: its probability, 0 to 1.
        box: left, top, right, bottom in pixels of the upright picture.
        sure: whether it can be relied on.
        image: what the network saw, uint8, shape (28, 28).
    """

    digit: Any
    confidence: float
    box: Box
    sure: bool
    image: NDArray[np.uint8] = field(repr=False, compare=False)

    @property
    def marked(self) -> str:
        """The digit, with a question mark if it is not sure."""
        return f"{self.digit}{'' if self.sure else '?'}"


@dataclass(frozen=True)
class Other:
    """Foreground that is no digit; `box` as for digits."""

    box: Box


@dataclass(frozen=True)
class Reading:
    """What is written in a picture.

    Attributes:
        lines: one text per row, with a space in each wide gap.
        digits: in reading order.
        other: foreground that is no digit.
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
            "other": [{"box": list(one.box)} for one in self.other],
        }


@dataclass
class Stages:
    """What each step of the pipeline made of a picture, for those who want to look at it."""

    picture: Picture
    dark_on_light: bool = True
    page: NDArray[np.bool_] | None = None
    grey: NDArray[np.float32] | None = None
    foreground: Foreground | None = None
    guesses: list[Guess] = field(default_factory=list)
    reading: Reading = Reading((), (), (), (0, 0))


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


def stages_of(picture: Picture, model: Model, *, single: bool = False) -> Stages:
    """Read a decoded picture and keep the stages on the way; arguments as for `read`."""
    stages = Stages(picture)
    if single:
        find_one(stages, model.predict_proba)
    else:
        find_many(stages, model.predict_proba)
        if max(picture.colours.shape) <= SMALL and not all(one.confidence >= SURE for one in stages.guesses):
            # So small a picture is mostly one of a digit, whose strokes fall apart easily.
            guess, _, _ = read_single(picture.colours, model.predict_proba)
            if guess and guess.confidence >= LIKELY:
                stages.guesses = [guess]
    guesses = stages.guesses
    digits = [one for one in guesses if single or one.confidence >= OTHER]
    others = [one for one in guesses if not single and one.confidence < OTHER]
    rows = text_lines([one.shape.box for one in digits])
    enlarge = _enlarger(picture)
    found = [
        Digit(
            _plain(model.labels[one.digit]), one.confidence, enlarge(one.shape.box), one.confidence >= SURE, one.image
        )
        for row in rows
        for one in (digits[i] for i in row)
    ]
    lines = tuple(
        with_spaces([digits[i].shape.box for i in row], [str(model.label_names[digits[i].digit]) for i in row])
        for row in rows
    )
    stages.reading = Reading(lines, tuple(found), tuple(Other(enlarge(o.shape.box)) for o in others), picture.size)
    return stages


@dataclass(frozen=True)
class Scene:
    """One way to see a picture: where the page is, None for everywhere, and whether foreground is dark on it."""

    page: NDArray[np.bool_] | None
    dark_on_light: bool


def scenes_of(colours: NDArray[np.uint8]) -> list[Scene]:
    """What the picture may show, the likeliest first: a light page, a page in one polarity or both, a dark page."""
    scenes = []
    grey = luminance(colours)
    light = find_page(colours)
    if light is not None:
        scenes.append(Scene(light, True))
        if polarity_within(grey, light) > 0:
            return scenes
    darkness = mean_polarity(grey)
    scenes.append(Scene(None, darkness >= 0))
    if abs(darkness) < CLEAR_POLARITY:
        scenes.append(Scene(None, darkness < 0))
    dark = find_page(colours, light=False)
    if dark is not None and dark.mean() > LEAST_DARK_PAGE and polarity_within(grey, dark) < 0:
        scenes.append(Scene(dark, False))
    return scenes


def find_one(stages: Stages, judge: Judge) -> None:
    """Find the one digit; in a picture that may show more than it, also as in a page, and trust the surer answer."""
    guess, foreground, polarity = read_single(stages.picture.colours, judge)
    if max(stages.picture.colours.shape) > SMALL and not (guess and guess.confidence >= CERTAIN):
        find_many(stages, judge)
        # A whole digit has more foreground than what else may look like one.
        most = max(stages.guesses, key=lambda one: one.shape.amount * one.confidence**2, default=None)
        if most and (guess is None or most.confidence >= guess.confidence):
            stages.guesses = [most]
            return
    stages.grey, stages.page, stages.foreground, stages.dark_on_light = None, None, foreground, polarity >= 0
    stages.guesses = [guess] if guess else []


def find_many(stages: Stages, judge: Judge) -> None:
    """Find the foreground in the scene that shows most of it and let the network decide what makes a digit."""
    picture = stages.picture
    best: Legible | None = None
    factor = 1
    for scene in scenes_of(picture.colours):
        colours = picture.colours if scene.dark_on_light else 255 - picture.colours
        grey = grey_of(colours, scene.page)
        enlarged, factor = enlarge(grey)
        foreground, legible = find_foreground(enlarged, scene.page if factor == 1 else None, judge)
        if best is None or legible.worth > best.worth * (
            SECOND_THOUGHT if sum(legible.amounts) > sum(best.amounts) else THIRD_THOUGHT
        ):
            best = legible
            stages.grey, stages.foreground, stages.page, stages.dark_on_light = (
                grey,
                foreground,
                scene.page,
                scene.dark_on_light,
            )
    if stages.foreground is not None:
        guesses = find_digits(connected_components(stages.foreground.density, stages.foreground.mask), judge)
        stages.guesses = [replace(one, shape=rescaled(one.shape, 1 / factor)) for one in guesses]


def _enlarger(picture: Picture) -> Callable[[Box], Box]:
    """Bring boxes from the reduced picture to the upright one."""
    (across, down), (width, height) = picture.scale, picture.size

    def enlarge(box: Box) -> Box:
        left, top, right, bottom = box
        return (
            max(0, int(left * across)), max(0, int(top * down)),
            min(width, round(right * across)), min(height, round(bottom * down)),
        )  # fmt: skip

    return enlarge


def _plain(label: Any) -> Any:
    """A label as Python's own number or text."""
    return label.item() if hasattr(label, "item") else label
