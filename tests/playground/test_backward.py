"""The page's backward pass and its steps are Python's."""

from typing import Any

import numpy as np
import pytest

import byhand
from byhand.nn import Network, SoftmaxNLL, make_optimiser
from byhand.nn.schedules import SCHEDULES
from byhand.playground.content import model_content

from .conftest import OpenPage
from .test_numbers import base64_of, made

# For each image: its loss, all deltas in a row, and its gradient, of which only a sample travels.
BACKWARD = """async ([content, images, labels, sample]) => {
  const { bytes, networkOf } = await import('./content.js');
  const { deltasOf, gradientOf, lossOf } = await import('./backward.js');
  const network = networkOf(content);
  const pixels = bytes(images);
  return labels.map((label, n) => {
    const trace = network.forward(network.scaled(pixels.subarray(784 * n, 784 * (n + 1))));
    const deltas = deltasOf(network, trace, label);
    const gradient = gradientOf(network, trace, deltas);
    return [lossOf(trace.logits, label), deltas.flatMap((delta) => Array.from(delta)), sample.map((i) => gradient[i])];
  });
}"""
STEPS = """async ([name, momentum, start, gradients, rate]) => {
  const { makeOptimiser } = await import('./optimisers.js');
  const parameters = Float64Array.from(start);
  const gradient = new Float64Array(start.length);
  const step = makeOptimiser(name, parameters, gradient, momentum);
  for (const values of gradients) {
    gradient.set(values);
    step(rate);
  }
  return Array.from(parameters);
}"""

RATES = """async ([name, at]) => {
  const { SCHEDULES } = await import('./optimisers.js');
  return at.map((progress) => SCHEDULES[name](progress));
}"""


def exact(network: Network) -> Network:
    """The same network in float64."""
    return Network(network.sizes, network.activation, parameters=network.parameters.astype(np.float64),
                   gradient=np.zeros(len(network.parameters)))  # fmt: skip


@pytest.mark.parametrize(
    "model",
    [
        byhand.load_model(),
        made([784, 40, 30, 10], "relu", temperature=1.7),
        made([784, 50, 20, 10], "tanh", per_pixel=True),
        made([784, 10], "sigmoid"),
    ],
    ids=["fast", "relu-two-layers-temperature", "tanh-two-layers-per-pixel", "no-hidden-layer"],
)
def test_losses_deltas_and_gradients_are_python_s_for_a_hundred_images(
    open_page: OpenPage, server: str, model: Any
) -> None:
    mnist = byhand.load_mnist()
    images, labels = mnist.test_images[:100].reshape(100, 784), mnist.test_labels[:100]
    network = exact(model.network)
    inputs = model.preprocessing.inputs(images, np.float64)
    count = len(network.parameters)
    # Some of each layer's weights, and all biases, of which the last ones are the output's.
    sample = np.unique(np.r_[np.random.default_rng(0).integers(0, count, 1500), count - 10 : count])
    found = open_page(server).evaluate(
        BACKWARD, [model_content(model, "test"), base64_of(images), labels.tolist(), sample.tolist()]
    )
    criterion = SoftmaxNLL()
    for x, label, (loss, deltas, gradient) in zip(inputs, labels, found, strict=True):
        expected_loss = criterion.forward(network.forward(x[None]), np.eye(10)[[label]])
        network.backward(criterion.backward())
        assert loss == pytest.approx(expected_loss, abs=1e-5)
        # One example's delta is its bias's gradient.
        expected = np.concatenate([layer.bias_gradient for layer in network.dense])
        np.testing.assert_allclose(deltas, expected, atol=1e-5, rtol=0)
        np.testing.assert_allclose(gradient, network.gradient[sample], atol=1e-5, rtol=0)
        # What is compared is not all zero.
        assert np.abs(network.gradient[sample]).max() > 0


def test_the_optimisers_take_python_s_steps_along_python_s_schedules(open_page: OpenPage, server: str) -> None:
    page = open_page(server)
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=50), rng.normal(size=(6, 50))
    for name, momentum in [("sgd", 0.0), ("sgd", 0.9), ("nesterov", 0.9), ("adam", 0.0)]:
        parameters, gradient = start.copy(), np.zeros(50)
        optimiser = make_optimiser(name, parameters, gradient, momentum)
        for values in gradients:
            gradient[:] = values
            optimiser.step(0.3)
        found = page.evaluate(STEPS, [name, momentum, start.tolist(), gradients.tolist(), 0.3])
        np.testing.assert_allclose(found, parameters, atol=1e-12)
    progress = np.linspace(0, 1, 21)
    for name, schedule in SCHEDULES.items():
        found = page.evaluate(RATES, [name, progress.tolist()])
        np.testing.assert_allclose(found, [schedule(at) for at in progress], atol=1e-12)
