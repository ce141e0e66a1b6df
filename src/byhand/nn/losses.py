"""Losses: one number that says how wrong the network is, and the gradient that says which way is better."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.nn.dense import Dense


class SoftmaxNLL:
    """Softmax and cross-entropy (also called negative log-likelihood) in one, the mean over the batch.

    The network's last layer gives logits z, one per class. Softmax turns them into probabilities,
    p_k = exp(z_k) / sum_j exp(z_j), and the loss of an example with one-hot target y is
    -sum_k y_k log p_k = log(sum_j exp(z_j)) - sum_k y_k z_k: minus the logarithm of the probability that was
    given to the right class. Nothing here needs more of y than that it sums to 1: a target may also divide itself
    between classes, as that of an image which shows none of them.

    Derivation: d/dz_k log(sum_j exp(z_j)) = exp(z_k) / sum_j exp(z_j) = p_k, hence dL/dz = (p - y) / n with
    the mean over n examples. Taken together the two steps have this simple gradient and never divide by a
    vanishing probability.

    Weighted examples: to count an example's loss w times is to multiply its target by w, t = w y, whose entries then
    sum to w. Its loss is w (log(sum_j exp(z_j)) - sum_k y_k z_k) = w log(sum_j exp(z_j)) - sum_k t_k z_k, and the
    derivative dL/dz = (w p - t) / n. The mean still divides by the number of examples n: with weights whose mean is 1
    in the training set, it is on average the weighted mean.

    Adding the same number to all logits changes nothing, so the largest is brought to 0 first: exp() then
    gives 1 at most, and at least one 1, for logits of any size.

    Attributes:
        correct: how many examples of the last batch have their largest logit at the right class. An example with a
            divided target has no right class, and is not among them (unless all its logits are equal).
    """

    def __init__(self, weighted: bool = False) -> None:
        """Prepare for batches; `weighted` says that targets sum to an example's weight, above 0, and not to 1."""
        self.weighted = weighted

    def forward(self, logits: NDArray[Any], targets: NDArray[Any]) -> float:
        """Compute the mean loss of a batch.

        Args:
            logits: shape (n, classes); overwritten.
            targets: rows that sum to 1, mostly one-hot, or to the example's weight, shape (n, classes).

        Returns:
            The loss in nats; 0 is perfect, log(classes) is guessing.
        """
        # The ufuncs' own reduce() and not max() and sum(): half the time for a batch of one.
        logits -= _largest(logits)
        right = np.vecdot(logits, targets)  # the right class's logit, 0 if it is the largest
        self.correct = len(right) - int(np.count_nonzero(right))
        self.targets = targets
        self.probabilities = logits
        np.exp(logits, out=self.probabilities)
        total = np.add.reduce(self.probabilities, axis=1, keepdims=True)
        self.probabilities /= total
        log_total = np.log(total[:, 0])
        if self.weighted:
            self.weights = np.add.reduce(targets, axis=1)
            log_total *= self.weights
        return float(np.add.reduce(log_total - right)) / len(right)

    def backward(self) -> NDArray[Any]:
        """Give dL/d(logits) of the batch just seen, shape (n, classes)."""
        gradient = self.probabilities
        if self.weighted:
            gradient *= self.weights[:, np.newaxis]
        gradient -= self.targets
        gradient /= len(gradient)
        return gradient


def softmax(logits: NDArray[Any]) -> NDArray[Any]:
    """Probabilities from logits, shape (n, classes) in and out; stable for logits of any size."""
    probabilities: NDArray[Any] = np.exp(logits - _largest(logits))
    probabilities /= np.add.reduce(probabilities, axis=1, keepdims=True)
    return probabilities


def _largest(logits: NDArray[Any]) -> NDArray[Any]:
    """The largest logit of each example, shape (n, 1)."""
    # Of a transposed copy, many at a time: 2.7 microseconds for a batch of 128, where row by row takes 10.
    largest: NDArray[Any] = np.maximum.reduce(logits.T.copy(), axis=0)[:, np.newaxis]
    return largest


class L2:
    """Weight decay: strength / 2 times the sum of all squared weights, added to the loss. Biases go free.

    Derivative: d/dw (strength / 2 * w^2) = strength * w.
    """

    def __init__(self, strength: float, layers: list[Dense]) -> None:
        self.strength, self.layers = strength, layers

    def forward(self) -> float:
        """The penalty for the layers' present weights."""
        return self.strength / 2 * sum(float(np.vdot(layer.weights, layer.weights)) for layer in self.layers)

    def backward(self) -> None:
        """Add the penalty's gradient to the layers' weight gradients."""
        for layer in self.layers:
            layer.weights_gradient += self.strength * layer.weights
