"""byhand itself, through the functions that `byhand train` uses."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

import byhand
from benchmarks.task import CLASSES, LEARNING_RATE, PIXELS, Weights, first_weights, scaled_images, targets
from byhand.data import Dataset, one_hot
from byhand.model import Model
from byhand.nn import Network
from byhand.preprocessing import MinMaxScaling, Preprocessing
from byhand.training.loop import Training
from byhand.training.recipe import Recipe
from byhand.training.run import Run


def network_of(weights: Weights, dtype: Any = np.float32) -> Network:
    """A byhand network with these weights."""
    network = Network([len(weights.weights1), len(weights.bias1), len(weights.bias2)], "sigmoid", dtype)
    network.parameters[:] = np.concatenate([part.ravel() for part in weights])
    return network


class Byhand:
    """Trains on bytes, which it scales batch by batch."""

    def __init__(self) -> None:
        self.mnist, self.data = byhand.load_mnist(), Dataset.mnist()
        self.images = self.mnist.train_images.reshape(-1, PIXELS)
        self.scaling = MinMaxScaling.fit(self.images)
        self.targets = targets()
        self.network = network_of(first_weights())
        self.rng = np.random.default_rng(0)
        self.wider: dict[int, Network] = {}
        self.model = byhand.load_model()

    def epoch(self, batch: int) -> float:
        """Train one epoch."""
        recipe, scale = Recipe(batch_size=batch, learning_rate=LEARNING_RATE, epochs=1), self.scaling.transform
        training = Training(self.network, self.images, self.targets, recipe, self.rng, scale=scale)
        training.run()
        return training.history[0].seconds

    def wide(self, hidden: int, examples: int, batch: int) -> float:
        """Train a wider network on so many examples."""
        network = self.wider.setdefault(hidden, network_of(first_weights(hidden)))
        recipe, scale = Recipe(batch_size=batch, learning_rate=0.01, epochs=1), self.scaling.transform
        training = Training(network, self.images[:examples], self.targets[:examples], recipe, self.rng, scale=scale)
        training.run()
        return training.history[0].seconds

    def to_accuracy(self, epochs: int, seed: int) -> tuple[float, float]:
        """Train `fast` from raw bytes; fitting the scaling is timed, the test is not."""
        recipe, rng = Recipe.load("fast", epochs=epochs, seed=seed), np.random.default_rng(seed)
        start = time.perf_counter()
        scaling, wanted = MinMaxScaling.fit(self.mnist.train_images), one_hot(self.mnist.train_labels, CLASSES)
        network = Network([PIXELS, *recipe.hidden, CLASSES], recipe.activation)
        network.initialise(recipe.initialiser, rng)
        Training(network, self.images, wanted, recipe, rng, scale=scaling.transform).run()
        seconds = time.perf_counter() - start
        model = Model(network, Preprocessing((28, 28), scaling), tuple("0123456789"))
        return seconds, float((model.predict(self.mnist.test_images) == self.mnist.test_labels).mean())

    def recipe_epoch(self, name: str, deformed: bool, examples: int) -> float:
        """Train one epoch of a recipe on so many images, with or without its deformations."""
        none = {} if deformed else dict.fromkeys(("rotation", "scale", "shear", "shift", "elastic"), 0.0)
        recipe = Recipe.load(name, epochs=1, limit=examples, **none)
        return Run(recipe, self.data).complete().train_seconds

    def reach(self, name: str, epochs: int, seed: int) -> tuple[float, float]:
        """Train a recipe from raw bytes for so many epochs; the time includes deskewing and the test."""
        run = Run(Recipe.load(name, epochs=epochs, seed=seed), self.data).complete()
        assert run.evaluation
        return run.seconds, run.evaluation.accuracy

    def predict(self, images: NDArray[Any]) -> NDArray[Any]:
        """Labels from bytes."""
        return self.model.predict(images)

    def losses(self, order: NDArray[Any], batch: int) -> float:
        """Mean loss over one epoch in the given order."""
        network = network_of(first_weights(dtype=np.float64), np.float64)
        recipe = Recipe(batch_size=batch, learning_rate=LEARNING_RATE, epochs=1, shuffle=False, dtype="float64")
        inputs, wanted = scaled_images()[order].astype(np.float64), self.targets[order].astype(np.float64)
        training = Training(network, inputs, wanted, recipe, self.rng)
        training.run()
        return training.history[0].train_loss


class ByhandScaled(Byhand):
    """The same on the rows that the others are given: float32, scaled beforehand."""

    def epoch(self, batch: int) -> float:
        """Train one epoch."""
        recipe = Recipe(batch_size=batch, learning_rate=LEARNING_RATE, epochs=1)
        training = Training(self.network, scaled_images(), self.targets, recipe, self.rng)
        training.run()
        return training.history[0].seconds
