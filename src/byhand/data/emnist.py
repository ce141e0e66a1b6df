"""EMNIST: digits and letters in MNIST's form, with images transposed and letters numbered.

Cohen, Afshar, Tapson and van Schaik 2017, "EMNIST: an extension of MNIST to handwritten letters". The mappings
are those of the official files emnist-SPLIT-mapping.txt, which give the ASCII codes.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

DIGITS = "0123456789"
UPPER, LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
# Merged: letters whose lower case looks like their upper case.
MERGED = DIGITS + UPPER + "abdefghnqrt"
# By split, the character of each label from `FIRST_LABEL` on.
CHARACTERS = {
    "byclass": DIGITS + UPPER + LOWER,
    "bymerge": MERGED,
    "balanced": MERGED,
    "letters": UPPER,  # upper and lower case alike
    "digits": DIGITS,
    "mnist": DIGITS,
}
FIRST_LABEL = {"letters": 1}


def emnist_split(name: str) -> str | None:
    """The split that a file's name tells, as in `emnist-balanced-train-images-idx3-ubyte`; None for other data."""
    _, found, rest = name.lower().partition("emnist")
    return next((split for split in CHARACTERS if split in rest), "") if found else None


def emnist_note(split: str) -> str:
    """What is said where a split, "" for an unknown one, was turned upright."""
    return f"EMNIST{f' ({split})' if split else ''}: its images are stored transposed and were turned upright."


def upright(images: NDArray[Any]) -> NDArray[Any]:
    """Undo the transpose of EMNIST's images, shape (n, height, width)."""
    return np.ascontiguousarray(images.swapaxes(1, 2))


def characters(labels: NDArray[Any], split: str) -> NDArray[Any]:
    """Give the character of each label, shape (n,); labels that a split does not have stay numbers."""
    known, first = CHARACTERS.get(split, ""), FIRST_LABEL.get(split, 0)
    positions = labels.astype(np.float64) - first if labels.ndim == 1 and labels.dtype.kind in "iuf" else np.empty(0)
    if not len(positions) or not np.isin(positions, np.arange(len(known))).all():
        return labels
    written: NDArray[Any] = np.array([*known])[positions.astype(np.intp)]
    return written
