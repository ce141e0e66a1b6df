"""Finite differences for one image: what happens to the loss if one number on the way is a little larger or smaller.

No derivative is used here: a number is moved, and the layers behind it are run again.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.nn import Network, ReLU, SoftmaxNLL
from byhand.nn.gradient_check import STEP

# Where a ReLU bends between the two losses, their difference is no derivative; a smaller step mostly fits on one side.
STEPS = (STEP, STEP / 100)

# The loss, and on which side of 0 the inputs of all ReLUs behind the moved number are.
Loss = tuple[float, bytes]


class Differences:
    """Measures derivatives of one image's loss.

    Args:
        network: in float64; its parameters are the same again after each call.
        signals: the image's inputs and what each of `network.layers` made of them, shapes (1, units).
        target: one-hot, shape (1, classes).
    """

    def __init__(self, network: Network, signals: list[NDArray[Any]], target: NDArray[Any]) -> None:
        self.network, self.signals, self.target = network, signals, target

    def of_signal(self, layer: int) -> NDArray[np.float64]:
        """The derivative by each number of `signals[layer]`, shape (units,); NaN where a ReLU bends."""
        signal = self.signals[layer].copy()
        return _each(signal[0], lambda: self._loss(layer, signal))

    def of_bias(self, layer: int) -> NDArray[np.float64]:
        """The derivative by each bias of the dense layer at that position, shape (units,)."""
        dense: Any = self.network.layers[layer]
        return _each(dense.bias, lambda: self._loss(layer, self.signals[layer]))

    def of_weights(self, layer: int, unit: int) -> NDArray[np.float64]:
        """The derivative by each weight into one unit of the dense layer at that position, shape (inputs,)."""
        dense: Any = self.network.layers[layer]
        return _each(dense.weights[:, unit], lambda: self._loss(layer, self.signals[layer]))

    def _loss(self, layer: int, signal: NDArray[Any]) -> Loss:
        """Go on from `signal`, the input of the layer at that position."""
        signal, sides = signal.copy(), b""
        for one in self.network.layers[layer:]:
            signal = one.forward(signal)
            if isinstance(one, ReLU):
                sides += (signal > 0).tobytes()
        return SoftmaxNLL().forward(signal.copy(), self.target), sides


def _each(values: NDArray[Any], loss: Callable[[], Loss]) -> NDArray[np.float64]:
    """Move each of some numbers (a view of what the loss depends on) up and down and back."""
    result = np.full(len(values), np.nan)
    for i, value in enumerate(values.tolist()):
        for step in STEPS:
            values[i] = value + step
            above, sides = loss()
            values[i] = value - step
            below, other_sides = loss()
            if sides == other_sides:
                result[i] = (above - below) / (2 * step)
                break
        values[i] = value
    return result
