from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import byhand
from byhand.model import Model
from byhand.nn import Network
from byhand.preprocessing import MinMaxScaling, Preprocessing


@pytest.fixture(scope="session")
def test_images() -> NDArray[np.uint8]:
    return byhand.load_mnist().test_images


def in_float64(model: Model) -> Model:
    """The same model, computed in double precision."""
    network = Network(model.network.sizes, model.network.activation, np.float64)
    network.parameters[:] = model.network.parameters
    return Model(network, model.preprocessing, model.label_names, model.recipe, temperature=model.temperature)


def a_model(
    sizes: list[int], activation: str, *, labels: tuple[str, ...] = tuple("0123456789"), deskew: bool = False,
    per_pixel: bool = False, temperature: float = 1.0, dtype: Any = np.float32,
) -> Model:  # fmt: skip
    """A model with random weights of MNIST's images, or of smaller ones."""
    side = round(sizes[0] ** 0.5)
    images = byhand.load_mnist().train_images[:500, :side, :side]
    network = Network(sizes, activation, dtype)
    network.initialise("he", np.random.default_rng(3))
    network.parameters += np.random.default_rng(4).normal(0, 0.1, len(network.parameters)).astype(dtype)
    preprocessing = Preprocessing((side, side), MinMaxScaling.fit(images, per_pixel), deskew)
    return Model(network, preprocessing, labels, {"name": "random"}, temperature=temperature)
