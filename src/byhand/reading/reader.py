"""`read`: from pictures to their digits in reading order, every step in its own file."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, overload

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from byhand.data.decoding import Picture, decode, from_array
from byhand.errors import ByhandError, InputWarning
from byhand.jupyter import html_table
from byhand.model import OTHER, SURE, Model, load_model, shipped_model
from byhand.processors import one_blas_thread
from byhand.reading.components import Box, trimmed
from byhand.reading.grouping import Classify, GroupingSettings, Guess
from byhand.reading.pipeline import find_digits
from byhand.reading.region import Region, check_region, cut_out, moved, region_box
from byhand.reading.signs import MINUS, FoundSign, SignSettings, signs_before, with_signs
from byhand.reading.single_digit import SingleSettings, find_single_digits
from byhand.reading.stages import Found, Settings
from byhand.reading.table import cell_of, find_table
from byhand.reading.text_lines import tallies, text_lines, with_spaces
from byhand.reading.touching import ClassifyPairs

# With a picture of one digit, such an answer needs no second look.
CERTAIN = 0.99
# A very small picture that is read as one digit with at least this confidence may be one.
LIKELY = 0.7
# What is cut by the picture's edge is a digit with at least this confidence.
CUT = 0.8
# What has less than this part of the foreground is a bit of a digit, in a picture of one digit: of 240 crops in
# either polarity, 236 instead of 225 are read.
BIT = 0.2
# What is smaller is not sure: 99.6 % of MNIST's digits brought to 8 pixels that are flagged sure are right, at 5 pixels
# 98 %, at 3 pixels 66 %.
LEAST_SURE_PX = 8
# So many pictures of one digit are judged together, unless they have so many bytes.
PORTION, PORTION_BYTES = 256, 24_000_000
# What one more digit must gain, in log probability.
PRICE = GroupingSettings().price


@dataclass(frozen=True)
class Digit:
    """A digit that was read.

    Attributes:
        digit: 0 to 9, or the label that the model has for it.
        confidence: its probability, 0 to 1.
        box: left, top, right, bottom in pixels of the upright picture.
        sure: whether it can be relied on: its confidence is high, it is at least 8 pixels high or wide, and it is not
            one of three or more 1s side by side, which may be tally marks or hatching, nor written together with them.
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
class Sign:
    """A sign that belongs to a number: "." or "-"; its box as for digits."""

    sign: str
    box: Box


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes:
        row: from 0, top to bottom.
        column: from 0, left to right.
        box: as for digits.
        text: what is written in it, rows joined by a space; empty if nothing is.
        sure: whether all of it can be relied on: no digit is unsure, and nothing looks like no digit.
    """

    row: int
    column: int
    box: Box
    text: str
    sure: bool


@dataclass(frozen=True)
class Reading:
    """What is written in a picture.

    Attributes:
        lines: one text per row, with a space in each wide gap.
        digits: in reading order.
        other: foreground that is no digit, specks of noise apart.
        size: (width, height) of the upright picture, pixels.
        signs: points and minus signs in reading order; None if they were not looked for.
        cells: of the table, row by row; None if it was not looked for.
    """

    lines: tuple[str, ...]
    digits: tuple[Digit, ...]
    other: tuple[Other, ...]
    size: tuple[int, int]
    signs: tuple[Sign, ...] | None = None
    cells: tuple[Cell, ...] | None = None

    @property
    def text(self) -> str:
        """All rows."""
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        unsure = sum(not one.sure for one in self.digits)
        counts = [f"{len(self.digits)} {'digit' if len(self.digits) == 1 else 'digits'}", f"{unsure} unsure"]
        if self.other:
            counts.append(f"{len(self.other)} other")
        return f"<Reading {' / '.join(self.lines)!r}: {', '.join(counts)}, {self.size[0]} x {self.size[1]} pixels>"

    def _repr_html_(self) -> str:
        """The reading as a table, for Jupyter: one row per digit."""
        rows = {"text": self.text} | {
            f"digit {number}": f"{one.marked}, {one.confidence:.1%}, box {one.box}"
            for number, one in enumerate(self.digits, start=1)
        }
        if self.other:
            rows["other"] = str(len(self.other))
        return html_table(rows)

    def to_json(self) -> dict[str, Any]:
        """The reading as values that JSON knows, boxes as lists; "signs" and "cells" if they were looked for."""
        result = {
            "text": self.text,
            "lines": list(self.lines),
            "digits": [
                {"digit": one.digit, "confidence": one.confidence, "box": list(one.box), "sure": one.sure}
                for one in self.digits
            ],
            "other": [{"box": list(one.box), "kind": one.kind} for one in self.other],
        }
        if self.signs is not None:
            result["signs"] = [{"sign": one.sign, "box": list(one.box)} for one in self.signs]
        if self.cells is not None:
            result["cells"] = [vars(one) | {"box": list(one.box)} for one in self.cells]
        return result


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


Source = str | Path | bytes | bytearray | memoryview | IO[bytes] | Image.Image | NDArray[Any]


@overload
def read(  # type: ignore[overload-overlap]  # a text is a path, though it can be iterated over
    picture: Source,
    *,
    model: Model | str | Path | None = None,
    single: bool = False,
    region: Region | str | None = None,
    signs: bool = False,
    table: bool = False,
) -> Reading: ...


@overload
def read(
    picture: Iterable[Source],
    *,
    model: Model | str | Path | None = None,
    single: bool = False,
    region: Region | str | None = None,
    signs: bool = False,
    table: bool = False,
) -> Iterator[Reading]: ...


def read(
    picture: Source | Iterable[Source],
    *,
    model: Model | str | Path | None = None,
    single: bool = False,
    region: Region | str | None = None,
    signs: bool = False,
    table: bool = False,
) -> Reading | Iterator[Reading]:
    """Read the digits in a picture, or in many.

    Args:
        picture: a file, its content, or an array: grey (h, w) or colours (h, w, 3 or 4); or a list or an iterator of
            such pictures.
        model: what reads them: a model of 28 x 28 images, or its place; None for the one that comes along.
        single: each picture holds exactly one digit: give the best guess.
        region: left, top, right, bottom, in pixels or as texts with %: read only this part.
        signs: look for a decimal point and a minus that belong to a number, too.
        table: give the text of each cell of the picture's one ruled table, too.

    Returns:
        The digits; none if there is no foreground. For many pictures, an iterator that gives one reading after the
        other, in their order, as they come. Of a file with several pages, the first is read, with a warning.

    Raises:
        ByhandError: not a picture, a model that cannot read one, a region that is not in the picture, or no one table.
    """
    check_options(single=single, region=region, signs=signs, table=table)
    network = _checked(model) if isinstance(model, Model) else reading_model(model)
    picture = _source_of(picture)
    if _is_stack(picture):
        raise ByhandError("This array holds many pictures: give them as a list, byhand.read(list(pictures)).")
    if isinstance(picture, str | Path | bytes | np.ndarray):
        return read_picture(_opened(picture), network, single=single, region=region, signs=signs, table=table)
    if not isinstance(picture, Iterable):
        raise ByhandError(f"A picture is a path, bytes or an array, not {type(picture).__name__}.")
    pictures: Iterable[Any] = picture
    return _read_each(pictures, network, single=single, region=region, signs=signs, table=table)


def _source_of(picture: Any) -> Any:
    """Open files, Pillow's images and other bytes as what `read` knows; all else as it is."""
    if isinstance(picture, bytearray | memoryview):
        return bytes(picture)
    if isinstance(picture, Image.Image):
        upright = ImageOps.exif_transpose(picture)
        return np.asarray(upright.convert("RGBA" if upright.has_transparency_data else "RGB"))
    return picture.read() if hasattr(picture, "read") else picture


def _is_stack(picture: object) -> bool:
    """Whether an array is images (n, h, w) or (n, h, w, channels), and no picture with 1, 3 or 4 channels."""
    if not isinstance(picture, np.ndarray):
        return False
    return picture.ndim == 4 or (picture.ndim == 3 and picture.shape[2] not in (1, 3, 4))


def _opened(picture: Source) -> Picture:
    picture = _source_of(picture)
    if isinstance(picture, np.ndarray):
        return from_array(picture)
    if not isinstance(picture, str | Path | bytes):
        raise ByhandError(f"A picture is a path, bytes or an array, not {type(picture).__name__}.")
    decoded = decode(picture)
    if decoded.pages > 1:
        name = "The file" if isinstance(picture, bytes) else picture
        warnings.warn(
            f"{name} has {decoded.pages} pages, of which the first is read: `byhand read` reads all.",
            InputWarning,
            stacklevel=3,
        )
    return decoded


def _read_each(pictures: Iterable[Source], model: Model, **options: Any) -> Iterator[Reading]:
    """Read many: those of a list in portions, those of an iterator one by one, as they come."""
    portion = PORTION if isinstance(pictures, list | tuple) and options["single"] else 1
    waiting: list[Picture] = []
    for picture in pictures:
        waiting.append(_opened(picture))
        if len(waiting) >= portion or sum(one.colours.size for one in waiting) > PORTION_BYTES:
            yield from read_pictures(waiting, model, **options)
            waiting = []
    if waiting:
        yield from read_pictures(waiting, model, **options)


def check_options(*, single: bool, region: Region | str | None, signs: bool, table: bool) -> None:
    """Refuse what cannot work with any picture.

    Raises:
        ByhandError: a region that is none, or one digit with signs or in a table.
    """
    if region is not None:
        check_region(region)
    for given, name in ((signs, "--signs"), (table, "--table")):
        if single and given:
            raise ByhandError(f"{name} is for pages, and --single for pictures of one digit: leave one of them out.")


def reading_model(path: str | Path | None = None) -> Model:
    """Load the model that reads pictures: the `reader` that comes with byhand, or another.

    Raises:
        ByhandError: it cannot be loaded, or reads other images than MNIST's.
    """
    return _reading_model(str(path or shipped_model("reader")))


@lru_cache(maxsize=1)
def _reading_model(path: str) -> Model:
    return _checked(load_model(path))


def pairs_of(model: Model) -> ClassifyPairs | None:
    """What reads touching digits beside a model: byhand's own network for pairs beside its own reader.

    Any other model is to be judged, or used, for what it reads by itself.
    """
    return _classify_pairs if model.recipe.get("name") == "reader" else None


def _classify_pairs(images: NDArray[np.uint8]) -> NDArray[Any]:
    """Loaded for the first picture with something that may be two digits: most have none."""
    return _pair_model().predict_proba(images)


@lru_cache(maxsize=1)
def _pair_model() -> Model:
    return load_model(shipped_model("pairs"))


def _checked(model: Model) -> Model:
    """Refuse a model that reads other images than MNIST's."""
    if model.image_shape != (28, 28):
        height, width = model.image_shape
        raise ByhandError(f"This model reads images of {height} x {width} pixels; pictures need one for 28 x 28.")
    return model


def read_picture(
    picture: Picture,
    model: Model,
    *,
    single: bool = False,
    region: Region | str | None = None,
    signs: bool = False,
    table: bool = False,
) -> Reading:
    """Read a decoded picture; arguments as for `read`."""
    part, start = picture, (0, 0)
    if region is not None:
        part, start = cut_out(picture, region_box(region, picture.size))
    stages = stages_of(part, model, single=single, settings=Settings(signs=SignSettings()) if signs else None)
    reading = stages.reading
    if signs:
        reading = replace(reading, signs=reading.signs or ())
    if table:
        reading = replace(reading, cells=_cells(stages))
    return reading if region is None else _placed(reading, start, picture.size)


def read_pictures(
    pictures: Sequence[Picture],
    model: Model,
    *,
    single: bool = False,
    region: Region | str | None = None,
    signs: bool = False,
    table: bool = False,
) -> list[Reading]:
    """Read decoded pictures, and single digits with few calls of the network; arguments as for `read`."""
    if not single:
        return [read_picture(one, model, region=region, signs=signs, table=table) for one in pictures]
    parts = [(one, (0, 0)) if region is None else cut_out(one, region_box(region, one.size)) for one in pictures]
    return [
        _placed(stages.reading, start, one.size)
        for one, (_, start), stages in zip(
            pictures, parts, _stages_of_singles([part for part, _ in parts], model), strict=True
        )
    ]


def _placed(reading: Reading, start: tuple[int, int], size: tuple[int, int]) -> Reading:
    """The reading of a part, in pixels of the whole picture."""

    def placed(ones: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(replace(one, box=moved(one.box, start, size)) for one in ones)

    return replace(
        reading,
        size=size,
        digits=placed(reading.digits),
        other=placed(reading.other),
        signs=None if reading.signs is None else placed(reading.signs),
        cells=None if reading.cells is None else placed(reading.cells),
    )


def _cells(stages: Stages) -> tuple[Cell, ...]:
    """What is written in each cell of the table."""
    picture, reading, found = stages.picture, stages.reading, stages.found
    if found is None:
        raise ByhandError("There is no table in it: no ruled lines that enclose cells.")
    mask = found.foreground.mask
    # A small picture was enlarged.
    enlarged = mask.shape[0] / picture.colours.shape[0]
    places = [
        replace(place, box=_upright(tuple(side / enlarged for side in place.box), picture))
        for place in find_table(mask)
    ]
    digits: list[list[Digit]] = [[] for _ in places]
    for digit in reading.digits:
        if (cell := cell_of(digit.box, places)) is not None:
            digits[cell].append(digit)
    doubtful = {cell_of(one.box, places) for one in reading.other if one.kind == "unknown"}
    signs = [FoundSign(one.sign, one.box) for one in reading.signs or ()]
    result = []
    for i, (place, own) in enumerate(zip(places, digits, strict=True)):
        boxes = [one.box for one in own]
        lines, _, _ = _lines(boxes, [str(one.digit) for one in own], [s for s in signs if cell_of(s.box, places) == i])
        sure = all(one.sure for one in own) and i not in doubtful
        result.append(Cell(place.row, place.column, place.box, " ".join(lines), sure))
    return tuple(result)


def _lines(
    boxes: Sequence[Box], texts: Sequence[str], signs: Sequence[FoundSign]
) -> tuple[tuple[str, ...], list[list[int]], list[FoundSign]]:
    """Give the text of each row, which digits are in it, and the signs that belong to them, in reading order."""
    rows = text_lines(boxes)
    before = signs_before(signs, boxes)
    lines = tuple(
        with_signs([boxes[i] for i in row], [texts[i] for i in row], [before.get(i, []) for i in row])
        if before
        else with_spaces([boxes[i] for i in row], [texts[i] for i in row])
        for row in rows
    )
    return lines, rows, [sign for row in rows for i in row for sign in before.get(i, [])]


# Products of a few dozen images are small: threads that wait for each other took four times the processor's time.
@one_blas_thread()
def stages_of(picture: Picture, model: Model, *, single: bool = False, settings: Settings | None = None) -> Stages:
    """Read a decoded picture and keep the stages on the way; arguments as for `read`."""
    if single:
        return _stages_of_singles([picture], model)[0]
    classify = model.predict_proba
    found = find_digits(picture.colours, classify, settings, pairs_of(model))
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
            page = find_digits(picture.colours, classify, classify_pairs=pairs_of(model))
            # A whole digit has more foreground than what else may look like one.
            most = max(page.guesses, key=lambda one: one.component.amount * one.confidence**2, default=None)
            if most and (guess is None or _is_rather(most, guess)):
                guess, found = most, page
        guesses = (guess,) if guess else ()
        result.append(Stages(picture, found, _reading(None, guesses, picture, model, least=0.0)))
    return result


def _is_rather(found: Guess, whole: Guess) -> bool:
    """Tell whether what was found on a page is rather the digit than all foreground is, and no bit of it."""
    return found.confidence >= whole.confidence and found.component.amount >= BIT * whole.component.amount


def _reading(found: Found | None, guesses: Sequence[Guess], picture: Picture, model: Model, least: float) -> Reading:
    """Put digits into reading order, and everything into pixels of the upright picture."""
    digits = [one for one in guesses if one.confidence >= (CUT if least and _is_cut(one, picture) else least)]
    boxes = [one.component.box for one in digits]
    may_be_signs = found.signs if found else ()
    lines, rows, signs = _lines(boxes, [str(model.label_names[one.digit]) for one in digits], may_be_signs)
    doubtful = {
        i
        for row in rows
        for i, doubt in zip(row, tallies([boxes[i] for i in row], [str(digits[i].digit) for i in row]), strict=True)
        if doubt
    } | {i for i, box in enumerate(boxes) if not _is_large_enough(box)}
    ordered = tuple(
        Digit(
            _plain(model.labels[digits[i].digit]), digits[i].confidence, _upright(boxes[i], picture),
            digits[i].confidence >= SURE and i not in doubtful, digits[i].image, digits[i].probabilities,
        )
        for row in rows
        for i in row
    )  # fmt: skip
    others = [Other(_upright(one.component.box, picture)) for one in guesses if all(one is not d for d in digits)]
    if found:
        others += [Other(_upright(box, picture), "speck") for box in found.specks]
        others += [Other(_upright(box, picture), "line") for box in found.lines]
    others += [
        Other(_upright(one.box, picture), "unknown" if one.sign == MINUS else "speck")
        for one in may_be_signs
        if one not in signs
    ]
    placed = tuple(Sign(one.sign, _upright(one.box, picture)) for one in signs) if may_be_signs else None
    return Reading(lines, ordered, tuple(others), picture.size, placed)


def _is_large_enough(box: Box) -> bool:
    """Tell whether something has enough pixels to be a digit for sure."""
    left, top, right, bottom = box
    return max(right - left, bottom - top) >= LEAST_SURE_PX


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
