"""Holding out some of the training images to choose settings by."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.errors import ByhandError


def stratified_split(
    labels: NDArray[np.integer[Any]], held_out: int, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Divide examples at random so that the held-out part has every label in its usual proportion.

    Args:
        labels: the label of each example, shape (n,).
        held_out: how many examples to hold out, from 0 to n - 1.
        rng: a random number generator.

    Returns:
        The positions of the examples that are kept and of those held out, each in ascending order.

    Raises:
        ByhandError: `held_out` is negative or leaves nothing to learn from.
    """
    if not 0 <= held_out < len(labels):
        raise ByhandError(
            f"Cannot hold out {held_out:,} of {len(labels):,} training examples for validation: "
            f"choose a number from 0 to {len(labels) - 1:,}."
        )
    # Shuffle within each label, then give each example its relative position (0 to 1) among its label's: the
    # examples with the smallest positions are a sample in which every label has its share.
    position = np.empty(len(labels))
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        position[members] = (np.arange(len(members)) + rng.random()) / len(members)
    order = np.argsort(position, kind="stable")
    return np.sort(order[held_out:]), np.sort(order[:held_out])
