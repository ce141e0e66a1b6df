"""What this machine has to compute with."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_lock = threading.RLock()  # a training that is given up in the middle may end inside, when its memory is collected
_inside = 0
_before: list[int] = []


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def blas_environment(threads: int) -> dict[str, str]:
    """What must be in the environment for the libraries of products that are loaded later to use so many threads."""
    return {f"{library}_NUM_THREADS": str(threads) for library in ("OPENBLAS", "OMP", "MKL", "BLIS")}


@contextmanager
def one_blas_thread() -> Iterator[int]:
    """Compute products on one core; several threads of a process may be inside at a time.

    The last bits of large products depend on the number of threads: with one, a trial has the same score wherever and
    beside however many others it runs.

    Yields:
        How many threads BLAS could use before: 1 where it was limited already, or where its threads are not known.
    """
    global _inside, _before
    with _lock:
        before = [library.num_threads for library in _blas()]
        if _inside == 0:
            _before = before
            _limit([1] * len(before))
        _inside += 1
    try:
        yield max(before, default=1)
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _limit(_before)


def _limit(numbers: list[int]) -> None:
    """Let each library use so many threads."""
    for library, number in zip(_blas(), numbers, strict=True):
        # From 3.8 on, threadpoolctl obeys only the first thread that has ever set a limit, for as long as it lives; who
        # may set one is decided here.
        free = getattr(library, "clear_controlling_thread", lambda force: None)
        free(force=True)
        library.set_num_threads(number)
        free(force=True)


@cache
def _blas() -> list[Any]:
    """NumPy's libraries of products. Looking for them takes 2 to 14 ms: too long for every epoch."""
    import numpy as np  # noqa: F401 (so that they are there)
    from threadpoolctl import ThreadpoolController

    return list(ThreadpoolController().select(user_api="blas").lib_controllers)
