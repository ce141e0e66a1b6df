"""Calibration: whether "90 % sure" is right nine times out of ten, and temperature scaling, which sees to it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.nn.losses import softmax

# Newton's method doubles the right digits with every step; from 1 it needs about six.
STEPS, TOLERANCE = 50, 1e-9
# Guo et al. 2017 use as many bins.
BINS = 15
# A network that makes no mistake would like to be infinitely sure, one that guesses not at all.
LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.05, 20.0


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
        after = min(max(after, 1 / HIGHEST_TEMPERATURE), 1 / LOWEST_TEMPERATURE)
        if abs(after - b) < TOLERANCE:
            break
        b = after
    return 1 / b


def calibration_error(probabilities: NDArray[Any], truth: NDArray[np.integer[Any]]) -> float:
    """Measure how far the model's confidence is from its accuracy, 0 (honest) to 1.

    Predictions are put into 15 bins of equal width by their confidence, the largest probability; the result is
    the mean over the bins, weighted by their size, of the distance between accuracy and mean confidence.
    Source: Guo et al. 2017, "On calibration of modern neural networks", equation 3.

    Args:
        probabilities: shape (n, classes).
        truth: class numbers, shape (n,).
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=BINS)
    return float(np.abs(gaps).sum() / len(truth))
