"""Is every derivative right? The slow way to a gradient, to hold against the fast one.

The derivative of the loss by one parameter w is, up to an error of order step^2, its central difference:
(L(w + step) - L(w - step)) / (2 step). It needs two forward passes for each parameter and no derivation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.nn.activations import ACTIVATIONS
from byhand.nn.losses import L2, SoftmaxNLL
from byhand.nn.network import Network

# With float64 (16 digits) the rounding error, about 1e-16 / step, and the formula's own, about step^2, are
# together smallest near the cube root of 1e-16; measured over eight seeds, 3e-5 does best.
STEP = 3e-5
# Derivatives smaller than this part of their layer's largest one are compared in absolute terms: of them, the
# difference quotient has too few digits left.
FLOOR = 1e-2
ARCHITECTURES = ((6, 3), (7, 5, 3), (8, 6, 5, 4), (5, 4, 4, 4, 3))
# Strength of the weight decay, and whether examples are weighted.
LOSSES = ((0.0, False), (0.1, False), (0.0, True))


@dataclass(frozen=True)
class LayerCheck:
    """How one layer's gradient compares.

    Attributes:
        network: sizes, activation and weight decay, in words.
        layer: for example "dense 1: weights".
        parameters: how many derivatives were compared.
        max_relative_error: the largest distance between the two, relative to the larger of them.
    """

    network: str
    layer: str
    parameters: int
    max_relative_error: float


def check_gradients(seed: int = 0) -> Iterator[LayerCheck]:
    """Check every parameter of networks with every kind of layer, activation and loss option, in float64.

    Args:
        seed: decides weights, inputs and targets.

    Yields:
        One comparison for each layer's weights and biases.
    """
    rng = np.random.default_rng(seed)
    for sizes, activation, (strength, weighted) in product(ARCHITECTURES, ACTIVATIONS, LOSSES):
        if len(sizes) == 2 and activation != "sigmoid":
            continue  # no hidden layer, so no activation to try
        network = Network(sizes, activation, np.float64)
        network.parameters[:] = rng.normal(0, 0.7, network.parameters.shape)
        inputs = rng.normal(0, 1, (9, sizes[0]))
        targets = np.eye(sizes[-1])[rng.integers(sizes[-1], size=9)]
        name = f"{'-'.join(map(str, sizes))} {activation if len(sizes) > 2 else 'no hidden layer'}"
        if strength:
            name += f", L2 {strength}"
        if weighted:
            targets *= rng.uniform(0.2, 3, (9, 1))
            name += ", weighted examples"
        yield from check_network(network, inputs, targets, strength, name)


def check_network(
    network: Network, inputs: NDArray[Any], targets: NDArray[Any], l2: float = 0.0, name: str = "network"
) -> Iterator[LayerCheck]:
    """Check every parameter of one network on one batch.

    Args:
        network: in float64; its parameters are as before afterwards.
        inputs: shape (n, inputs).
        targets: one-hot rows, perhaps times the weight of their example, shape (n, classes).
        l2: strength of the weight decay that is part of the loss.
        name: what the results call it.
    """
    weighted = not np.allclose(targets.sum(axis=1), 1)
    criterion, penalty = SoftmaxNLL(weighted), L2(l2, network.dense)

    def loss() -> float:
        return criterion.forward(network.forward(inputs), targets) + penalty.forward()

    loss()
    network.backward(criterion.backward())
    penalty.backward()
    by_hand = network.gradient.copy()
    difference = np.empty_like(by_hand)
    for i, value in enumerate(network.parameters.copy()):
        network.parameters[i] = value + STEP
        above = loss()
        network.parameters[i] = value - STEP
        difference[i] = (above - loss()) / (2 * STEP)
        network.parameters[i] = value
    start = 0
    for number, layer in enumerate(network.dense, start=1):
        for part, values in (("weights", layer.weights), ("bias", layer.bias)):
            stretch = slice(start, start + values.size)
            start += values.size
            error = _largest_relative_error(by_hand[stretch], difference[stretch])
            yield LayerCheck(name, f"dense {number}: {part}", values.size, error)


def _largest_relative_error(a: NDArray[Any], b: NDArray[Any]) -> float:
    size = np.maximum(np.abs(a), np.abs(b))
    return float(np.max(np.abs(a - b) / np.maximum(size, FLOOR * max(size.max(), 1e-300))))
