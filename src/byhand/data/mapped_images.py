"""Images that stay on the disk: a memory map, some of its rows, and what is to be done to them on the way in.

The system reads a file's pages when they are touched and drops them when it needs the memory, so that a data set may be
larger than the memory. Nothing here ever holds more than a block of images.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Files with more bytes of images than this are mapped; smaller ones are read, which is simpler and as fast.
MAPPED_FROM_BYTES = 512_000_000
# What is taken of them becomes an array if it has no more bytes than this: 80,000 of MNIST's images.
FEW_BYTES = 64_000_000
IMAGES_AT_A_TIME = 8192  # 6 MB of MNIST's


@dataclass(frozen=True, eq=False)
class MappedImages:
    """Images in a memory map. What is taken of them in small numbers is an ordinary array.

    Attributes:
        base: bytes, shape (all, height, width).
        rows: which images these are, in ascending order, shape (n,); None for all.
        table: what each grey level becomes, shape (256,); None where it stays.
        transposed: whether rows and columns of pixels are exchanged.
        prepare: what is done to images before a network learns from them, such as deskewing; None for nothing.
    """

    base: NDArray[np.uint8]
    rows: NDArray[np.integer[Any]] | None = None
    table: NDArray[np.uint8] | None = None
    transposed: bool = False
    prepare: Callable[[NDArray[Any]], NDArray[Any]] | None = None

    dtype = np.dtype(np.uint8)
    ndim = 3

    def __len__(self) -> int:
        return len(self.base) if self.rows is None else len(self.rows)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(n, height, width)."""
        height, width = self.base.shape[1:]
        return (len(self), width, height) if self.transposed else (len(self), height, width)

    @property
    def size(self) -> int:
        """How many pixels."""
        n, height, width = self.shape
        return n * height * width

    def __getitem__(self, chosen: Any) -> NDArray[np.uint8]:
        """The images at some positions, in memory, perhaps not to be written to; a slice, positions or one position."""
        rows = chosen if self.rows is None else self.rows[chosen]
        images = np.asarray(self.base[rows])
        if self.transposed:
            images = np.ascontiguousarray(images.swapaxes(-1, -2))
        return images if self.table is None else self.table[images]

    def choose(self, chosen: NDArray[Any] | slice) -> "MappedImages | NDArray[np.uint8]":
        """The images at some ascending positions: an array if they are few, else a part of the same map."""
        positions = np.arange(len(self), dtype=np.uint32)[chosen]
        if len(positions) * self.size // max(len(self), 1) <= FEW_BYTES:
            return self[positions]
        return replace(self, rows=positions if self.rows is None else self.rows[positions])

    def with_table(self, table: NDArray[np.uint8]) -> "MappedImages":
        """The same with other grey levels, after those there are."""
        return replace(self, table=table if self.table is None else table[self.table])

    def turned(self) -> "MappedImages":
        """The same with rows and columns of pixels exchanged."""
        return replace(self, transposed=not self.transposed)

    def blocks(self) -> Iterator[NDArray[np.uint8]]:
        """All images in their order, some at a time."""
        for start in range(0, len(self), IMAGES_AT_A_TIME):
            yield self[start : start + IMAGES_AT_A_TIME]

    @cached_property
    def extremes(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8], float]:
        """The lowest and the highest grey level of each pixel, shape (height, width), and the mean of all."""
        low, high, total = np.full(self.shape[1:], 255, np.uint8), np.zeros(self.shape[1:], np.uint8), 0
        for block in self.blocks():
            np.minimum(low, block.min(axis=0), out=low)
            np.maximum(high, block.max(axis=0), out=high)
            # Sums of 255 bytes fit into 16 bits; mean() would take ten times as long.
            total += int(np.add.reduce(block.reshape(len(block), -1), axis=1, dtype=np.uint32).sum(dtype=np.uint64))
        return low, high, total / max(self.size, 1)

    def min(self) -> int:
        """The lowest grey level."""
        return int(self.extremes[0].min())

    def max(self) -> int:
        """The highest grey level."""
        return int(self.extremes[1].max())

    def mean(self) -> float:
        """The mean grey level."""
        return self.extremes[2]


def choose_images(images: Any, chosen: NDArray[Any] | slice) -> Any:
    """The images at some positions, which must ascend where they stay on the disk."""
    return images.choose(chosen) if isinstance(images, MappedImages) else images[chosen]


def to_map(values: Any) -> MappedImages | None:
    """Take a large memory map of bytes as it is, (n, height, width) or flat and square; None for anything else."""
    if isinstance(values, MappedImages):
        return values
    if not isinstance(values, np.memmap) or values.dtype != np.uint8 or values.nbytes < MAPPED_FROM_BYTES:
        return None
    array = values.view(np.ndarray)
    if array.ndim == 2 and (side := int(array.shape[1] ** 0.5)) ** 2 == array.shape[1]:
        array = array.reshape(-1, side, side)
    elif array.ndim == 4 and array.shape[-1] == 1:
        array = array[..., 0]
    return MappedImages(array) if array.ndim == 3 else None
