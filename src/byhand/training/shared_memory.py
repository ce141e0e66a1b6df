"""Memory that several processes see, and that nobody can leave behind."""

import math
import mmap
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from byhand.nn.memory import CACHE_LINE

Place = tuple[int, tuple[int, ...], str]  # first byte, shape, number type


class SharedMemory:
    """Memory that ends with the last process that has it: a file without a name, on Windows a mapping.

    Attributes:
        handle: what other processes open it by: a file descriptor, which they inherit, or a name.
    """

    def __init__(self, handle: int | str | None = None) -> None:
        if handle is not None:
            self.handle = handle
        elif sys.platform == "win32":
            self.handle = ""
        elif hasattr(os, "memfd_create"):
            self.handle = os.memfd_create("byhand")
        else:
            with tempfile.TemporaryFile() as file:
                self.handle = os.dup(file.fileno())

    def arrays(self, places: dict[str, Place], *, create: bool = False) -> dict[str, NDArray[Any]]:
        """Map it, and give its arrays by name.

        Args:
            places: where they lie, see `lay_out`.
            create: whether what they hold begins here; what is mapped already stays.

        Raises:
            OSError: there is not so much memory.
        """
        size = max(start + math.prod(shape) * np.dtype(dtype).itemsize for start, shape, dtype in places.values())
        if isinstance(self.handle, str):
            if create:  # another mapping each time: Windows has none that grows
                self.handle = f"byhand-{os.getpid()}-{time.perf_counter_ns()}"
            memory = mmap.mmap(-1, size, tagname=self.handle)  # type: ignore[call-arg]
        else:
            if create:
                os.ftruncate(self.handle, max(size, os.fstat(self.handle).st_size))
            memory = mmap.mmap(self.handle, size)
        return {
            name: np.frombuffer(memory, dtype, math.prod(shape), start).reshape(shape)
            for name, (start, shape, dtype) in places.items()
        }

    def close(self) -> None:
        """Let nobody else in; what is mapped stays."""
        if isinstance(self.handle, int) and self.handle >= 0:
            os.close(self.handle)
            self.handle = -1


def lay_out(arrays: dict[str, tuple[Sequence[int], DTypeLike]]) -> dict[str, Place]:
    """Where to put arrays of these shapes and types, each at the beginning of a cache line."""
    places: dict[str, Place] = {}
    end = 0
    for name, (shape, dtype) in arrays.items():
        places[name] = end, tuple(shape), np.dtype(dtype).str
        end += -(-max(1, math.prod(shape) * np.dtype(dtype).itemsize) // CACHE_LINE) * CACHE_LINE
    return places
