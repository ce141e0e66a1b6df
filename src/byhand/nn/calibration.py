"""Calibration: one number that makes the network's confidence honest."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.nn.losses import softmax

# Newton's method doubles the right digits with every step; from 1 it needs about six.
STEPS, TOLERANCE = 50, 1e-9
# A network that makes no mistake would like to be infinitely sure, one that guesses not at all.
LEAST, MOST = 0.05, 20.0


def fit_temperature(logits: NDArray[Any], labels: NDArray[np.integer[Any]]) -> float:
    """Find the temperature T for which softmax(logits / T) gives the labels the most likelihood.

    T above 1 makes every prediction less sure, below 1 surer; which class is the most likely never changes. Source:
    Guo, Pleiss, Sun and Weinberger 2017, "On calibration of modern neural networks", section 4.2.

    Derivation. With b = 1 / T, logits z and label y, the loss of an example is log(sum_k exp(b z_k)) - b z_y. Its
    derivative by b is sum_k p_k z_k - z_y = E[z] - z_y, with the probabilities p = softmax(b z), and its second
    derivative is E[z²] - E[z]², a variance and never negative: one minimum, which Newton's method finds.

    Args:
        logits: of images that the network has not learned from, shape (n, classes).
        labels: their classes, shape (n,).

    Returns:
        T, from 0.05 to 20; 1 where there is nothing to fit.
    """
    if len(labels) == 0:
        return 1.0
    z = logits.astype(np.float64)
    z -= z.max(axis=1, keepdims=True)
    right = z[np.arange(len(labels)), labels]
    b = 1.0
    for _ in range(STEPS):
        p = softmax(b * z)
        mean = (p * z).sum(axis=1)
        slope = float((mean - right).mean())
        curvature = float(((p * z * z).sum(axis=1) - mean * mean).mean())
        if curvature <= 0:
            break
        # At most twice or half the present value: far from the minimum, a full step would leap beyond it.
        after = min(max(b - slope / curvature, b / 2), 2 * b)
        after = min(max(after, 1 / MOST), 1 / LEAST)
        if abs(after - b) < TOLERANCE:
            break
        b = after
    return 1 / b
