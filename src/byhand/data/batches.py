"""The order in which examples are shown, and the batches they are shown in."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray


def batches(
    inputs: NDArray[Any],
    targets: NDArray[Any],
    batch_size: int,
    rng: np.random.Generator | None,
    scale: Callable[..., NDArray[Any]] | None = None,
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Go once through all examples, a batch at a time; the last batch may be smaller.

    Args:
        inputs: shape (n, features): grey levels, or numbers that are scaled already.
        targets: shape (n, classes).
        batch_size: how many examples a batch holds, at least 1.
        rng: draws a fresh uniform permutation of the examples; None keeps their order.
        scale: writes a batch of grey levels, scaled, into the array that it gets as `out`; None where `inputs` are
            scaled already.

    Yields:
        Inputs and targets of a batch. The arrays are overwritten by the next batch.
    """
    examples = len(inputs)
    order = None if rng is None else rng.permutation(examples)
    chosen_inputs = np.empty((batch_size, inputs.shape[1]), inputs.dtype)
    chosen_targets = np.empty((batch_size, targets.shape[1]), targets.dtype)
    scaled = np.empty(chosen_inputs.shape, targets.dtype)
    for start in range(0, examples, batch_size):
        stop = min(start + batch_size, examples)
        if order is None:
            batch_inputs, batch_targets = inputs[start:stop], targets[start:stop]
        else:
            chosen, n = order[start:stop], stop - start
            # With its default mode, take() fills a second array and copies that: twice the time.
            batch_inputs = np.take(inputs, chosen, axis=0, out=chosen_inputs[:n], mode="clip")
            batch_targets = np.take(targets, chosen, axis=0, out=chosen_targets[:n], mode="clip")
        if scale is not None:
            # Bytes are gathered and scaled batch by batch: a quarter of the memory to read, 27 microseconds for
            # 128 images instead of 38 for images scaled beforehand, which takes half a second more at the start.
            batch_inputs = scale(batch_inputs, out=scaled[: stop - start])
        yield batch_inputs, batch_targets
