"""The training loop: show a batch, measure the loss, go back, take a step."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from byhand.data.batches import batches
from byhand.data.scaling import MinMaxScaling
from byhand.errors import ByhandError
from byhand.nn import L2, SCHEDULES, Network, SoftmaxNLL, make_optimiser
from byhand.training.recipe import Recipe

# The loss is looked at this often in each epoch: often enough for a live display, too seldom to cost time.
LOOKS_PER_EPOCH = 10
# A loss of more than this many times that of guessing means that training has run away. It is judged over at
# least so many batches: in the first ones, a high learning rate often goes wrong and recovers.
RUNAWAY = 2.0
BATCHES_TO_JUDGE = 20
# What to try after a run that went wrong, where a tenth of its rate is not lower still.
SAFE_RATE = 0.1
# From this batch size on, BLAS may use all its threads.
BATCH_WORTH_TWO_CORES = 100

# A batch of scaled images, a source of chance, and how strong to be, 0 to 1: gives the changed images.
Deform = Callable[[NDArray[Any], np.random.Generator, float], NDArray[Any]]


class DivergedError(ByhandError):
    """Training ran away; the network has its last good weights again."""


@dataclass(frozen=True)
class Epoch:
    """One line of the history.

    Attributes:
        epoch: number, from 1.
        train_loss: mean over the epoch, in nats, each batch measured before its update.
        train_accuracy: of the same predictions, 0 to 1.
        validation_accuracy: after the epoch, 0 to 1; None where nothing was held out.
        learning_rate: of the epoch's last step.
        seconds: spent learning, without validation.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_accuracy: float | None
    learning_rate: float
    seconds: float

    def without_seconds(self) -> dict[str, Any]:
        """The epoch as a model keeps it: the same training gives the same file, however long it took."""
        return {name: value for name, value in asdict(self).items() if name != "seconds"}


@dataclass(frozen=True)
class Look:
    """Where training stands: the epoch (from 1), examples shown in it, their mean loss, seconds spent on them."""

    epoch: int
    examples: int
    loss: float
    seconds: float


class Training:
    """A training under way: the step, and everything that changes from one step to the next.

    Attributes:
        network: learns in place.
        learning_rate: of a full step, before the schedule; may be changed between two steps.
        epoch: how many epochs have been begun.
        step: how many steps have been taken.
        steps: how many the recipe has in all.
        shown: examples shown in the present epoch.
        loss: their mean loss, in nats, each batch measured before its step.
        accuracy: part of them that were read right, before their step.
        last_rate: the learning rate of the last step.
    """

    def __init__(
        self,
        network: Network,
        inputs: NDArray[Any],
        targets: NDArray[Any],
        recipe: Recipe,
        rng: np.random.Generator,
        *,
        scaling: MinMaxScaling | None = None,
        deform: Deform | None = None,
    ) -> None:
        """Get ready.

        Args:
            network: already initialised.
            inputs: shape (n, inputs).
            targets: one-hot rows, shape (n, classes).
            recipe: says how.
            rng: draws the order of the examples.
            scaling: for `inputs` that are grey levels; None where they are scaled already.
            deform: changes each batch before it is shown.
        """
        self.network, self.inputs, self.targets, self.recipe = network, inputs, targets, recipe
        self.scaling, self.deform = scaling, deform
        self.criterion = SoftmaxNLL()
        self.penalty = L2(recipe.l2, network.dense)
        self.optimiser = make_optimiser(recipe.optimizer, network.parameters, network.gradient, recipe.momentum)
        self.learning_rate = self.last_rate = recipe.learning_rate
        # Deformations have a source of chance of their own: with and without them, the order stays the same.
        self.order_rng, self.deform_rng = rng, np.random.default_rng([recipe.seed, 1])
        steps_per_epoch = math.ceil(len(inputs) / recipe.batch_size)
        self.steps = steps_per_epoch * recipe.epochs
        self.steps_per_look = math.ceil(steps_per_epoch / LOOKS_PER_EPOCH)
        self.watch = Watch(network, targets, recipe)
        self.epoch = self.step = self.shown = 0
        self._loss_sum, self._hits = 0.0, 0

    @property
    def loss(self) -> float:
        """Mean loss of the examples shown in the present epoch, in nats."""
        return self._loss_sum / self.shown

    @property
    def accuracy(self) -> float:
        """Part of the examples shown in the present epoch that were read right before their step, 0 to 1."""
        return self._hits / self.shown

    def run_epoch(self) -> Iterator[bool]:
        """Show every example once, one batch for each turn of the caller's loop.

        Yields:
            After each step, whether it is time for a look: some ten times an epoch, and at its end.

        Raises:
            DivergedError: the loss is not finite or far above that of guessing; the network has its last good
                weights.
        """
        recipe, network, criterion = self.recipe, self.network, self.criterion
        schedule = SCHEDULES[recipe.schedule]
        self.epoch += 1
        self.shown, self._loss_sum, self._hits = 0, 0.0, 0
        order_rng = self.order_rng if recipe.shuffle else None
        for inputs, targets in batches(self.inputs, self.targets, recipe.batch_size, order_rng, self.scaling):
            if self.deform:
                inputs = self.deform(inputs, self.deform_rng, 1 - recipe.fading * self.step / self.steps)
            self.last_rate = self.learning_rate * schedule(self.step / self.steps)
            loss = criterion.forward(network.forward(inputs), targets)
            network.backward(criterion.backward())
            if recipe.l2:
                self.penalty.backward()
            self.optimiser.step(self.last_rate)

            self.step += 1
            self.shown += len(inputs)
            self._loss_sum += loss * len(inputs)
            self._hits += criterion.hits
            self.watch.losses.append(loss)
            look = self.step % self.steps_per_look == 0 or self.shown == len(self.inputs)
            if look:
                self.watch.look(self.learning_rate, last=self.step == self.steps)
            yield look


@np.errstate(over="ignore", invalid="ignore")  # training that runs away is noticed by its loss
def train_network(
    training: Training,
    *,
    validate: Callable[[], float] | None = None,
    on_look: Callable[[Look], None] = lambda look: None,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> None:
    """Run the epochs that a training still has to go.

    Args:
        training: fresh, or taken up again between two epochs.
        validate: measures the accuracy after an epoch.
        on_look: called some ten times an epoch.
        on_epoch: called at the end of each epoch.

    Raises:
        DivergedError: the loss is not finite or far above that of guessing; the network has its last good weights.
    """
    while training.step < training.steps:
        start = time.perf_counter()
        with blas_threads(training.recipe.batch_size):
            for look in training.run_epoch():
                if look:
                    on_look(Look(training.epoch, training.shown, training.loss, time.perf_counter() - start))
        seconds = time.perf_counter() - start
        accuracy = validate() if validate else None
        on_epoch(Epoch(training.epoch, training.loss, training.accuracy, accuracy, training.last_rate, seconds))


def blas_threads(batch_size: int) -> AbstractContextManager[Any]:
    """Let small products run on one core: handing half of each to another core takes longer than it saves.

    One epoch on two cores, in seconds, with one thread and with two: 0.34 and 0.42 in batches of 32, 0.26 and
    0.29 of 64, but 0.25 and 0.23 of 128, and 0.21 and 0.16 of 512.
    """
    return threadpool_limits(1, "blas") if batch_size < BATCH_WORTH_TWO_CORES else nullcontext()


def loss_of_guessing(targets: NDArray[Any]) -> float:
    """The loss of giving each class its frequency as probability, whatever the image shows, in nats."""
    frequency = targets.mean(axis=0, dtype=np.float64)
    frequency = frequency[frequency > 0]
    return float(-(frequency * np.log(frequency)).sum())


class Watch:
    """Keeps the last good weights and notices when training runs away.

    Attributes:
        good: the parameters at the last look where all was well.
        losses: of the batches since the last judgement.
        beginning: nothing has been judged yet.
    """

    def __init__(self, network: Network, targets: NDArray[Any], recipe: Recipe) -> None:
        self.network, self.recipe = network, recipe
        self.good = network.parameters.copy()
        self.limit = RUNAWAY * loss_of_guessing(targets)
        self.losses: list[float] = []
        self.beginning = True

    def look(self, learning_rate: float, last: bool) -> None:
        """Judge the batches since the last judgement: each loss must be finite, their mean not far above guessing.

        The first batches, a tenth of an epoch or more, must only be finite, unless they are the `last` as well.
        """
        loss = sum(self.losses) / len(self.losses)
        finite = math.isfinite(loss) and bool(np.isfinite(self.network.parameters).all())
        if finite and len(self.losses) < BATCHES_TO_JUDGE and not last:
            return
        if not finite or (loss > self.limit and (last or not self.beginning)):
            self._give_up(loss, finite, learning_rate)
        if loss <= self.limit:
            np.copyto(self.good, self.network.parameters)
        self.losses.clear()
        self.beginning = False

    def _give_up(self, loss: float, finite: bool, rate: float) -> NoReturn:
        np.copyto(self.network.parameters, self.good)
        what = f"rose to {loss:.3g}, worse than guessing" if finite else "is no longer a finite number"
        raise DivergedError(
            f"Training ran away: the loss {what}; the learning rate of {rate:g} is too high, "
            f"try --learning-rate {min(rate / 10, SAFE_RATE):g}. The last good weights are kept."
        )
