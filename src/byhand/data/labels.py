"""From what people keep as labels to one label per image: whole numbers or words."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.errors import ByhandError

LARGEST_WHOLE = 2**53  # beyond it, float64 leaves whole numbers out


def to_labels(values: Any, name: str) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Bring labels into one form.

    Args:
        values: an array, list, series or data frame of whole numbers, words or truth values, shape (n,) or (n, 1); or
            one-hot rows, shape (n, classes).
        name: what error messages call them.

    Returns:
        Integers or text, shape (n,), and notes.

    Raises:
        ByhandError: labels that are missing, fractions, or of another shape.
    """
    try:
        labels = np.asarray(values)
    except ValueError as error:
        raise ByhandError(f"{name} must hold one label per image ({error}).") from error
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2 and labels.dtype.kind in "biuf":
        return _from_one_hot(labels, name)
    if labels.ndim != 1:
        raise ByhandError(f"{name} has shape {labels.shape}: there must be one label per image.")
    if labels.dtype.kind == "U" and not isinstance(values, np.ndarray):
        labels = np.array([*values], object)  # in a list of words, NumPy makes a missing one the word "nan"
    if labels.dtype.kind == "O":
        labels = _from_objects(labels, name)
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8")
    if labels.dtype.kind == "U":
        empty = np.char.strip(labels) == ""
        if empty.any():
            raise _missing(name, int(np.argmax(empty)))
    if labels.dtype.kind == "f":
        missing = ~np.isfinite(labels)
        if missing.any():
            raise _missing(name, int(np.argmax(missing)))
        fraction = (labels != np.rint(labels)) | (np.abs(labels) > LARGEST_WHOLE)
        if fraction.any():
            row = int(np.argmax(fraction))
            raise ByhandError(
                f"{name} has {labels[row]} in row {row} (counted from 0): labels are whole numbers or words."
            )
        labels = labels.astype(np.int64)
    if labels.dtype.kind not in "biuU":
        raise ByhandError(f"{name} must hold whole numbers or words, not {labels.dtype}.")
    return labels, ()


def _from_one_hot(rows: NDArray[Any], name: str) -> tuple[NDArray[Any], tuple[str, ...]]:
    if not (np.isin(rows, (0, 1)).all() and (rows.sum(axis=1) == 1).all()):
        raise ByhandError(
            f"{name} has shape {rows.shape} and is not one-hot (a single 1 in each row): give one label per image."
        )
    return rows.argmax(axis=1), (f"{name} was one-hot: the column of the 1 is the label.",)


def _from_objects(labels: NDArray[Any], name: str) -> NDArray[Any]:
    """Labels of mixed Python types: numbers if all are, else words."""
    for row, label in enumerate(labels):
        # NaN is the one number that differs from itself; pandas' own NA refuses to be compared.
        if (
            label is None
            or type(label).__name__ in {"NAType", "NaTType"}
            or (isinstance(label, float) and label != label)
        ):
            raise _missing(name, row)
        if not isinstance(label, str | bytes | int | float | np.generic):
            raise ByhandError(f"{name} has {label!r} in row {row} (counted from 0): labels are whole numbers or words.")
    if any(isinstance(label, str | bytes) for label in labels):
        return np.array([label.decode() if isinstance(label, bytes) else str(label) for label in labels])
    return np.array(labels.tolist())


def _missing(name: str, row: int) -> ByhandError:
    return ByhandError(f"{name} has no label in row {row} (counted from 0): give it one or leave its image out.")
