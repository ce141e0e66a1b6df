"""JAX: a whole epoch, gathering included, in one compiled function."""

import importlib
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.task import LEARNING_RATE, first_weights, scaled_images, targets


class Jax:
    """Compilation happens in the warm-up."""

    def __init__(self) -> None:
        jax: Any = importlib.import_module("jax")
        self.jax, self.numpy = jax, jax.numpy
        self.inputs, self.targets = jax.numpy.asarray(scaled_images()), jax.numpy.asarray(targets())
        self.weights = tuple(map(jax.numpy.asarray, first_weights()))
        self.rng = np.random.default_rng(0)
        self.train = jax.jit(self._train, donate_argnums=0)

    def _train(self, weights: Any, inputs: Any, targets: Any, order: Any, rest: Any) -> Any:
        """Train in this order, shape (batches, batch), and on the rest that fills no batch."""
        jax = self.jax

        def loss(weights: Any, x: Any, y: Any) -> Any:
            w1, b1, w2, b2 = weights
            logits = jax.nn.sigmoid(x @ w1 + b1) @ w2 + b2
            return -(jax.nn.log_softmax(logits) * y).sum(1).mean()

        def take(rows: Any, chosen: Any) -> Any:
            return rows.at[chosen].get(mode="promise_in_bounds")

        def step(weights: Any, chosen: Any) -> Any:
            value, gradient = jax.value_and_grad(loss)(weights, take(inputs, chosen), take(targets, chosen))
            return jax.tree.map(lambda w, g: w - LEARNING_RATE * g, weights, gradient), value

        weights, values = jax.lax.scan(step, weights, order)
        if len(rest):
            weights, _ = step(weights, rest)
        return weights, values

    def epoch(self, batch: int) -> float:
        """Train one epoch."""
        start = time.perf_counter()
        order = self.rng.permutation(len(self.inputs)).astype(np.int32)
        whole = len(order) // batch * batch
        self.weights, _ = self.train(
            self.weights, self.inputs, self.targets, order[:whole].reshape(-1, batch), order[whole:]
        )
        self.jax.block_until_ready(self.weights)
        return time.perf_counter() - start

    def losses(self, order: NDArray[Any], batch: int) -> float:
        """Mean loss over one epoch in the given order."""
        self.jax.config.update("jax_enable_x64", True)
        weights = tuple(map(self.numpy.asarray, first_weights(dtype=np.float64)))
        inputs, wanted = self.inputs.astype("float64"), self.targets.astype("float64")
        _, values = self.train(weights, inputs, wanted, order.reshape(-1, batch), order[:0])
        return float(values.mean())
