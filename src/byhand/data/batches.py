"""The order in which examples are shown, and the batches they are shown in."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data.mapped_images import MappedImages
from byhand.data.one_hot import OneHot

# Images on a disk are read in blocks of so many neighbours (200 KB of MNIST's, where a disk reads nearly as fast as
# without jumps), and so many blocks, chosen at random, are shuffled together: 65,536 images, 51 MB.
BLOCK_IMAGES, WINDOW_BLOCKS = 256, 256


def batches(
    inputs: NDArray[Any] | MappedImages,
    targets: NDArray[Any] | OneHot,
    batch_size: int,
    rng: np.random.Generator | None,
    scale: Callable[..., NDArray[Any]] | None = None,
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Go once through all examples, a batch at a time; the last batch may be smaller.

    Args:
        inputs: shape (n, features): grey levels, or numbers that are scaled already; or images on the disk.
        targets: shape (n, classes).
        batch_size: how many examples a batch holds, at least 1.
        rng: draws a fresh uniform permutation of the examples, of images on the disk as `windows` says; None keeps
            their order.
        scale: writes a batch of grey levels, scaled, into the array that it gets as `out`; None where `inputs` are
            scaled already.

    Yields:
        Inputs and targets of a batch. The arrays are overwritten by the next batch.
    """
    features = inputs.size // max(len(inputs), 1)
    chosen_inputs = np.empty((batch_size, features), inputs.dtype)
    chosen_targets = np.empty((batch_size, targets.shape[1]), targets.dtype)
    scaled = np.empty(chosen_inputs.shape, targets.dtype)
    for some_inputs, some_targets in windows(inputs, targets, batch_size, rng):
        examples = len(some_inputs)
        order = None if rng is None else rng.permutation(examples)
        for start in range(0, examples, batch_size):
            stop = min(start + batch_size, examples)
            if order is None:
                batch_inputs, batch_targets = some_inputs[start:stop], some_targets[start:stop]
            else:
                chosen, n = order[start:stop], stop - start
                # With its default mode, take() fills a second array and copies that: twice the time.
                batch_inputs = np.take(some_inputs, chosen, axis=0, out=chosen_inputs[:n], mode="clip")
                batch_targets = np.take(some_targets, chosen, axis=0, out=chosen_targets[:n], mode="clip")
            if scale is not None:
                # Bytes are gathered and scaled batch by batch: a quarter of the memory to read, 27 microseconds for
                # 128 images instead of 38 for images scaled beforehand, which takes half a second more at the start.
                batch_inputs = scale(batch_inputs, out=scaled[: stop - start])
            yield batch_inputs, batch_targets


def windows(
    inputs: NDArray[Any] | MappedImages,
    targets: NDArray[Any] | OneHot,
    batch_size: int,
    rng: np.random.Generator | None,
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Bring examples into memory: all at once, or of images on the disk a window of some after the other.

    The images on the disk are cut into blocks of neighbours, and the blocks are drawn in a random order, a new one in
    each epoch. A window is the next blocks of that order; `batches` shuffles within it. While one window is learned
    from, the next is read by another thread.

    Yields:
        Arrays of shape (n, features) and (n, classes); but for the last, n is a multiple of the batch size.
    """
    if not isinstance(inputs, MappedImages):
        yield inputs, targets[:] if isinstance(targets, OneHot) else targets
        return
    examples = len(inputs)
    starts = np.arange(0, examples, BLOCK_IMAGES)
    if rng is not None:
        rng.shuffle(starts)
    size = max(1, BLOCK_IMAGES * WINDOW_BLOCKS // batch_size) * batch_size

    def read(chosen: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        images = inputs[chosen] if inputs.prepare is None else inputs.prepare(inputs[chosen])
        return images.reshape(len(chosen), -1), targets[chosen]

    with ThreadPoolExecutor(1) as reader:
        coming = None
        for chosen in _runs(starts, examples, size):
            following = reader.submit(read, chosen)
            if coming is not None:
                yield coming.result()
            coming = following
        if coming is not None:
            yield coming.result()


def _runs(starts: NDArray[Any], examples: int, size: int) -> Iterator[NDArray[Any]]:
    """The positions in blocks that begin at `starts`, cut into runs of `size`."""
    waiting: list[NDArray[Any]] = []
    count = 0
    for start in starts:
        waiting.append(np.arange(start, min(start + BLOCK_IMAGES, examples)))
        count += len(waiting[-1])
        while count >= size:
            together = np.concatenate(waiting)
            yield together[:size]
            waiting, count = [together[size:]], count - size
    if count:
        yield np.concatenate(waiting)
