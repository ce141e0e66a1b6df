import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.metrics import log_loss

from byhand.nn import INITIALISERS, SCHEDULES, Network, ReLU, Sigmoid, SoftmaxNLL, Tanh, make_optimiser, softmax

Array = NDArray[Any]


def test_the_loss_is_scikit_learn_s() -> None:
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(0, 3, (50, 7)), rng.integers(7, size=50)
    expected = log_loss(labels, softmax(logits), labels=range(7))
    assert SoftmaxNLL().forward(logits.copy(), np.eye(7)[labels]) == pytest.approx(expected, abs=1e-12)


@given(arrays(np.float64, (4, 5), elements=st.floats(-1e30, 1e30)), st.integers(0, 4))
def test_softmax_and_loss_are_stable_for_logits_of_any_size(logits: Array, label: int) -> None:
    targets = np.eye(5)[[label] * 4]
    probabilities = softmax(logits)
    assert np.isfinite(probabilities).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    criterion = SoftmaxNLL()
    loss = criterion.forward(logits.copy(), targets)
    assert np.isfinite(loss)
    assert loss >= 0
    np.testing.assert_array_equal(criterion.probabilities, probabilities)
    assert np.isfinite(criterion.backward()).all()


@given(arrays(np.float64, (3, 4), elements=st.floats(-50, 50)), st.floats(-1e3, 1e3))
def test_adding_a_number_to_all_logits_changes_nothing(logits: Array, number: float) -> None:
    np.testing.assert_allclose(softmax(logits + number), softmax(logits), atol=1e-9)


def test_correct_counts_the_right_predictions() -> None:
    logits = np.array([[2.0, 1.0], [0.0, 3.0], [1.0, 5.0]])
    criterion = SoftmaxNLL()
    criterion.forward(logits, np.eye(2)[[0, 0, 1]])
    assert criterion.correct == 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_activations_are_right_and_silent_for_any_number(dtype: type) -> None:
    z: Array = np.array([[-1e30, -1000, -2, 0, 2, 1000, 1e30]], dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sigmoid, tanh, relu = (layer.forward(z.copy()) for layer in (Sigmoid(), Tanh(), ReLU()))
    expected = [0, 0, 1 / (1 + np.exp(2)), 0.5, 1 / (1 + np.exp(-2)), 1, 1]
    np.testing.assert_allclose(sigmoid[0], expected, rtol=1e-6, atol=1e-30)
    np.testing.assert_allclose(tanh[0], [-1, -1, np.tanh(-2), 0, np.tanh(2), 1, 1], rtol=1e-6)
    np.testing.assert_allclose(relu[0], np.maximum(z[0], 0))


@pytest.mark.parametrize(
    ("name", "spread"), [("normal", 0.01), ("glorot", np.sqrt(2 / (400 + 300))), ("he", np.sqrt(2 / 400))]
)
def test_initialisers_have_their_spread_and_biases_start_at_0(name: str, spread: float) -> None:
    network = Network([400, 300, 10])
    network.parameters[:] = 7
    network.initialise(name, np.random.default_rng(0))
    weights = network.dense[0].weights
    assert weights.std() == pytest.approx(spread, rel=0.02)
    assert abs(weights.mean()) < spread / 50
    assert not network.dense[0].bias.any()
    assert set(INITIALISERS) == {"normal", "glorot", "he", "zero", "wide"}


def steps_by_formula(name: str, start: Array, gradients: list[Array], rate: float, momentum: float) -> Array:
    w, v, m, s = start.copy(), np.zeros_like(start), np.zeros_like(start), np.zeros_like(start)
    for step, g in enumerate(gradients, start=1):
        v = momentum * v + g
        m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
        if name == "sgd":
            w = w - rate * v
        elif name == "nesterov":
            w = w - rate * (g + momentum * v)
        else:
            w = w - rate * (m / (1 - 0.9**step)) / (np.sqrt(s / (1 - 0.999**step)) + 1e-8)
    return w


@pytest.mark.parametrize(
    ("name", "momentum"), [("sgd", 0.0), ("sgd", 0.9), ("nesterov", 0.0), ("nesterov", 0.8), ("adam", 0.0)]
)
def test_optimisers_follow_their_formulas(name: str, momentum: float) -> None:
    rng = np.random.default_rng(1)
    parameters, gradient = rng.normal(size=20), np.zeros(20)
    gradients = [rng.normal(size=20) for _ in range(7)]
    expected = steps_by_formula(name, parameters, gradients, 0.1, momentum)
    optimiser = make_optimiser(name, parameters, gradient, momentum)
    for given_gradient in gradients:
        gradient[:] = given_gradient
        optimiser.step(0.1)
    np.testing.assert_allclose(parameters, expected, rtol=1e-12)


def test_schedules_start_peak_and_end_where_they_should() -> None:
    one_cycle = SCHEDULES["one-cycle"]
    assert one_cycle(0.0) == pytest.approx(0.1)
    assert one_cycle(0.2) == pytest.approx(1.0)
    assert one_cycle(1.0) == pytest.approx(0.0)
    assert max(one_cycle(i / 1000) for i in range(1001)) <= 1
    assert {SCHEDULES["constant"](i / 10) for i in range(11)} == {1.0}


def test_all_parameters_are_views_of_one_vector() -> None:
    network = Network([4, 3, 2])
    assert network.parameters.size == 4 * 3 + 3 + 3 * 2 + 2
    network.parameters[:] = np.arange(network.parameters.size)
    flat = [part.ravel() for layer in network.dense for part in (layer.weights, layer.bias)]
    np.testing.assert_array_equal(np.concatenate(flat), network.parameters)


def test_batches_of_any_size_give_the_same_rows() -> None:
    network = Network([4, 3, 2], dtype=np.float64)
    network.initialise("glorot", np.random.default_rng(0))
    inputs = np.random.default_rng(1).normal(size=(9, 4))
    all_at_once = network.forward(inputs).copy()
    for size in (1, 4, 9, 2):
        np.testing.assert_allclose(network.forward(inputs[:size]), all_at_once[:size], rtol=1e-12)


REACT: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda z: np.asarray(1 / (1 + np.exp(-z))),
    "tanh": lambda z: np.tanh(z),
    "relu": lambda z: np.maximum(z, 0),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sizes", [[4, 3], [4, 6, 3], [4, 6, 5, 3]])
@pytest.mark.parametrize("activation", REACT)
def test_activations_are_those_of_a_plain_recomputation(activation: str, sizes: list[int], dtype: type) -> None:
    network = Network(sizes, activation, dtype)
    network.parameters[:] = np.random.default_rng(0).normal(size=network.parameters.size)
    inputs: Array = np.random.default_rng(1).normal(size=(7, 4)).astype(dtype)
    kept = inputs.copy()
    signal, expected = inputs.astype(np.float64), []
    for number, layer in enumerate(network.dense, start=1):
        z = signal @ layer.weights + layer.bias
        signal = z if number == len(network.dense) else REACT[activation](z)
        expected.append(signal)
    outputs = network.activations(inputs)
    assert [output.shape for output in outputs] == [(7, units) for units in sizes[1:]]
    for output, truth in zip(outputs, expected, strict=True):
        assert output.dtype == dtype
        np.testing.assert_allclose(output, truth, rtol=1e-4 if dtype is np.float32 else 1e-10, atol=1e-5)
    np.testing.assert_array_equal(outputs[-1], network.forward(inputs))
    np.testing.assert_array_equal(inputs, kept)


@pytest.mark.parametrize("sizes", [[4, 3], [4, 6, 3]])
@pytest.mark.parametrize("activation", REACT)
def test_activations_are_arrays_of_their_own(activation: str, sizes: list[int]) -> None:
    network = Network(sizes, activation)
    network.initialise("glorot", np.random.default_rng(0))
    rng = np.random.default_rng(1)
    first = network.activations(rng.normal(size=(5, 4)).astype(np.float32))
    kept = [output.copy() for output in first]
    others = [*network.activations(rng.normal(size=(5, 4)).astype(np.float32)), network.parameters]
    network.forward(rng.normal(size=(5, 4)).astype(np.float32))
    for n, (output, before) in enumerate(zip(first, kept, strict=True)):
        np.testing.assert_array_equal(output, before)
        assert not any(np.shares_memory(output, other) for other in [*first[:n], *others])
