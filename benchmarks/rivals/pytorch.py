"""PyTorch: all data in one tensor, no loader, eager and compiled."""

import importlib
import os
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.task import CLASSES, HIDDEN, LEARNING_RATE, PIXELS, Weights, first_weights, scaled_images
from byhand import load_mnist, load_model
from byhand.nn import INITIALISERS, SCHEDULES
from byhand.training.recipe import Recipe


class PyTorch:
    """Eager."""

    def __init__(self) -> None:
        self.torch: Any = importlib.import_module("torch")
        self.torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        self.mnist = load_mnist()
        self.inputs = self.torch.from_numpy(scaled_images())
        self.labels = self.torch.from_numpy(self.mnist.train_labels.astype(np.int64))
        self.network = self.make(first_weights())
        self.loss: dict[int, Any] = {}  # by batch size, for torch.compile takes the shapes as given
        self.reader: Any = None

    def make(self, weights: Weights) -> Any:
        """A network with these weights."""
        nn, torch = self.torch.nn, self.torch
        network = nn.Sequential(
            nn.Linear(len(weights.weights1), len(weights.bias1)), nn.Sigmoid(),
            nn.Linear(len(weights.bias1), len(weights.bias2)),
        )  # fmt: skip
        for parameter, values in zip(network.parameters(), weights, strict=True):
            parameter.data = torch.from_numpy(np.ascontiguousarray(values.T))
        return network

    def step_function(self, network: Any) -> Any:
        """What turns a batch into its loss."""
        cross_entropy = self.torch.nn.functional.cross_entropy

        def loss(x: Any, y: Any) -> Any:
            return cross_entropy(network(x), y)

        return loss

    def train(self, network: Any, loss: Any, inputs: Any, labels: Any, order: Any, batch: int, rates: Any) -> float:
        """Train in this order with these learning rates; give the mean loss."""
        optimiser = self.torch.optim.SGD(network.parameters(), lr=LEARNING_RATE, fused=True)
        total = self.torch.zeros((), dtype=inputs.dtype)
        for number, chosen in enumerate(order.split(batch)):
            optimiser.param_groups[0]["lr"] = rates(number)
            value = loss(inputs[chosen], labels[chosen])
            optimiser.zero_grad()
            value.backward()
            optimiser.step()
            total += value.detach() * len(chosen)
        return float(total) / len(order)

    def epoch(self, batch: int) -> float:
        """Train one epoch."""
        loss = self.loss.setdefault(batch, self.step_function(self.network))
        start = time.perf_counter()
        order = self.torch.randperm(len(self.inputs))
        self.train(self.network, loss, self.inputs, self.labels, order, batch, lambda _: LEARNING_RATE)
        return time.perf_counter() - start

    def to_accuracy(self, epochs: int, seed: int) -> tuple[float, float]:
        """Train as byhand's recipe `fast`, from raw bytes; the test is not timed."""
        recipe, torch = Recipe.load("fast", epochs=epochs), self.torch
        schedule = SCHEDULES[recipe.schedule]
        rng, glorot = np.random.default_rng(seed), INITIALISERS["glorot"]
        torch.manual_seed(seed)
        start = time.perf_counter()
        weights = (glorot((PIXELS, HIDDEN), rng), np.zeros(HIDDEN), glorot((HIDDEN, CLASSES), rng), np.zeros(CLASSES))
        network = self.make(Weights(*(part.astype(np.float32) for part in weights)))
        loss = self.step_function(network)
        inputs = torch.from_numpy(self.mnist.train_images).reshape(-1, PIXELS).to(torch.float32) / 255
        steps = -(-len(inputs) // recipe.batch_size)
        for epoch in range(epochs):
            order = torch.randperm(len(inputs))
            self.train(
                network, loss, inputs, self.labels, order, recipe.batch_size,
                lambda n, done=epoch * steps: recipe.learning_rate * schedule((done + n) / steps / epochs),
            )  # fmt: skip
        seconds = time.perf_counter() - start
        test = torch.from_numpy(self.mnist.test_images).reshape(-1, PIXELS).to(torch.float32) / 255
        with torch.no_grad():
            predicted = network(test).argmax(1).numpy()
        return seconds, float((predicted == self.mnist.test_labels).mean())

    def predict(self, images: NDArray[Any]) -> NDArray[Any]:
        """Labels from bytes."""
        return self.predict_scaled(images.reshape(-1, PIXELS) / np.float32(255))

    def predict_scaled(self, inputs: NDArray[Any]) -> NDArray[Any]:
        """Labels from scaled rows, with the weights of byhand's model."""
        if self.reader is None:
            first, second = load_model().network.dense
            self.reader = self.make(Weights(first.weights, first.bias, second.weights, second.bias))
        with self.torch.inference_mode():
            labels: NDArray[Any] = self.reader(self.torch.from_numpy(inputs)).argmax(1).numpy()
        return labels

    def losses(self, order: NDArray[Any], batch: int) -> float:
        """Mean loss over one epoch in the given order."""
        network, torch = self.make(first_weights(dtype=np.float64)), self.torch
        loss, order = self.step_function(network), torch.from_numpy(order)
        return self.train(network, loss, self.inputs.double(), self.labels, order, batch, lambda _: LEARNING_RATE)


class CompiledPyTorch(PyTorch):
    """The same through torch.compile, which needs a C++ compiler."""

    def step_function(self, network: Any) -> Any:
        """What turns a batch into its loss, compiled."""
        return self.torch.compile(super().step_function(network), dynamic=False)
