"""Activations: what a unit makes of its weighted sum z. Each stands next to its own derivative.

Every layer, here and in `dense.py`, has the same two methods. `forward(inputs)` gives its output and remembers
what the way back needs. `backward(output_gradient)` takes dL/d(output), the change of the loss L with each
number it gave out, and returns dL/d(inputs) by the chain rule. Arrays have one row per example of the batch.

A layer writes into arrays of its own, made for the first batch and kept as long as the batch size stays: what
`forward` and `backward` return is overwritten by the next call.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# exp() of more than this overflows in float32; the sigmoid of -80 is 1e-35, which is 0 to any weight.
# Arrays, since NumPy takes 0.4 microseconds longer for a Python number; float32 gives way to float64.
LARGEST_EXPONENT, ONE = np.array(80, np.float32), np.array(1, np.float32)


class Sigmoid:
    """a = 1 / (1 + exp(-z)), from 0 to 1.

    Derivative: da/dz = exp(-z) / (1 + exp(-z))^2 = a (1 - a), so dL/dz = dL/da * a (1 - a).
    """

    def forward(self, inputs: NDArray[Any]) -> NDArray[Any]:
        """Apply the function to each number, shape (n, units) in and out, in place."""
        a = self.output = inputs
        np.negative(a, out=a)
        np.minimum(a, LARGEST_EXPONENT, out=a)
        np.exp(a, out=a)
        a += ONE
        np.reciprocal(a, out=a)
        return a

    def backward(self, output_gradient: NDArray[Any]) -> NDArray[Any]:
        """Turn dL/da into dL/dz, shape (n, units), in place."""
        a = self.output
        output_gradient *= a
        np.subtract(ONE, a, out=a)
        output_gradient *= a
        return output_gradient


class Tanh:
    """a = tanh(z), from -1 to 1.

    Derivative: da/dz = 1 - tanh(z)^2 = 1 - a^2, so dL/dz = dL/da * (1 - a^2).
    """

    def forward(self, inputs: NDArray[Any]) -> NDArray[Any]:
        """Apply the function to each number, shape (n, units) in and out, in place."""
        self.output = inputs
        np.tanh(inputs, out=inputs)
        return inputs

    def backward(self, output_gradient: NDArray[Any]) -> NDArray[Any]:
        """Turn dL/da into dL/dz, shape (n, units), in place."""
        a = self.output
        a *= a
        np.subtract(ONE, a, out=a)
        output_gradient *= a
        return output_gradient


class ReLU:
    """a = max(z, 0).

    Derivative: 1 where z > 0, which is where a > 0, and 0 elsewhere (at z = 0, where there is none, we take 0).
    """

    def forward(self, inputs: NDArray[Any]) -> NDArray[Any]:
        """Apply the function to each number, shape (n, units) in and out, in place."""
        self.output = inputs
        np.maximum(inputs, 0, out=inputs)
        return inputs

    def backward(self, output_gradient: NDArray[Any]) -> NDArray[Any]:
        """Turn dL/da into dL/dz, shape (n, units), in place."""
        output_gradient *= self.output > 0
        return output_gradient


class Identity:
    """a = z: no activation. Layers of it are together one linear map, narrowed by the smallest layer.

    Derivative: da/dz = 1, so dL/dz = dL/da.
    """

    def forward(self, inputs: NDArray[Any]) -> NDArray[Any]:
        """Give the numbers as they are, shape (n, units)."""
        return inputs

    def backward(self, output_gradient: NDArray[Any]) -> NDArray[Any]:
        """Give dL/da as dL/dz, shape (n, units)."""
        return output_gradient


Activation = Sigmoid | Tanh | ReLU | Identity
ACTIVATIONS: dict[str, type[Activation]] = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU, "identity": Identity}
