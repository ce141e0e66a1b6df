"""JAX: a whole epoch, gathering included, in one compiled function."""

import importlib
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.task import CLASSES, HIDDEN, LEARNING_RATE, PIXELS, first_weights, scaled_images, targets
from byhand import load_mnist
from byhand.data import one_hot
from byhand.nn import INITIALISERS, SCHEDULES
from byhand.training.recipe import Recipe


class Jax:
    """Compilation happens in the warm-up."""

    def __init__(self) -> None:
        jax: Any = importlib.import_module("jax")
        self.jax, self.numpy = jax, jax.numpy
        self.mnist = load_mnist()
        self.inputs, self.targets = jax.numpy.asarray(scaled_images()), jax.numpy.asarray(targets())
        self.weights = tuple(map(jax.numpy.asarray, first_weights()))
        self.rng = np.random.default_rng(0)
        self.train = jax.jit(self._train, donate_argnums=0)

    def _train(self, weights: Any, inputs: Any, targets: Any, batches: Any, rest: Any, rates: Any) -> Any:
        """Train in this order, shape (batches, batch), and on the rest that fills no batch; a rate for each batch."""
        jax = self.jax

        def logits_of(weights: Any, x: Any) -> Any:
            w1, b1, w2, b2 = weights
            return jax.nn.sigmoid(x @ w1 + b1) @ w2 + b2

        def loss(weights: Any, x: Any, y: Any) -> Any:
            return -(jax.nn.log_softmax(logits_of(weights, x)) * y).sum(1).mean()

        def take(rows: Any, chosen: Any) -> Any:
            return rows.at[chosen].get(mode="promise_in_bounds")

        def step(weights: Any, chosen_and_rate: Any) -> Any:
            chosen, rate = chosen_and_rate
            value, gradient = jax.value_and_grad(loss)(weights, take(inputs, chosen), take(targets, chosen))
            return jax.tree.map(lambda w, g: w - rate * g, weights, gradient), value

        weights, values = jax.lax.scan(step, weights, (batches, rates[: len(batches)]))
        if len(rest):
            weights, _ = step(weights, (rest, rates[-1]))
        return weights, values

    def train_epoch(self, weights: Any, inputs: Any, targets: Any, order: Any, batch: int, rates: Any) -> Any:
        """Train one epoch in this order with these learning rates, one per batch; weights and losses."""
        whole = len(order) // batch * batch
        return self.train(weights, inputs, targets, order[:whole].reshape(-1, batch), order[whole:], rates)

    def epoch(self, batch: int) -> float:
        """Train one epoch."""
        start = time.perf_counter()
        order = self.rng.permutation(len(self.inputs)).astype(np.int32)
        rates = np.full(-(-len(order) // batch), LEARNING_RATE, np.float32)
        self.weights, _ = self.train_epoch(self.weights, self.inputs, self.targets, order, batch, rates)
        self.jax.block_until_ready(self.weights)
        return time.perf_counter() - start

    def to_accuracy(self, epochs: int, seed: int) -> tuple[float, float]:
        """Train as byhand's recipe `fast`, from raw bytes; the test is not timed, nor is compilation, done before."""
        recipe, jnp = Recipe.load("fast", epochs=epochs), self.numpy
        rng, glorot, schedule = np.random.default_rng(seed), INITIALISERS["glorot"], SCHEDULES[recipe.schedule]
        start = time.perf_counter()
        first = (glorot((PIXELS, HIDDEN), rng), np.zeros(HIDDEN), glorot((HIDDEN, CLASSES), rng), np.zeros(CLASSES))
        weights: Any = tuple(jnp.asarray(part, np.float32) for part in first)
        inputs = jnp.asarray(self.mnist.train_images.reshape(-1, PIXELS)).astype(np.float32) / 255
        wanted = jnp.asarray(one_hot(self.mnist.train_labels, CLASSES))
        steps = -(-len(inputs) // recipe.batch_size)
        for epoch in range(epochs):
            done = np.arange(epoch * steps, (epoch + 1) * steps) / steps / epochs
            rates = np.array([recipe.learning_rate * schedule(part) for part in done], np.float32)
            order = rng.permutation(len(inputs)).astype(np.int32)
            weights, _ = self.train_epoch(weights, inputs, wanted, order, recipe.batch_size, rates)
        self.jax.block_until_ready(weights)
        seconds = time.perf_counter() - start
        w1, b1, w2, b2 = map(np.asarray, weights)
        test = self.mnist.test_images.reshape(-1, PIXELS) / np.float32(255)
        predicted = (1 / (1 + np.exp(-(test @ w1 + b1))) @ w2 + b2).argmax(1)
        return seconds, float((predicted == self.mnist.test_labels).mean())

    def losses(self, order: NDArray[Any], batch: int) -> float:
        """Mean loss over one epoch in the given order."""
        self.jax.config.update("jax_enable_x64", True)
        weights = tuple(map(self.numpy.asarray, first_weights(dtype=np.float64)))
        inputs, wanted = self.inputs.astype("float64"), self.targets.astype("float64")
        _, values = self.train_epoch(weights, inputs, wanted, order, batch, np.full(len(order) // batch, LEARNING_RATE))
        return float(values.mean())


class JaxWithCompiling(Jax):
    """The same, and to reach an accuracy, it compiles first: as a script does that is started once."""

    def to_accuracy(self, epochs: int, seed: int) -> tuple[float, float]:
        """As `Jax.to_accuracy`, with nothing compiled before."""
        self.jax.clear_caches()
        return super().to_accuracy(epochs, seed)
