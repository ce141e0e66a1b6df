"""When `fit` has learned enough: scikit-learn's rule, after each epoch."""

import math

from byhand.training.loop import Training

# What scikit-learn divides an adaptive learning rate by, and below which rate it gives up.
ADAPTIVE_DIVISOR, LEAST_ADAPTIVE_RATE = 5.0, 1e-6


class Stopping:
    """Counts epochs without an improvement of at least `tol`: of the loss, or of the held-out examples' accuracy.

    Attributes:
        best: the best loss or accuracy so far.
        improved: whether the last epoch was better than all before it.
        reached: whether training should end.
    """

    def __init__(self, tol: float, patience: float, *, rising: bool, adaptive: bool) -> None:
        """Prepare.

        Args:
            tol: a smaller improvement is none.
            patience: epochs without improvement that are borne with; infinity for all.
            rising: whether what is measured should rise, as an accuracy.
            adaptive: divide the learning rate by 5 instead of stopping, as long as it is above 1e-6.
        """
        self.tol, self.patience, self.adaptive = tol, patience, adaptive
        self.sign = 1.0 if rising else -1.0
        self.best = -math.inf * self.sign
        self.improved = self.reached = False
        self.waited = 0

    def judge(self, value: float, training: Training) -> None:
        """Take note of an epoch's accuracy or loss; `training` is slowed down where that is the way."""
        gain = self.sign * (value - self.best)
        self.waited = 0 if gain >= self.tol else self.waited + 1
        self.improved = gain > 0
        if self.improved:
            self.best = value
        if self.waited <= self.patience:
            return
        self.waited = 0
        if self.adaptive and training.learning_rate > LEAST_ADAPTIVE_RATE:
            training.learning_rate /= ADAPTIVE_DIVISOR
        else:
            self.reached = True
