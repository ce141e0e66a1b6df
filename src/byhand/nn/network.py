"""The network: layers one after the other, and back again."""

import itertools
from collections.abc import Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from byhand.nn.activations import ACTIVATIONS
from byhand.nn.dense import Dense
from byhand.nn.initialisers import INITIALISERS
from byhand.nn.memory import aligned_zeros


class Layer(Protocol):
    """What `forward` and `backward` are in every layer: see `activations.py`."""

    def forward(self, inputs: NDArray[Any]) -> NDArray[Any]:
        """Give the layer's output."""

    def backward(self, output_gradient: NDArray[Any]) -> NDArray[Any]:
        """Turn dL/d(output) into dL/d(inputs)."""


class Network:
    """A multi-layer perceptron: dense layers with an activation between each two. Its output is logits.

    All weights and biases live in one long vector, and so do their gradients; each layer works on its own
    stretch of them. An optimiser's step, a copy, a comparison are then single operations on one array.

    Attributes:
        sizes: units per layer, inputs first, for example [784, 128, 10].
        activation: "sigmoid", "tanh", "relu" or "identity".
        parameters: all weights and biases, shape (p,).
        gradient: the loss's derivative by each parameter, after `backward`, shape (p,).
        dense: the dense layers, first to last.
        layers: dense layers and activations, in the order of the forward pass.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str = "sigmoid",
        dtype: DTypeLike = np.float32,
        *,
        parameters: NDArray[Any] | None = None,
        gradient: NDArray[Any] | None = None,
    ) -> None:
        """Make a network whose parameters are all 0; `initialise` or a copy gives them values.

        Args:
            sizes: as in the attributes.
            activation: as in the attributes.
            dtype: number type of parameters and results.
            parameters: an array to work on, shape (p,), instead of a new one.
            gradient: likewise.
        """
        self.sizes, self.activation = list(sizes), activation
        shapes = list(itertools.pairwise(self.sizes))
        count = sum(inputs * units + units for inputs, units in shapes)
        self.parameters = aligned_zeros(count, dtype) if parameters is None else parameters
        self.gradient = aligned_zeros(count, dtype) if gradient is None else gradient
        self.dense: list[Dense] = []
        self.layers: list[Layer] = []
        start = 0
        for inputs, units in shapes:
            middle, end = start + inputs * units, start + inputs * units + units
            layer = Dense(
                self.parameters[start:middle].reshape(inputs, units),
                self.parameters[middle:end],
                self.gradient[start:middle].reshape(inputs, units),
                self.gradient[middle:end],
            )
            self.dense.append(layer)
            self.layers += [layer, ACTIVATIONS[activation]()]
            start = end
        self.layers.pop()  # the last layer's logits go to the loss as they are

    def twin(self) -> Self:
        """A network on the very same weights, with layers of its own: another thread can use it at the same time."""
        return type(self)(self.sizes, self.activation, parameters=self.parameters, gradient=self.gradient)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A network of its own; what points at the old one's arrays, such as an optimiser, gets the new one's."""
        copy = type(self)(self.sizes, self.activation, self.parameters.dtype)
        for old, new in ((self.parameters, copy.parameters), (self.gradient, copy.gradient)):
            new[:] = old
            memo[id(old)] = new
        return copy

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle keeps; the layers are views of the parameters, and a pickle would tear them apart."""
        return {"sizes": self.sizes, "activation": self.activation, "parameters": self.parameters}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["sizes"], state["activation"], state["parameters"].dtype)  # type: ignore[misc]
        self.parameters[:] = state["parameters"]

    def initialise(self, initialiser: str, rng: np.random.Generator) -> None:
        """Draw new weights ("normal", "glorot" or "he"); biases become 0."""
        for layer in self.dense:
            layer.weights[:] = INITIALISERS[initialiser](layer.weights.shape, rng)
            layer.bias[:] = 0

    def forward(self, inputs: NDArray[Any]) -> NDArray[Any]:
        """Compute the logits of a batch: shape (n, inputs) in, (n, classes) out.

        The result is the last layer's own array: the next call overwrites it.
        """
        signal = inputs
        for layer in self.layers:
            signal = layer.forward(signal)
        return signal

    def activations(self, inputs: NDArray[Any]) -> list[NDArray[Any]]:
        """Give what each layer of units puts out for a batch: every hidden layer's activations, then the logits.

        Args:
            inputs: shape (n, inputs).

        Returns:
            Arrays of their own, one per layer of units, shapes (n, units).
        """
        outputs, signal = [], inputs
        for layer, follows in itertools.zip_longest(self.layers, self.layers[1:]):
            signal = layer.forward(signal)
            # A dense layer's sums are put out as they are only where no activation follows: by the last layer.
            if follows is None or isinstance(follows, Dense):
                outputs.append(signal.copy())
        return outputs

    def backward(self, logits_gradient: NDArray[Any]) -> None:
        """Fill `gradient` from dL/d(logits) of the batch that `forward` saw last, shape (n, classes)."""
        signal = logits_gradient
        for layer in reversed(self.layers[1:]):
            signal = layer.backward(signal)
        # Nobody asks how the loss changes with the pixels: the first layer's third product is left out.
        self.dense[0].backward_parameters(signal)
