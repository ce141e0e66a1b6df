"""The ONNX graph, in a runtime that knows nothing of byhand."""

import importlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import byhand
from byhand.export.onnx import onnx_bytes
from byhand.model import Model
from byhand.preprocessing import deskew

from .conftest import a_model


def run(model: Model, images: NDArray[np.uint8]) -> list[NDArray[Any]]:
    runtime: Any = importlib.import_module("onnxruntime")
    result: list[NDArray[Any]] = runtime.InferenceSession(onnx_bytes(model)).run(None, {"images": images})
    return result


@pytest.mark.parametrize("name", ["fast", "accurate", "reader"])
def test_a_shipped_model_gives_the_same_labels_and_probabilities(name: str, test_images: NDArray[np.uint8]) -> None:
    model = byhand.load_model(name)
    probabilities, positions = run(model, test_images)
    np.testing.assert_allclose(probabilities, model.predict_proba(test_images), rtol=0, atol=2e-6)
    np.testing.assert_array_equal(model.labels[positions], model.predict(test_images))


def test_deskewing_gives_the_same_grey_levels_to_the_last_bit(test_images: NDArray[np.uint8]) -> None:
    # A network that hands its inputs through, so that the outputs are the deskewed pixels.
    model = a_model([784, 784], "sigmoid", labels=tuple(map(str, range(784))), deskew=True)
    (layer,) = model.network.dense
    layer.weights[:], layer.bias[:] = np.eye(784), 0
    strange = np.zeros((5, 28, 28), np.uint8)  # empty, full, one pixel, a line, noise
    strange[1], strange[2, 27, 27], strange[3, :, 5] = 255, 1, 200
    strange[4] = np.random.default_rng(0).integers(0, 256, (28, 28))
    images = np.concatenate([test_images[:300], strange])
    probabilities, _ = run(model, images)
    # Of softmax's outputs, the logarithms' differences are those of the inputs.
    pixels = np.log(probabilities.astype(np.float64))
    pixels = (pixels - pixels.min(axis=1, keepdims=True)) * 255
    expected = deskew(images).reshape(len(images), -1).astype(np.float64)
    expected -= expected.min(axis=1, keepdims=True)
    assert np.abs(pixels - expected).max() < 0.1


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "identity"])
def test_every_activation_scaling_and_temperature(activation: str, test_images: NDArray[np.uint8]) -> None:
    model = a_model([64, 9, 7, 10], activation, per_pixel=True, temperature=1.7)
    images = test_images[:50, 10:18, 10:18]
    probabilities, positions = run(model, images)
    np.testing.assert_allclose(probabilities, model.predict_proba(images), rtol=0, atol=2e-6)
    np.testing.assert_array_equal(model.labels[positions], model.predict(images))
