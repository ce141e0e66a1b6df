"""Where weights start. All biases start at 0."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, int]


def normal(shape: Shape, rng: np.random.Generator) -> NDArray[Any]:
    """Draw from a normal distribution with standard deviation 0.01, as the original exercise does."""
    return rng.normal(0.0, 0.01, shape)


def glorot(shape: Shape, rng: np.random.Generator) -> NDArray[Any]:
    """Draw uniformly from -r to r with r = sqrt(6 / (inputs + units)): signals keep their size both ways.

    Source: Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks",
    equation 16. For sigmoid and tanh.
    """
    limit = math.sqrt(6.0 / sum(shape))
    return rng.uniform(-limit, limit, shape)


def he(shape: Shape, rng: np.random.Generator) -> NDArray[Any]:
    """Draw from a normal distribution with standard deviation sqrt(2 / inputs).

    Source: He et al. 2015, "Delving deep into rectifiers", equation 10. For ReLU, which silences half its inputs.
    """
    return rng.normal(0.0, math.sqrt(2.0 / shape[0]), shape)


def zero(shape: Shape, rng: np.random.Generator) -> NDArray[Any]:
    """All 0. To see why not: all units of a layer start alike, get the same gradient, and stay alike."""
    return np.zeros(shape)


def wide(shape: Shape, rng: np.random.Generator) -> NDArray[Any]:
    """Draw from a normal distribution with standard deviation 1. To see why not: sums of many inputs are large."""
    return rng.normal(0.0, 1.0, shape)


INITIALISERS = {"normal": normal, "glorot": glorot, "he": he, "zero": zero, "wide": wide}
