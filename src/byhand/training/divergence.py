"""Divergence: notice early that training goes nowhere, say why, and keep the last good weights."""

import math
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from byhand.data.one_hot import OneHot
from byhand.errors import ByhandError
from byhand.nn import Network

# A loss of more than this many times that of guessing means that training has diverged. It is judged over at least so
# many batches: in the first ones, a high learning rate often goes wrong and recovers.
DIVERGED_TIMES_GUESSING = 2.0
BATCHES_TO_JUDGE = 20


class DivergedError(ByhandError):
    """Training diverged; the network has its last good weights again.

    Attributes:
        model: that was being trained, with these weights; None where there is only a network.
    """

    model: Any = None


def loss_of_guessing(targets: NDArray[Any] | OneHot) -> float:
    """The loss of giving each class its frequency as probability, whatever the image shows, in nats."""
    frequency = targets.mean(axis=0, dtype=np.float64)
    frequency = frequency[frequency > 0]
    return float(-(frequency * np.log(frequency)).sum())


class DivergenceGuard:
    """Keeps the last good weights and notices when training diverges.

    Attributes:
        guessing: the loss of guessing, in nats.
        limit: a mean loss above it, in nats, means that training has diverged.
        usual_rate: a learning rate that works elsewhere, to recommend.
        good: the parameters when all was last well.
        losses: of the batches since the last judgement.
        at_start: nothing has been judged yet.
    """

    def __init__(self, network: Network, targets: NDArray[Any] | OneHot, usual_rate: float) -> None:
        self.network, self.usual_rate = network, usual_rate
        self.good = network.parameters.copy()
        self.guessing = loss_of_guessing(targets)
        self.limit = DIVERGED_TIMES_GUESSING * self.guessing
        self.losses: list[float] = []
        self.at_start = True

    def check(self, learning_rate: float, last: bool) -> None:
        """Judge the batches since the last judgement: each loss must be finite, their mean not far above guessing.

        The first batches, a tenth of an epoch or more, must only be finite: a whole training of so few says little.

        Raises:
            DivergedError: they are not; the network has its last good weights.
        """
        loss = sum(self.losses) / len(self.losses)
        finite = math.isfinite(loss) and bool(np.isfinite(self.network.parameters).all())
        if finite and len(self.losses) < BATCHES_TO_JUDGE and not last:
            return
        if not finite or (loss > self.limit and not self.at_start):
            self._give_up(loss, finite, learning_rate)
        if loss <= self.limit:
            np.copyto(self.good, self.network.parameters)
        self.losses.clear()
        self.at_start = False

    def _give_up(self, loss: float, finite: bool, rate: float) -> NoReturn:
        np.copyto(self.network.parameters, self.good)
        what = f"rose to {loss:.3g}, worse than guessing" if finite else "is no longer a finite number"
        lower = min(rate / 10, float(f"{self.usual_rate:.2g}"))
        raise DivergedError(
            f"Training diverged: the loss {what}; the learning rate of {rate:g} is too high, "
            f"try --learning-rate {lower:g}. The last good weights are kept."
        )
