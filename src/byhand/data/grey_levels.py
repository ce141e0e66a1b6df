"""From the numbers in which people keep images to grey levels: uint8, 0 (background) to 255 (foreground).

Shape, range and polarity are recognised for whole sets, and what was done is said in notes: images / 255 and 16-bit
images, flat rows and images with a channel axis, black ink on white paper all end as MNIST keeps its images.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data.mapped_images import MappedImages, to_map
from byhand.errors import ByhandError

# Whole numbers up to these are taken for grey levels of 4, 8, 10, 12, 14, 16 or 32 bits. scikit-learn's own digits,
# from UCI's optdigits, count the dark pixels of 4 x 4 blocks: 0 to 16.
FULL_SCALES = (1, 15, 16, 255, 1023, 4095, 16383, 65535, 2**32 - 1)
LARGEST_FRACTION = 65535  # no grey level that is not a whole number is larger than those of 16 bits
# Where at least this fraction of a set's images have the same polarity, the whole set is taken to have it.
CLEAR_MAJORITY = 0.9
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green and blue: ITU-R BT.601
IMAGES_FOR_POLARITY = 10_000  # of those on the disk, so many tell dark on light from light on dark
SMALLEST_RANGE = 1e-30  # of grey levels that differ; 255 divided by much less is beyond float32
IMAGES_AT_A_TIME = 2048  # 6 MB as float32


@dataclass(frozen=True)
class Range:
    """The numbers from `low` to `high` become 0 to 255; `kind` tells ranges apart that must not be mixed."""

    kind: str
    low: float
    high: float


def to_grey_levels(sets: Sequence[Any], names: Sequence[str]) -> tuple[list[NDArray[np.uint8]], tuple[str, ...]]:
    """Bring the images of one data set, perhaps in several parts, into MNIST's form.

    Args:
        sets: arrays, lists or data frames of shape (n, h * h), (n, h, w), (n, h, w, 1 or 3) or (n, 1 or 3, h, w);
            truth values, whole numbers or fractions of any range.
        names: what error messages call each.

    Returns:
        Arrays of shape (n, h, w), uint8, bright on dark, and notes on what was done. Arrays that are so already are not
        copied.

    Raises:
        ByhandError: another shape, numbers that are missing or not finite, or parts with different ranges.
    """
    maps = [to_map(values) for values in sets]
    arrays: list[Any] = [
        to_images(to_numbers(values, name), name) if mapped is None else mapped
        for values, mapped, name in zip(sets, maps, names, strict=True)
    ]
    for array, name in zip(arrays, names, strict=True):
        _check_finite(array, name)
    ranges = {name: _range_of(array, name) for array, name in zip(arrays, names, strict=True)}
    common = _common_range({name: found for name, found in ranges.items() if found})
    if common is None:
        return [np.zeros(array.shape, np.uint8) for array in arrays], ()
    notes = []
    if (common.low, common.high) != (0, 255):
        notes.append(f"Pixels from {common.low:.4g} to {common.high:.4g} were brought to grey levels from 0 to 255.")
    elif any(array.dtype.kind == "f" for array in arrays):
        notes.append("Pixels from 0 to 255 were rounded to whole grey levels.")
    images: list[Any] = [_scaled(array, common) for array in arrays]
    for i, (part, array, name) in enumerate(zip(images, arrays, names, strict=True)):
        dark = dark_on_light(_sample(part) if isinstance(part, MappedImages) else part)
        fraction = dark.sum() / max(len(dark), 1)
        if fraction >= CLEAR_MAJORITY:
            # Bytes that came as bytes are the caller's own.
            if isinstance(part, MappedImages):
                images[i] = part.with_table(np.arange(255, -1, -1, dtype=np.uint8))
            else:
                images[i] = 255 - part if part is array else np.subtract(255, part, out=part)
            notes.append(f"The images of {name} were dark on light and were inverted.")
        elif fraction > 1 - CLEAR_MAJORITY:
            notes.append(f"{dark.sum():,} of {len(dark):,} images of {name} look dark on light; none was inverted.")
    return images, tuple(notes)


def to_numbers(values: Any, name: str) -> NDArray[Any]:
    """Make an array of truth values or real numbers of whatever holds some.

    Raises:
        ByhandError: it holds something else, or rows of different lengths.
    """
    try:
        if isinstance(values, np.ma.MaskedArray):
            values = np.ma.filled(values.astype(np.float64), np.nan)
        array = np.asarray(values)
        if array.dtype.kind == "O":
            array = array.astype(np.float64)
    except (ValueError, TypeError) as error:
        raise ByhandError(
            f"{name} must hold numbers, in images of one size: {type(values).__name__} given ({error})."
        ) from error
    if array.dtype.kind not in "biuf":
        raise ByhandError(f"{name} must hold numbers, not {array.dtype}.")
    return array


def to_images(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Give images the shape (n, height, width); colours become luminance.

    Raises:
        ByhandError: the shape is not one that images have.
    """
    side = isqrt(array.shape[1]) if array.ndim == 2 else 0
    if array.ndim == 3:
        return array
    if side > 1 and side * side == array.shape[1]:
        return array.reshape(-1, side, side)
    if array.ndim == 4 and array.shape[-1] == 1:
        return array[..., 0]
    if array.ndim == 4 and array.shape[1] == 1:
        return array[:, 0]
    if array.ndim == 4 and 3 in (array.shape[-1], array.shape[1]):
        grey = (array if array.shape[-1] == 3 else np.moveaxis(array, 1, -1)) @ LUMINANCE
        return np.rint(grey).astype(array.dtype) if array.dtype.kind in "iu" else grey
    raise ByhandError(
        f"{name} has shape {array.shape}: images come as (n, height, width), (n, height, width, 1) or flat, as "
        "(n, height * height), such as (n, 784)."
    )


def dark_on_light(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell of each image whether its edge, which is mostly paper, is brighter than the middle of its grey levels.

    Args:
        images: grey levels, shape (n, height, width).

    Returns:
        Shape (n,).
    """
    if images.size == 0:
        return np.zeros(len(images), bool)
    edge = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    flat = images.reshape(len(images), -1)
    middle = (flat.min(axis=1).astype(np.float32) + flat.max(axis=1)) / 2
    dark: NDArray[np.bool_] = np.median(edge, axis=1) > middle
    return dark


def _check_finite(images: NDArray[Any], name: str) -> None:
    if images.dtype.kind != "f":
        return
    for start in range(0, len(images), IMAGES_AT_A_TIME):
        fine = np.isfinite(images[start : start + IMAGES_AT_A_TIME]).all(axis=(1, 2))
        if not fine.all():
            row = start + int(np.argmin(fine))
            wrong = images[row][~np.isfinite(images[row])]
            raise ByhandError(
                f"{name} has {len(wrong):,} pixels that are no numbers ({wrong[0]}) in row {row} (counted from 0): "
                "leave that image out or mend it."
            )


def _range_of(images: NDArray[Any], name: str) -> Range | None:
    """Recognise the range of a set; None for one that is all black or empty."""
    if images.dtype == bool:
        return Range("0 to 1", 0, 1)
    if images.size == 0 or (low := float(images.min())) == (high := float(images.max())) == 0:
        return None
    whole = images.dtype.kind in "iu" or all(
        (chunk == np.rint(chunk)).all() for chunk in np.array_split(images, -(-len(images) // IMAGES_AT_A_TIME))
    )
    largest = FULL_SCALES[-1] if whole else LARGEST_FRACTION
    if max(-low, high) > largest:
        row = int(np.argmax(np.abs(images.reshape(len(images), -1).astype(np.float64)).max(axis=1)))
        raise ByhandError(
            f"{name} has a pixel of {high if high > largest else low:.4g} in row {row} (counted from 0): that is "
            "no grey level."
        )
    if low < 0 or (not whole and 1 + 1e-6 < high < FULL_SCALES[2]):
        return Range("other", low, high)
    if high <= 1 + 1e-6:
        return Range("0 to 1", 0, 1)
    if not whole and high <= 255:
        return Range("levels", 0, 255)
    return Range("levels", 0, next(scale for scale in FULL_SCALES if high <= scale))


def _common_range(ranges: dict[str, Range]) -> Range | None:
    """One range for all parts, or the error that they have several."""
    if not ranges:
        return None
    kinds = {found.kind for found in ranges.values()}
    if len(kinds) > 1:
        listed = " and ".join(f"{name} from {found.low:.4g} to {found.high:.4g}" for name, found in ranges.items())
        raise ByhandError(f"The pixels have different ranges, {listed}: bring all images to one range.")
    return Range(kinds.pop(), min(r.low for r in ranges.values()), max(r.high for r in ranges.values()))


def _sample(images: MappedImages) -> NDArray[np.uint8]:
    """Some images from all over the file."""
    return images[:: -(-len(images) // IMAGES_FOR_POLARITY)]


def _scaled(images: Any, span: Range) -> Any:
    if images.dtype == np.uint8 and (span.low, span.high) == (0, 255):
        return images
    if isinstance(images, MappedImages):
        levels = np.arange(256, dtype=np.float32)[:, np.newaxis, np.newaxis]
        return images.with_table(_scaled(levels, span).ravel())
    grey = np.empty(images.shape, np.uint8)
    width = span.high - span.low
    factor = np.float32(255 / (width if width > SMALLEST_RANGE else 1))
    for start in range(0, len(images), IMAGES_AT_A_TIME):
        chunk = images[start : start + IMAGES_AT_A_TIME].astype(np.float32)
        grey[start : start + IMAGES_AT_A_TIME] = np.clip(np.rint((chunk - np.float32(span.low)) * factor), 0, 255)
    return grey
