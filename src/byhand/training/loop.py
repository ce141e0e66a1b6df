"""The training loop: show a batch, measure the loss, go back, take a step."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.data.batches import batches
from byhand.data.mapped_images import MappedImages
from byhand.data.one_hot import OneHot
from byhand.nn import L2, SCHEDULES, Network, SoftmaxNLL, make_optimiser
from byhand.processors import one_blas_thread
from byhand.training.divergence import DivergenceGuard
from byhand.training.recipe import Recipe
from byhand.training.team import Exchange, Share, state_of

# Progress is reported this often in each epoch: often enough for a live display, too seldom to cost time.
PROGRESS_REPORTS_PER_EPOCH = 10
# From this batch size on, BLAS may use all its threads in a process that trains alone: by a rule, for a choice by the
# clock would give other last bits from one run to the next. One epoch on two cores, in seconds, with one thread and
# with two: 0.34 and 0.42 in batches of 32, 0.26 and 0.29 of 64, 0.25 and 0.23 of 128, 0.21 and 0.16 of 512: handing
# half of a small product to another core takes longer than it saves.
BATCH_WORTH_TWO_CORES = 100

# A batch of scaled images, a random number generator, how strong to be, 0 to 1, and with whom to share the work: gives
# the changed images.
Augment = Callable[[NDArray[Any], np.random.Generator, float, Exchange | None], NDArray[Any]]


class Event(Enum):
    """What has just happened: a step was taken, it is time to report progress, an epoch ended."""

    STEP = "step"
    PROGRESS = "progress"
    EPOCH = "epoch"


@dataclass(frozen=True)
class Epoch:
    """One line of the history.

    Attributes:
        epoch: number, from 1.
        train_loss: mean over the epoch, in nats, each batch measured before its update.
        train_accuracy: of the same predictions, 0 to 1.
        validation_accuracy, validation_loss: after the epoch, 0 to 1 and in nats; None where nothing was held out.
        learning_rate: of the epoch's last step.
        seconds: spent learning, without validation.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_accuracy: float | None
    validation_loss: float | None
    learning_rate: float
    seconds: float

    def without_seconds(self) -> dict[str, Any]:
        """The epoch as a model keeps it: the same training gives the same file, however long it took."""
        return {name: value for name, value in asdict(self).items() if name != "seconds"}


class Training:
    """A training under way: the step, and everything that changes from one step to the next.

    Attributes:
        network: learns in place.
        learning_rate: of a full step, before the schedule; may be changed between two steps.
        epoch: how many epochs have been begun.
        step: how many steps have been taken.
        steps: how many the recipe has in all.
        shown: examples shown in the present epoch.
        last_rate: the learning rate of the last step.
        epoch_seconds: time spent in the present epoch, as of the last progress report.
        history: one entry per finished epoch.
        guard: notices divergence.
        share: this process's slice of the network, where a team trains it; None where one process does.
        one_thread: whether BLAS uses one thread.
        best: with early stopping, the parameters after the epoch of the lowest validation loss, shape (p,).
    """

    def __init__(
        self,
        network: Network,
        inputs: NDArray[Any] | MappedImages,
        targets: NDArray[Any] | OneHot,
        recipe: Recipe,
        rng: np.random.Generator,
        *,
        scale: Callable[..., NDArray[Any]] | None = None,
        augment: Augment | None = None,
        augmentation_rng: np.random.Generator | None = None,
        validate: Callable[[], tuple[float, float]] | None = None,
        weighted: bool = False,
    ) -> None:
        """Get ready.

        Args:
            network: already initialised.
            inputs: shape (n, inputs), or images on the disk.
            targets: rows that sum to 1, mostly one-hot, or to the example's weight, shape (n, classes).
            recipe: says how.
            rng: draws the order of the examples.
            scale: for `inputs` that are grey levels, see `batches`; None where they are scaled already.
            augment: changes each batch before it is shown.
            augmentation_rng: draws what `augment` does; a source of its own, so that with and without augmentation
                the order is the same.
            validate: measures accuracy (0 to 1) and loss (nats) after each epoch, on what was held out.
            weighted: `targets` sum to weights above 0, whose mean is 1.
        """
        self.network, self.inputs, self.targets, self.recipe = network, inputs, targets, recipe
        self.scale, self.augment, self.validate = scale, augment, validate
        self.criterion = SoftmaxNLL(weighted)
        self.penalty = L2(recipe.l2, network.dense)
        self.optimiser = make_optimiser(recipe.optimizer, network.parameters, network.gradient, recipe.momentum)
        self.learning_rate = self.last_rate = recipe.learning_rate
        self.order_rng, self.augmentation_rng = rng, augmentation_rng or np.random.default_rng(0)
        steps_per_epoch = math.ceil(len(inputs) / recipe.batch_size)
        self.steps = steps_per_epoch * recipe.epochs
        self.steps_per_report = math.ceil(steps_per_epoch / PROGRESS_REPORTS_PER_EPOCH)
        self.guard = DivergenceGuard(network, targets, recipe.usual_rate)
        self.share: Share | None = None
        self.one_thread = recipe.batch_size < BATCH_WORTH_TWO_CORES
        self.epoch = self.step = self.shown = 0
        self.epoch_seconds = 0.0
        self.history: list[Epoch] = []
        self.best = network.parameters.copy() if recipe.patience else network.parameters[:0]
        self._loss_sum, self._correct, self._labelled = 0.0, 0, 0
        # Outliers are shown, too, but have no right class: accuracy is that of the others.
        # Rows sum to 1: where each has a 1, none is divided. 0.1 ms for MNIST, the largest of each row 3.
        one_hot = isinstance(targets, OneHot) or np.count_nonzero(targets >= 1) == len(targets)
        self._has_outliers = not weighted and not one_hot

    @property
    def position(self) -> dict[str, Any]:
        """Where the training stands, between two epochs, but for arrays; another of the same recipe can go on there."""
        return {
            "epoch": self.epoch,
            "step": self.step,
            "losses": list(self.guard.losses),
            "at_start": self.guard.at_start,
            "order": self.order_rng.bit_generator.state,
            "augmentation": self.augmentation_rng.bit_generator.state,
            "history": [asdict(epoch) for epoch in self.history],
        }

    @position.setter
    def position(self, position: dict[str, Any]) -> None:
        self.epoch, self.step = position["epoch"], position["step"]
        self.guard.losses[:] = position["losses"]
        self.guard.at_start = position["at_start"]
        self.order_rng.bit_generator.state = position["order"]
        self.augmentation_rng.bit_generator.state = position["augmentation"]
        self.history = [Epoch(**epoch) for epoch in position["history"]]

    def join(self, whole: dict[str, NDArray[Any]], exchange: Exchange) -> None:
        """Train only a slice of the network from now on; arguments as for `Share`."""
        self.share = Share(self.network, self.recipe.optimizer, self.recipe.momentum, whole, exchange)
        self.one_thread = True

    @property
    def loss(self) -> float:
        """Mean loss of the examples shown in the present epoch, in nats."""
        return self._loss_sum / self.shown

    @property
    def accuracy(self) -> float:
        """Fraction of the labelled examples shown in the present epoch that were classified right before their step."""
        return self._correct / max(self._labelled, 1)

    def events(self) -> Iterator[Event]:
        """Run the epochs that are left, a step at a time. Between two events, nothing happens.

        Yields:
            STEP after each step, PROGRESS some ten times an epoch and at its end, EPOCH when it is in the history.

        Raises:
            DivergedError: the loss is not finite or far above that of guessing; the network has its last good
                weights.
        """
        while self.step < self.steps and not self.stopped_early:
            start = time.perf_counter()
            # Divergence is noticed by the loss; NumPy's warnings would only come on top.
            with one_blas_thread() if self.one_thread else nullcontext(), np.errstate(over="ignore", invalid="ignore"):
                for report in self._steps_of_epoch():
                    if report:
                        self.epoch_seconds = time.perf_counter() - start
                        yield Event.PROGRESS
                    yield Event.STEP
            seconds = time.perf_counter() - start
            accuracy, loss = self.validate() if self.validate else (None, None)
            self.history.append(Epoch(self.epoch, self.loss, self.accuracy, accuracy, loss, self.last_rate, seconds))
            if self.recipe.patience and self.best_epoch == self.epoch:
                np.copyto(self.best, self.network.parameters)
            yield Event.EPOCH
        if self.recipe.patience:
            np.copyto(self.network.parameters, self.best)

    @property
    def best_epoch(self) -> int:
        """The epoch of the lowest validation loss so far, from 1; 0 before the first."""
        losses = [math.inf if epoch.validation_loss is None else epoch.validation_loss for epoch in self.history]
        return 1 + losses.index(min(losses)) if losses else 0

    @property
    def stopped_early(self) -> bool:
        """Whether the validation loss has not fallen for as many epochs as the recipe's patience."""
        return 0 < self.recipe.patience <= len(self.history) - self.best_epoch

    def run(self) -> None:
        """Run all that is left without stopping; raises as `events`."""
        for _ in self.events():
            pass

    def _steps_of_epoch(self) -> Iterator[bool]:
        """Show every example once; after each step, say whether it is time to report progress."""
        recipe, criterion = self.recipe, self.criterion
        network, penalty, exchange = self.network, self.penalty, None
        if self.share:
            network, exchange = self.share.network, self.share.exchange
            penalty = L2(recipe.l2, network.dense)
        schedule = SCHEDULES[recipe.schedule]
        self.epoch += 1
        self.shown, self._loss_sum, self._correct, self._labelled = 0, 0.0, 0, 0
        order_rng = self.order_rng if recipe.shuffle else None
        for inputs, targets in batches(self.inputs, self.targets, recipe.batch_size, order_rng, self.scale):
            if self.augment:
                strength = 1 - recipe.fading * self.step / self.steps
                inputs = self.augment(inputs, self.augmentation_rng, strength, exchange)
            self.last_rate = self.learning_rate * schedule(self.step / self.steps)
            loss = criterion.forward(network.forward(inputs), targets)
            network.backward(criterion.backward())
            if recipe.l2:
                penalty.backward()
            (self.share or self).optimiser.step(self.last_rate)

            self.step += 1
            self.shown += len(inputs)
            self._loss_sum += loss * len(inputs)
            self._correct += criterion.correct
            self._labelled += int(np.count_nonzero(targets.max(axis=1) == 1)) if self._has_outliers else len(inputs)
            self.guard.losses.append(loss)
            report = self.step % self.steps_per_report == 0 or self.shown == len(self.inputs)
            if report:
                self._gather(whole_state=self.shown == len(self.inputs))
                self.guard.check(self.learning_rate, last=self.step == self.steps)
            yield report

    def _gather(self, *, whole_state: bool) -> None:
        """Put the members' slices together: the parameters, and after an epoch, what the optimiser remembers."""
        if self.share:
            self.share.gather(parameters_only=not whole_state)
            for name, array in state_of(self.network, self.optimiser).items():
                if name == "parameters" or whole_state:
                    np.copyto(array, self.share.whole[name])
