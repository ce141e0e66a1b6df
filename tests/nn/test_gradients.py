"""Every derivative against a finite difference and against autograd, and proof that a wrong one is noticed."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from numpy.typing import NDArray

from byhand.nn import L2, Dense, Network, ReLU, Sigmoid, SoftmaxNLL, Tanh
from byhand.nn.gradient_check import ARCHITECTURES, check_gradients, check_network

Array = NDArray[Any]


def a_batch(sizes: tuple[int, ...], examples: int = 9) -> tuple[Array, Array]:
    rng = np.random.default_rng(5)
    return rng.normal(size=(examples, sizes[0])), np.eye(sizes[-1])[rng.integers(sizes[-1], size=examples)]


def a_network(sizes: tuple[int, ...], activation: str) -> Network:
    network = Network(sizes, activation, np.float64)
    network.parameters[:] = np.random.default_rng(6).normal(0, 0.7, network.parameters.shape)
    return network


@pytest.mark.parametrize("seed", range(5))
def test_all_derivatives_agree_with_finite_differences(seed: int) -> None:
    checks = list(check_gradients(seed))
    assert max(check.max_relative_error for check in checks) <= 1e-6
    names = {check.network for check in checks}
    assert len(ARCHITECTURES) >= 3
    for word in ("sigmoid", "tanh", "relu", "identity", "no hidden layer", "L2", "weighted examples"):
        assert any(word in name for name in names)


def test_targets_may_be_divided_between_classes() -> None:
    sizes = (5, 4, 3)
    network, (inputs, targets) = a_network(sizes, "relu"), a_batch(sizes)
    targets[:3], targets[3] = 1 / 3, (0.5, 0.3, 0.2)
    assert max(check.max_relative_error for check in check_network(network, inputs, targets)) < 1e-6
    criterion = SoftmaxNLL()
    loss = criterion.forward(network.forward(inputs), targets)
    assert loss == pytest.approx(-(targets * np.log(criterion.probabilities)).sum() / len(targets))
    # The best answer to a target that is divided evenly is to divide evenly.
    assert criterion.forward(np.zeros((1, 3)), np.full((1, 3), 1 / 3)) == pytest.approx(np.log(3))
    assert np.abs(criterion.backward()).max() < 1e-16


def test_an_example_of_weight_three_counts_as_three() -> None:
    sizes = (5, 4, 3)
    network, (inputs, targets) = a_network(sizes, "tanh"), a_batch(sizes)
    weights = np.array([1.0, 2.0, 3.0])
    weighted, repeated = SoftmaxNLL(weighted=True), SoftmaxNLL()
    loss = weighted.forward(network.forward(inputs[:3]), targets[:3] * weights[:, np.newaxis])
    network.backward(weighted.backward())
    gradient = network.gradient / 2  # weights of mean 1 would be half as large
    again = np.repeat(np.arange(3), [1, 2, 3])
    assert repeated.forward(network.forward(inputs[again]), targets[again]) == pytest.approx(loss / 2, abs=1e-12)
    network.backward(repeated.backward())
    np.testing.assert_allclose(network.gradient, gradient, atol=1e-12)


def times(factor: float) -> Callable[[Any], Any]:
    return lambda value: value * factor


@pytest.fixture
def worst_error() -> Iterator[Callable[[str, float], float]]:
    """The largest error that the check finds for one small network."""

    def find(activation: str = "sigmoid", l2: float = 0.0) -> float:
        sizes = (5, 5, 5)  # square, so that a transposed matrix has the right shape
        network, (inputs, targets) = a_network(sizes, activation), a_batch(sizes)
        return max(check.max_relative_error for check in check_network(network, inputs, targets, l2))

    yield find


SIGN, FACTOR = times(-1), times(2)


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        *(("weights_gradient", wrong) for wrong in (SIGN, FACTOR, np.transpose)),
        *(("bias_gradient", wrong) for wrong in (SIGN, FACTOR)),  # a vector has no transpose
        *(("inputs_gradient", wrong) for wrong in (SIGN, FACTOR, np.transpose)),
    ],
)
def test_a_wrong_dense_layer_is_noticed(
    monkeypatch: pytest.MonkeyPatch, worst_error: Callable[..., float], part: str, wrong: Callable[[Array], Array]
) -> None:
    assert worst_error() < 1e-6
    right_parameters, right_backward = Dense.backward_parameters, Dense.backward

    def parameters(self: Dense, output_gradient: Array) -> None:
        right_parameters(self, output_gradient)
        if part != "inputs_gradient":
            target: Array = getattr(self, part)
            target[...] = wrong(target.copy())

    def backward(self: Dense, output_gradient: Array) -> Array:
        result = right_backward(self, output_gradient)
        if part == "inputs_gradient":
            return output_gradient @ self.weights if wrong is np.transpose else wrong(result)
        return result

    monkeypatch.setattr(Dense, "backward_parameters", parameters)
    monkeypatch.setattr(Dense, "backward", backward)
    assert worst_error() > 1e-3


@pytest.mark.parametrize("factor", [-1.0, 2.0])
@pytest.mark.parametrize(("name", "layer"), [("sigmoid", Sigmoid), ("tanh", Tanh), ("relu", ReLU)])
def test_a_wrong_activation_is_noticed(
    monkeypatch: pytest.MonkeyPatch, worst_error: Callable[..., float], name: str, layer: type[Any], factor: float
) -> None:
    right = layer.backward
    monkeypatch.setattr(layer, "backward", lambda self, gradient: right(self, gradient) * factor)
    assert worst_error(name) > 1e-3


@pytest.mark.parametrize(("name", "layer"), [("sigmoid", Sigmoid), ("tanh", Tanh), ("relu", ReLU)])
def test_a_forgotten_activation_is_noticed(
    monkeypatch: pytest.MonkeyPatch, worst_error: Callable[..., float], name: str, layer: type[Any]
) -> None:
    monkeypatch.setattr(layer, "backward", lambda self, gradient: gradient)
    assert worst_error(name) > 1e-3


@pytest.mark.parametrize("factor", [-1.0, 9.0])
def test_a_wrong_loss_is_noticed(
    monkeypatch: pytest.MonkeyPatch, worst_error: Callable[..., float], factor: float
) -> None:
    right = SoftmaxNLL.backward
    monkeypatch.setattr(SoftmaxNLL, "backward", lambda self: right(self) * factor)
    assert worst_error() > 1e-3


@pytest.mark.parametrize("factor", [-1.0, 0.0, 2.0])
def test_a_wrong_weight_decay_is_noticed(
    monkeypatch: pytest.MonkeyPatch, worst_error: Callable[..., float], factor: float
) -> None:
    def wrong(self: L2) -> None:
        for layer in self.layers:
            layer.weights_gradient += factor * self.strength * layer.weights

    assert worst_error(l2=0.1) < 1e-6
    monkeypatch.setattr(L2, "backward", wrong)
    assert worst_error(l2=0.1) > 1e-3


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
    "relu": lambda z: anp.maximum(z, 0),
}


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(6, 3), (7, 5, 3), (8, 6, 5, 4)])
def test_gradients_agree_with_autograd(sizes: tuple[int, ...], activation: str, l2: float) -> None:
    network, (inputs, targets) = a_network(sizes, activation), a_batch(sizes)

    def loss(parameters: Any) -> Any:
        signal, start, penalty = inputs, 0, 0.0
        for number, (rows, columns) in enumerate(itertools.pairwise(sizes)):
            weights = parameters[start : start + rows * columns].reshape(rows, columns)
            start += rows * columns
            signal = anp.dot(signal if number == 0 else ACTIVATIONS[activation](signal), weights)
            signal = signal + parameters[start : start + columns]
            start += columns
            penalty = penalty + anp.sum(weights**2)
        log_total = anp.log(anp.sum(anp.exp(signal), axis=1))
        return anp.mean(log_total - anp.sum(signal * targets, axis=1)) + l2 / 2 * penalty

    expected_loss, expected = loss(network.parameters), grad(loss)(network.parameters)
    criterion, penalty = SoftmaxNLL(), L2(l2, network.dense)
    measured = criterion.forward(network.forward(inputs), targets) + penalty.forward()
    network.backward(criterion.backward())
    penalty.backward()
    assert measured == pytest.approx(float(expected_loss), abs=1e-12)
    np.testing.assert_allclose(network.gradient, expected, rtol=1e-10, atol=1e-12)
