"""byhand itself, through the functions that `byhand train` uses."""

import time
from contextlib import nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

import byhand
from benchmarks.task import CLASSES, LEARNING_RATE, PIXELS, Weights, first_weights, scaled_images, targets
from byhand.data import Dataset, one_hot
from byhand.model import Model
from byhand.nn import Network
from byhand.preprocessing import MinMaxScaling, Preprocessing
from byhand.processors import cores
from byhand.training.crew import Crew, can_share, crew_of
from byhand.training.crew_size import choose_members, crew_for, seconds_per_step
from byhand.training.loop import Training
from byhand.training.recipe import Recipe
from byhand.training.run import Run


def network_of(weights: Weights, dtype: Any = np.float32) -> Network:
    """A byhand network with these weights."""
    network = Network([len(weights.weights1), len(weights.bias1), len(weights.bias2)], "sigmoid", dtype)
    network.parameters[:] = np.concatenate([part.ravel() for part in weights])
    return network


def train(training: Training, members: int = 0) -> float:
    """Train as `byhand train` does, and give the seconds of the last epoch, without those of starting processes.

    Of two epochs, the first also pays for memory that is touched for the first time; the rivals are warm, too.

    Args:
        training: what to train.
        members: how many processes share the hidden layer; 0 for as many as a trial shows to be fastest.
    """
    if members == 1 or not can_share():
        training.one_thread = training.one_thread or members == 1
        training.run()
    else:
        with crew_of(members or cores()) as crew:
            join(training, crew, members)
            training.run()
    return training.history[-1].seconds


def join(training: Training, crew: Crew, members: int) -> None:
    """Let as many processes take part as are wanted, or as a trial shows to be fastest; it lasts until all are there.

    Args:
        training: about to start.
        crew: the processes.
        members: how many are wanted; 0 for the fastest.
    """
    chosen = choose_members(training, crew, members)
    if chosen > 1:
        if members:  # else a trial has waited for them
            seconds_per_step(training, crew, chosen, 3)
        crew.join(training, chosen)


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
        recipe, scale = Recipe(batch_size=batch, learning_rate=LEARNING_RATE, epochs=2), self.scaling.transform
        return train(Training(self.network, self.images, self.targets, recipe, self.rng, scale=scale))

    def wide(self, hidden: int, examples: int, batch: int, members: int = 0) -> float:
        """Train a wider network on so many examples, by so many processes; 0 for as many as are fastest."""
        network = self.wider.setdefault(hidden, network_of(first_weights(hidden)))
        recipe, scale = Recipe(batch_size=batch, learning_rate=0.01, epochs=2), self.scaling.transform
        images, wanted = self.images[:examples], self.targets[:examples]
        return train(Training(network, images, wanted, recipe, self.rng, scale=scale), members)

    def to_accuracy(self, epochs: int, seed: int) -> tuple[float, float]:
        """Train `fast` from raw bytes; fitting the scaling is timed, the test is not.

        The other process is the one that the training before has left; the first one starts it.
        """
        recipe, rng = Recipe.load("fast", epochs=epochs, seed=seed), np.random.default_rng(seed)
        start = time.perf_counter()
        crew = crew_for(recipe, len(self.images))
        scaling, wanted = MinMaxScaling.fit(self.mnist.train_images), one_hot(self.mnist.train_labels, CLASSES)
        network = Network([PIXELS, *recipe.hidden, CLASSES], recipe.activation)
        network.initialise(recipe.initialiser, rng)
        training = Training(network, self.images, wanted, recipe, rng, scale=scaling.transform)
        with crew or nullcontext():
            if crew:
                join(training, crew, 0)
            training.run()
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


class ByhandAlone(Byhand):
    """The same in one process, with one thread of BLAS or all, whichever a trial shows to be faster."""

    def epoch(self, batch: int) -> float:
        """Train one epoch."""
        recipe = Recipe(batch_size=batch, learning_rate=LEARNING_RATE, epochs=2)
        scale = self.scaling.transform
        training = Training(self.network, self.images, self.targets, recipe, self.rng, scale=scale)
        alone, threads = (seconds_per_step(training, None, 1, 60, one_thread) for one_thread in (True, False))
        training.one_thread = alone < threads
        training.run()
        return training.history[-1].seconds


class ByhandStarting(Byhand):
    """The same where no process has been left by another training."""

    def to_accuracy(self, epochs: int, seed: int) -> tuple[float, float]:
        """Start the other process, too."""
        crew_of(cores()).end()
        return super().to_accuracy(epochs, seed)
