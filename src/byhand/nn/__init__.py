"""The mathematics, by hand: NumPy and nothing else. Each backward pass stands beside its derivation."""

from byhand.nn.activations import ACTIVATIONS, Identity, ReLU, Sigmoid, Tanh
from byhand.nn.dense import Dense
from byhand.nn.initialisers import INITIALISERS
from byhand.nn.losses import L2, SoftmaxNLL, softmax
from byhand.nn.network import Network
from byhand.nn.optimisers import OPTIMISERS, SGD, Adam, Nesterov, Optimiser, make_optimiser
from byhand.nn.schedules import SCHEDULES

__all__ = [
    "ACTIVATIONS",
    "INITIALISERS",
    "L2",
    "OPTIMISERS",
    "SCHEDULES",
    "SGD",
    "Adam",
    "Dense",
    "Identity",
    "Nesterov",
    "Network",
    "Optimiser",
    "ReLU",
    "Sigmoid",
    "SoftmaxNLL",
    "Tanh",
    "make_optimiser",
    "softmax",
]
