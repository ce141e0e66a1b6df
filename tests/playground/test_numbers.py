"""The page computes what Python computes."""

import base64
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page

import byhand
from byhand.model import Model
from byhand.nn import Network
from byhand.playground.content import model_content
from byhand.preprocessing import MinMaxScaling, Preprocessing
from byhand.reading.preparation import prepare

from .conftest import STROKES, OpenPage, draw

# Arrays travel as base64 text: lists of numbers take the driver many times as long.
PREDICT = """async ([content, images]) => {
  const { bytes, networkOf } = await import('./content.js');
  const network = networkOf(content);
  const pixels = bytes(images);
  const probabilities = [];
  for (let start = 0; start < pixels.length; start += 784) {
    probabilities.push(...network.forward(network.scaled(pixels.subarray(start, start + 784))).probabilities);
  }
  return probabilities;
}"""
PREPARE = """async ([ink, height, width]) => {
  const { bytes } = await import('./content.js');
  const { prepare } = await import('./preparation.js');
  return Array.from(prepare(new Float32Array(bytes(ink).buffer), height, width));
}"""
# The board's ink, which its canvas holds as opacity, and what the page made of it.
DRAWN = """async () => {
  const { app } = await import('./state.js');
  const { data } = document.getElementById('board').getContext('2d').getImageData(0, 0, 420, 420);
  const ink = data.filter((_, i) => i % 4 === 3);
  return [Array.from(ink, (value) => String.fromCharCode(value)).join(''), Array.from(app.grey)];
}"""


def base64_of(array: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def predicted_by_the_page(page: Page, model: Model, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    found = page.evaluate(PREDICT, [model_content(model, "test"), base64_of(images)])
    return np.array(found).reshape(len(images), -1)


def prepared_by_the_page(page: Page, ink: NDArray[Any]) -> NDArray[np.int64]:
    return np.array(page.evaluate(PREPARE, [base64_of(ink), *ink.shape])).reshape(28, 28)


def network_of(sizes: list[int], activation: str) -> Network:
    rng = np.random.default_rng(0)
    network = Network(sizes, activation)
    network.initialise("he", rng)
    network.parameters += rng.normal(0, 0.05, network.parameters.shape).astype(np.float32)
    return network


def made(sizes: list[int], activation: str, per_pixel: bool = False, temperature: float = 1.0) -> Model:
    scaling = MinMaxScaling.fit(byhand.load_mnist().train_images[:2000], per_pixel)
    preprocessing = Preprocessing((28, 28), scaling)
    return Model(network_of(sizes, activation), preprocessing, tuple("0123456789"), temperature=temperature)


@pytest.mark.parametrize(
    "model",
    [
        byhand.load_model(),
        made([784, 40, 30, 10], "relu", temperature=1.7),
        made([784, 50, 10], "tanh", per_pixel=True),
        made([784, 10], "sigmoid"),
    ],
    ids=["fast", "relu-two-layers-temperature", "tanh-per-pixel", "no-hidden-layer"],
)
def test_probabilities_are_python_s_for_a_thousand_test_images(open_page: OpenPage, server: str, model: Model) -> None:
    images = byhand.load_mnist().test_images[:1000].reshape(1000, 784)
    found = predicted_by_the_page(open_page(server), model, images)
    np.testing.assert_allclose(found, model.predict_proba(images), atol=1e-5, rtol=0)


def test_a_network_for_deskewed_digits_sees_what_python_s_sees(open_page: OpenPage, server: str) -> None:
    model = made([784, 20, 10], "sigmoid")
    model.preprocessing = replace(model.preprocessing, deskew=True)
    images = byhand.load_mnist().test_images[:300].reshape(300, 784)
    found = predicted_by_the_page(open_page(server), model, images)
    difference = np.abs(found - model.predict_proba(images)).max(axis=1)
    # Deskewed images are rounded to bytes: float32 and float64 may fall on two sides of a half.
    assert np.mean(difference < 1e-5) > 0.9
    assert difference.max() < 5e-3


def test_drawings_are_prepared_as_byhand_read_prepares_pictures(open_page: OpenPage, server: str) -> None:
    page = open_page(server)
    for digit in STROKES:
        page.click("#clear")
        draw(page, digit)
        drawn, seen = page.evaluate(DRAWN)
        ink = np.frombuffer(drawn.encode("latin-1"), np.uint8).reshape(420, 420) / np.float32(255)
        assert np.abs(prepare(ink).ravel().astype(int) - seen).max() <= 1


def test_ink_of_any_size_weight_and_place_is_prepared_alike(open_page: OpenPage, server: str) -> None:
    page = open_page(server)
    rng = np.random.default_rng(1)
    images = byhand.load_mnist().train_images[:60]
    for number, image in enumerate(images):
        factor = int(rng.integers(1, 6))
        ink = np.kron(image, np.ones((factor, factor))).astype(np.float32) / 255
        ink = np.pad(ink, rng.integers(0, 20, (2, 2))) * rng.uniform(0.3, 1)
        if number % 3 == 0:
            ink = np.where(ink > 0.6 * ink.max(), ink, 0)  # thin strokes
        ink = ink.astype(np.float32)
        assert np.abs(prepare(ink).astype(int) - prepared_by_the_page(page, ink)).max() <= 1, number
    assert prepared_by_the_page(page, np.zeros((5, 7), np.float32)).sum() == 0
