"""From a network that was trained elsewhere to a model."""

import math

import numpy as np

from byhand.model import Model
from byhand.nn import Network
from byhand.preprocessing import MinMaxScaling, Preprocessing


def model_of(network: Network, label_names: tuple[str, ...], origin: str) -> Model:
    """Make a model that takes the network's inputs as they are: numbers around 0 to 1.

    Args:
        network: with its weights.
        label_names: what each class is called.
        origin: what trained it, the name of the model's recipe.
    """
    inputs = network.sizes[0]
    side = math.isqrt(inputs)
    shape = (side, side) if side * side == inputs else (1, inputs)
    scaling = MinMaxScaling(np.zeros(inputs), np.ones(inputs))
    recipe = {"name": origin, "data": "arrays", "hidden": network.sizes[1:-1], "activation": network.activation}
    return Model(network, Preprocessing(shape, scaling), label_names, recipe)
