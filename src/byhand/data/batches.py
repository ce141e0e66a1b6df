"""The order in which examples are shown, and the batches they are shown in."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray


def batches(
    inputs: NDArray[Any], targets: NDArray[Any], batch_size: int, rng: np.random.Generator | None
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Go once through all examples, a batch at a time; the last batch may be smaller.

    Args:
        inputs: shape (n, features).
        targets: shape (n, classes).
        batch_size: how many examples a batch holds, at least 1.
        rng: draws a fresh uniform permutation of the examples; None keeps their order.

    Yields:
        Inputs and targets of a batch. The arrays are overwritten by the next batch.
    """
    examples = len(inputs)
    if rng is None:
        for start in range(0, examples, batch_size):
            yield inputs[start : start + batch_size], targets[start : start + batch_size]
        return
    order = rng.permutation(examples)
    batch_inputs = np.empty((batch_size, inputs.shape[1]), inputs.dtype)
    batch_targets = np.empty((batch_size, targets.shape[1]), targets.dtype)
    for start in range(0, examples, batch_size):
        chosen = order[start : start + batch_size]
        n = len(chosen)
        # With its default mode, take() fills a second array and copies that: twice the time.
        np.take(inputs, chosen, axis=0, out=batch_inputs[:n], mode="clip")
        np.take(targets, chosen, axis=0, out=batch_targets[:n], mode="clip")
        yield batch_inputs[:n], batch_targets[:n]
