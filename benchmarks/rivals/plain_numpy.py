"""Forty plain lines of NumPy: the step as anyone would write it with `out=`."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.task import LEARNING_RATE, first_weights, scaled_images, targets


class PlainNumpy:
    """Arrays made once per epoch, scaled images in memory."""

    def __init__(self) -> None:
        self.inputs, self.targets = scaled_images(), targets()
        self.weights = first_weights()
        self.rng = np.random.default_rng(0)

    def epoch(self, batch: int) -> float:
        """Train one epoch."""
        start = time.perf_counter()
        self.train(self.weights, self.inputs, self.targets, self.rng.permutation(len(self.inputs)), batch)
        return time.perf_counter() - start

    def train(self, weights: Any, inputs: Any, targets: Any, order: NDArray[Any], batch: int) -> float:
        """Train in this order; give the mean loss."""
        w1, b1, w2, b2 = weights
        hidden, back = np.empty((batch, len(b1)), w1.dtype), np.empty((batch, len(b1)), w1.dtype)
        rows, wanted = np.empty((batch, len(w1)), w1.dtype), np.empty((batch, len(b2)), w1.dtype)
        step1, step2, total = np.empty_like(w1), np.empty_like(w2), 0.0
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            n = len(chosen)
            x = np.take(inputs, chosen, axis=0, out=rows[:n], mode="clip")
            y = np.take(targets, chosen, axis=0, out=wanted[:n], mode="clip")
            h, d = hidden[:n], back[:n]
            np.matmul(x, w1, out=h)
            h += b1
            np.negative(h, out=h)
            np.exp(h, out=h)
            h += 1
            np.reciprocal(h, out=h)
            z = h @ w2 + b2
            z -= z.max(axis=1, keepdims=True)
            p = np.exp(z)
            s = p.sum(axis=1, keepdims=True)
            total += float(np.log(s).sum() - (z * y).sum())
            p /= s
            p -= y
            p *= LEARNING_RATE / n
            np.matmul(p, w2.T, out=d)
            d *= h
            d *= 1 - h
            np.matmul(h.T, p, out=step2)
            np.matmul(x.T, d, out=step1)
            w1 -= step1
            w2 -= step2
            b1 -= d.sum(axis=0)
            b2 -= p.sum(axis=0)
        return total / len(order)

    def losses(self, order: NDArray[Any], batch: int) -> float:
        """Mean loss over one epoch in the given order."""
        weights = first_weights(dtype=np.float64)
        inputs, wanted = self.inputs.astype(np.float64), self.targets.astype(np.float64)
        return self.train(weights, inputs, wanted, order, batch)
