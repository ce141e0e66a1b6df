"""A network small enough for paper: two pixels, two hidden units, two classes."""

import numpy as np

from byhand.model import Model
from byhand.nn import Network
from byhand.preprocessing import MinMaxScaling, Preprocessing

# Numbers of one digit, none of them alike, so that each can be found again; and the wrong class wins, so that there is
# something to learn.
TINY_IMAGE = np.array([[[255, 51]]], np.uint8)  # scaled: 1 and 0.2
TINY_LABEL = 1
WEIGHTS_1, BIAS_1 = ((0.4, -0.6), (0.5, 0.9)), (0.1, -0.2)
WEIGHTS_2, BIAS_2 = ((0.7, -0.3), (-0.8, 0.2)), (0.3, -0.1)


def tiny_model() -> Model:
    """The network 2-2-2 with sigmoids, for images of 1 x 2 pixels and the classes 0 and 1."""
    network = Network([2, 2, 2], "sigmoid", np.float64)
    for layer, weights, bias in zip(network.dense, (WEIGHTS_1, WEIGHTS_2), (BIAS_1, BIAS_2), strict=True):
        layer.weights[:], layer.bias[:] = weights, bias
    scaling = MinMaxScaling(np.zeros(2), np.full(2, 255.0))
    return Model(network, Preprocessing((1, 2), scaling), ("0", "1"), {"name": "tiny"})
