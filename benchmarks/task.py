"""What every rival is given: the same images in memory, the same network, the same first weights."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from byhand import load_mnist
from byhand.data import one_hot

LEARNING_RATE = 0.5
PIXELS, HIDDEN, CLASSES = 784, 128, 10


class Weights(NamedTuple):
    """Of a network with one hidden layer: shapes (784, hidden), (hidden,), (hidden, 10), (10,)."""

    weights1: NDArray[Any]
    bias1: NDArray[Any]
    weights2: NDArray[Any]
    bias2: NDArray[Any]


@lru_cache(maxsize=1)
def scaled_images() -> NDArray[Any]:
    """The training images from 0 to 1, shape (60000, 784)."""
    images = load_mnist().train_images.reshape(-1, PIXELS)
    return images / np.float32(255)


@lru_cache(maxsize=1)
def targets() -> NDArray[Any]:
    """The training labels, one-hot, shape (60000, 10)."""
    return one_hot(load_mnist().train_labels, CLASSES)


def first_weights(hidden: int = HIDDEN, dtype: Any = np.float32) -> Weights:
    """Small random weights, the same for every rival."""
    rng = np.random.default_rng(0)
    return Weights(
        rng.normal(0, 0.05, (PIXELS, hidden)).astype(dtype),
        np.zeros(hidden, dtype),
        rng.normal(0, 0.1, (hidden, CLASSES)).astype(dtype),
        np.zeros(CLASSES, dtype),
    )
