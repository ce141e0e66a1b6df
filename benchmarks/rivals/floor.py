"""The floor: the five matrix products of each step and nothing else, with three ways to use two cores."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.task import CLASSES, HIDDEN, scaled_images


def products(inputs: Any, batch: int, hidden: int, part: int = 0, parts: int = 1) -> None:
    """Go once through the inputs, in batches; of each batch, take the rows of one part."""
    pixels, rows = inputs.shape[1], -(-batch // parts)
    w1, w2 = np.full((pixels, hidden), 0.1, np.float32), np.full((hidden, CLASSES), 0.1, np.float32)
    hs, d1s, backs = (np.full((rows, hidden), 0.1, np.float32) for _ in range(3))
    zs, d2s = (np.full((rows, CLASSES), 0.1, np.float32) for _ in range(2))
    g1, g2 = np.empty_like(w1), np.empty_like(w2)
    for start in range(0, len(inputs), batch):
        x = inputs[start : start + batch][part * rows : (part + 1) * rows]
        n = len(x)
        h, d1, back, z, d2 = hs[:n], d1s[:n], backs[:n], zs[:n], d2s[:n]
        np.dot(x, w1, out=h)
        np.dot(h, w2, out=z)
        np.dot(h.T, d2, out=g2)
        np.dot(d2, w2.T, out=back)
        np.dot(x.T, d1, out=g1)


class Floor:
    """BLAS uses all its threads."""

    def __init__(self) -> None:
        self.inputs, self.threads = scaled_images(), int(os.environ["OPENBLAS_NUM_THREADS"])

    def epoch(self, batch: int) -> float:
        """All products of an epoch."""
        return self.wide(HIDDEN, len(self.inputs), batch)

    def wide(self, hidden: int, examples: int, batch: int) -> float:
        """All products of an epoch of a wider network."""
        with threadpool_limits(self.threads, "blas"):
            start = time.perf_counter()
            self.run(self.inputs[:examples], batch, hidden)
            return time.perf_counter() - start

    def run(self, inputs: Any, batch: int, hidden: int) -> None:
        """Do them."""
        products(inputs, batch, hidden)


class FloorOneThread(Floor):
    """BLAS uses one thread."""

    def __init__(self) -> None:
        super().__init__()
        self.threads = 1


class FloorTwoHalves(FloorOneThread):
    """Two Python threads with one BLAS thread each, each with half of every batch."""

    def run(self, inputs: Any, batch: int, hidden: int) -> None:
        """Do them, never waiting for each other and never adding the halves: less than a real step could."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda part: products(inputs, batch, hidden, part, 2), range(2)))
