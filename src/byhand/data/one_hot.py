"""Labels as the network sees them."""

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
