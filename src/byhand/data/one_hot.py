"""Labels as the network sees them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def one_hot(labels: NDArray[np.integer[Any]], classes: int, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Write each label as a row that is 1 in the label's column and 0 elsewhere.

    Args:
        labels: class numbers from 0 to `classes` - 1, shape (n,).
        classes: how many classes there are.
        dtype: number type of the result.

    Returns:
        Shape (n, classes).
    """
    rows: NDArray[Any] = np.eye(classes, dtype=dtype)[labels]
    return rows


@dataclass(frozen=True, eq=False)
class OneHot:
    """One-hot rows that are written when they are needed: those of 8 million labels would take 324 MB.

    Attributes:
        labels: class numbers, shape (n,).
        classes: how many classes there are.
        dtype: number type of the rows.
    """

    labels: NDArray[np.integer[Any]]
    classes: int
    dtype: np.dtype[Any]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, chosen: Any) -> NDArray[Any]:
        return one_hot(self.labels[chosen], self.classes, self.dtype)

    @property
    def shape(self) -> tuple[int, int]:
        """(n, classes)."""
        return len(self.labels), self.classes

    def mean(self, axis: int, dtype: DTypeLike = np.float64) -> NDArray[Any]:
        """How frequent each class is, shape (classes,)."""
        return np.bincount(self.labels, minlength=self.classes).astype(dtype) / len(self.labels)

    def max(self, axis: int) -> NDArray[Any]:
        """The largest number of each row, shape (n,): 1."""
        return np.ones(len(self.labels), np.uint8)
